package zookeeper

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/paxos"
)

// The timers of a client.
const (
	timerBeat   uint8 = iota // a sixth of the session time-out has passed
	timerRedial              // try the next server
)

// A client's waits between attempts to connect, in nanoseconds.
const (
	redialDelay = 50_000_000    // before the next server of the list
	roundDelay  = 1_000_000_000 // after the whole list was tried
)

// ClientConfig is what does not change while a client lives.
type ClientConfig struct {
	ID      paxos.ID
	Servers []paxos.ID // in the order they are tried
	Timeout int64      // of the session, in nanoseconds
}

// Client is a ZooKeeper client: it connects, keeps its session alive, connects
// elsewhere when its server falls silent, and makes calls, whose replies come in
// their order. It is a machine as package paxos describes it. What its user should know is appended
// to Told by each step; the user empties it.
type Client struct {
	cfg  *ClientConfig
	Told []ClientNews

	server  int // index in Servers of the one it is connected to, or tries
	failed  int // attempts since the last connection
	conn    paxos.Conn
	dialing bool
	session int64
	open    bool // the session is confirmed on this connection
	closed  bool
	zxid    paxos.Zxid // the last it has seen
	// Beats since the server was last heard, and since something was last sent.
	silent, quiet int

	cxid int32
	// calls are those without a reply, in their order; the first sent of them are on
	// their way.
	calls   []*Request
	sent    int
	watched WatchList
}

// NewsKind is what a client tells its user.
type NewsKind uint8

// The news.
const (
	ClientConnected NewsKind = iota + 1 // with Server and Session
	ClientLost                          // no longer connected
	ClientExpired                       // Session is over; a new one will be opened
	ClientCompleted                     // the oldest call has ended with Reply, or unknown if that is nil
	ClientWatch                         // Event
	ClientClosed                        // it has ended its session, or given up doing so
)

// ClientNews is one thing that a client tells its user.
type ClientNews struct {
	Kind    NewsKind
	Server  paxos.ID
	Session int64
	Reply   *Reply
	Event   *WatchedEvent
}

// NewClient is a client that begins to connect at Boot.
func NewClient(cfg *ClientConfig) *Client { return &Client{cfg: cfg} }

// Server is the server it is connected to, 0 if none.
func (c *Client) Server() paxos.ID {
	if !c.open {
		return 0
	}
	return c.cfg.Servers[c.server]
}

// Session is its session, 0 if it has none yet.
func (c *Client) Session() int64 { return c.session }

// Submit makes a call. It is sent at once, or as soon as there is a connection.
func (c *Client) Submit(r Request, out *paxos.Effects) {
	c.cxid++
	r.Cxid = c.cxid
	c.calls = append(c.calls, &r)
	c.flush(out)
}

// GiveUp ends the connection and with it all open calls, as unknown.
func (c *Client) GiveUp(out *paxos.Effects) {
	c.lose(out)
	for len(c.calls) > 0 {
		c.complete(nil)
	}
}

// Renew leaves the session to expire and begins a new one: a client that was
// without a server for so long that its session must be over need not be told.
func (c *Client) Renew(out *paxos.Effects) {
	c.lose(out)
	c.session, c.zxid, c.watched = 0, 0, WatchList{}
}

// Close ends the session by a call of its own, if connected, and then the
// client for good.
func (c *Client) Close(out *paxos.Effects) {
	c.closed = true
	if !c.open {
		c.lose(out)
		c.tell(ClientNews{Kind: ClientClosed})
		return
	}
	c.Submit(Request{Op: OpCloseSession}, out)
}

// Step takes one event.
func (c *Client) Step(ev *paxos.Event, out *paxos.Effects) {
	switch ev.Kind {
	case paxos.Boot:
		c.dial(out)
		out.SetTimer(timerBeat, c.cfg.Timeout/6)
	case paxos.Fired:
		c.fired(ev.Timer, out)
	case paxos.Opened:
		c.opened(ev.From, ev.Conn, out)
	case paxos.Closed:
		if ev.Conn == c.conn || c.dialing && ev.From == c.cfg.Servers[c.server] {
			c.lose(out)
		}
	case paxos.Arrived:
		if ev.Msg.Conn == c.conn {
			c.silent = 0
			c.arrived(ev.Msg, out)
		}
	default:
		panic(fmt.Sprintf("zookeeper: client event of kind %d", ev.Kind))
	}
}

func (c *Client) fired(timer uint8, out *paxos.Effects) {
	if timer == timerRedial {
		if !c.dialing && c.conn == 0 && !c.closed {
			c.dial(out)
		}
		return
	}
	out.SetTimer(timerBeat, c.cfg.Timeout/6)
	c.silent++
	c.quiet++
	switch {
	case c.conn == 0 && !c.dialing:
	case c.silent > 4: // two thirds of the time-out: look for another server
		c.lose(out)
	case c.open && c.quiet >= 2:
		c.quiet = 0
		out.Send(c.cfg.Servers[c.server], c.conn, paxos.ClientPing)
	}
}

func (c *Client) dial(out *paxos.Effects) {
	c.dialing, c.silent = true, 0
	out.Dial(c.cfg.Servers[c.server])
}

// lose gives up the connection, or the attempt, and goes on to the next server.
func (c *Client) lose(out *paxos.Effects) {
	if c.conn != 0 {
		out.Close(c.conn)
	}
	if c.open {
		c.tell(ClientNews{Kind: ClientLost, Server: c.cfg.Servers[c.server]})
	}
	for c.sent > 0 {
		c.complete(nil)
	}
	c.conn, c.dialing, c.open = 0, false, false
	c.server = (c.server + 1) % len(c.cfg.Servers)
	c.failed++
	delay := int64(redialDelay)
	if c.failed%len(c.cfg.Servers) == 0 {
		delay = roundDelay
	}
	out.SetTimer(timerRedial, delay)
}

func (c *Client) opened(from paxos.ID, conn paxos.Conn, out *paxos.Effects) {
	if !c.dialing || from != c.cfg.Servers[c.server] {
		out.Close(conn)
		return
	}
	c.conn, c.dialing, c.silent = conn, false, 0
	m := out.Send(c.cfg.Servers[c.server], conn, paxos.Connect)
	m.Session, m.Zxid, m.Body = c.session, c.zxid, &Request{Timeout: c.cfg.Timeout}
}

func (c *Client) arrived(m *paxos.Message, out *paxos.Effects) {
	switch m.Kind {
	case paxos.Connected:
		c.connected(m, out)
	case paxos.WatchEvent:
		e := m.Body.(*WatchedEvent)
		c.watched.forget(e)
		c.tell(ClientNews{Kind: ClientWatch, Event: e, Server: m.From})
	case paxos.Reply:
		// A session's view never goes back: it tells the next server how far it is.
		// Only replies count (ClientCnxn.readResponse): with the zxid of the new
		// server itself, SETWATCHES would ask for nothing that was missed.
		c.zxid = max(c.zxid, m.Zxid)
		r := m.Body.(*Reply)
		if c.sent == 0 || r.Cxid != c.calls[0].Cxid {
			panic(fmt.Sprintf("zookeeper: client %v got a reply to %d, its calls are %v", c.cfg.ID, r.Cxid, c.calls))
		}
		c.watched.remember(c.calls[0], r)
		c.complete(r)
	}
}

func (c *Client) connected(m *paxos.Message, out *paxos.Effects) {
	if m.Session == 0 {
		c.tell(ClientNews{Kind: ClientExpired, Session: c.session})
		// A new session begins without the old one's watches and view.
		c.session, c.zxid, c.watched = 0, 0, WatchList{}
		c.lose(out)
		return
	}
	c.session, c.open, c.failed = m.Session, true, 0
	c.tell(ClientNews{Kind: ClientConnected, Server: m.From, Session: m.Session})
	if !c.watched.empty() {
		l := c.watched.clone()
		l.Zxid = c.zxid
		out.Send(m.From, c.conn, paxos.SetWatches).Body = &l
	}
	c.flush(out)
}

// flush sends the calls that can be sent.
func (c *Client) flush(out *paxos.Effects) {
	for c.open && c.sent < len(c.calls) {
		call := c.calls[c.sent]
		c.sent++
		c.quiet = 0
		call.Session, call.Server = c.session, c.cfg.Servers[c.server]
		out.Send(c.cfg.Servers[c.server], c.conn, paxos.Call).Body = call
	}
}

// complete ends the oldest call.
func (c *Client) complete(r *Reply) {
	closing := c.calls[0].Op == OpCloseSession
	c.calls = slices.Delete(c.calls, 0, 1)
	c.sent = max(0, c.sent-1)
	if closing {
		c.tell(ClientNews{Kind: ClientClosed})
		return
	}
	c.tell(ClientNews{Kind: ClientCompleted, Reply: r, Server: c.cfg.Servers[c.server]})
}

func (c *Client) tell(n ClientNews) { c.Told = append(c.Told, n) }

// remember keeps the watch that a call has left, so that it can be set again, or
// forgets those that it has taken away.
func (l *WatchList) remember(r *Request, reply *Reply) {
	switch {
	case r.Op == OpRemoveWatches && (reply.Err == OK || reply.Err == NoWatcher):
		l.Data, l.Exist, l.Kids = dropPath(l.Data, r.Path), dropPath(l.Exist, r.Path), dropPath(l.Kids, r.Path)
		l.Persistent, l.Recursive = dropPath(l.Persistent, r.Path), dropPath(l.Recursive, r.Path)
	case r.Op == OpAddWatch && r.Recursive && reply.Err == OK:
		l.Recursive = addPath(l.Recursive, r.Path)
	case r.Op == OpAddWatch && reply.Err == OK:
		l.Persistent = addPath(l.Persistent, r.Path)
	case !r.Watch:
	case r.Op == OpChildren && reply.Err == OK:
		l.Kids = addPath(l.Kids, r.Path)
	case reply.Err == OK:
		l.Data = addPath(l.Data, r.Path)
	case r.Op == OpExists:
		l.Exist = addPath(l.Exist, r.Path)
	}
}

// forget drops the watches that an event has used up (ZKWatchManager.materialize).
func (l *WatchList) forget(e *WatchedEvent) {
	if e.Type != WatchChildren {
		l.Data, l.Exist = dropPath(l.Data, e.Path), dropPath(l.Exist, e.Path)
	}
	if e.Type == WatchChildren || e.Type == WatchDeleted {
		l.Kids = dropPath(l.Kids, e.Path)
	}
}

func (l *WatchList) empty() bool {
	return len(l.Data)+len(l.Exist)+len(l.Kids)+len(l.Persistent)+len(l.Recursive) == 0
}

func (l *WatchList) clone() WatchList {
	return WatchList{
		Data: slices.Clone(l.Data), Exist: slices.Clone(l.Exist), Kids: slices.Clone(l.Kids),
		Persistent: slices.Clone(l.Persistent), Recursive: slices.Clone(l.Recursive),
	}
}

func addPath(paths []string, path string) []string {
	for _, p := range paths {
		if p == path {
			return paths
		}
	}
	return append(paths, path)
}

func dropPath(paths []string, path string) []string {
	for i, p := range paths {
		if p == path {
			return append(paths[:i], paths[i+1:]...)
		}
	}
	return paths
}
