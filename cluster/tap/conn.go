package tap

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/wire"
)

// Conn records one connection of a client. Its methods are those of an observer
// of the bytes: the caller forwards them, FromClient before and FromServer after
// they were recorded.
type Conn struct {
	r    *Recorder
	node int
	said wire.Conversation
	// begun: the client has said something; asks: it was a four-letter word, which
	// is no conversation.
	begun, asks bool

	id      int64 // of the session, once it is known
	session *session
	calls   []call // without a reply, in order
}

// call is a request on its way; its lane is nil if it is not recorded.
type call struct {
	lane *lane
	line int64
}

// Conn begins a connection to server n.
func (r *Recorder) Conn(n int) *Conn {
	c := &Conn{r: r, node: n}
	c.said = wire.Conversation{Connected: c.connected, Asked: c.asked, Answered: c.answered, Fired: c.fired}
	return c
}

// FromClient takes bytes that are about to be forwarded to the server.
func (c *Conn) FromClient(b []byte) {
	if !c.begun && len(b) > 0 {
		// The first byte of a frame's length is 0, as no frame is that long.
		c.begun, c.asks = true, b[0] >= 'a' && b[0] <= 'z'
	}
	c.hear(c.said.FromClient, b)
}

// FromServer takes bytes that are about to be forwarded to the client.
func (c *Conn) FromServer(b []byte) { c.hear(c.said.FromServer, b) }

// hear is called from both directions, so c.asks is read under the lock that
// guards all else; it is set before the server can have said anything.
func (c *Conn) hear(listen func([]byte), b []byte) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	if c.asks {
		return
	}
	listen(b)
	if err := c.said.Broken(); err != nil && c.r.broken == nil {
		c.r.broken = fmt.Errorf("a connection to n%d: %w", c.node, err)
	}
}

// Closed ends the connection: what has no answer will not get one.
func (c *Conn) Closed() {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	for _, open := range c.calls {
		c.end(open, runlog.Event{Out: runlog.Unknown, Err: zookeeper.ConnectionLoss.String()})
	}
	c.calls = nil
	if c.session != nil {
		c.session.put(c.r, runlog.Event{Kind: runlog.Lost, Node: c.node, Session: c.id})
		c.session = nil
	}
}

func (c *Conn) connected(hello wire.Connect, a wire.Accept) {
	if a.Timeout == 0 {
		if s := c.r.sessions[hello.Session]; s != nil {
			s.put(c.r, runlog.Event{Kind: runlog.Expired, Node: c.node, Session: hello.Session})
		}
		return
	}
	c.id, c.session = a.Session, c.r.session(a.Session)
	c.session.node = c.node
	c.session.put(c.r, runlog.Event{Kind: runlog.Conn, Node: c.node, Session: c.id})
}

func (c *Conn) asked(r *wire.Request) {
	e, known := callEvent(r)
	if !known || c.session == nil {
		c.calls = append(c.calls, call{})
		return
	}
	l := c.free()
	e.Client, e.Num, e.Node, e.Session = l.client, l.num, c.node, c.id
	l.num++
	l.open, l.asks = true, watch{}
	if r.Watch {
		l.asks = watch{r.Path, e.Op == "children"}
	}
	c.calls = append(c.calls, call{l, c.r.put(e)})
}

func (c *Conn) answered(x *wire.Exchange) {
	open := c.calls[0]
	c.calls = append(c.calls[:0], c.calls[1:]...)
	if open.lane != nil {
		c.end(open, retEvent(x))
		c.keep(open.lane, x)
	}
}

// end writes the end of a call.
func (c *Conn) end(open call, e runlog.Event) {
	if open.lane == nil {
		return
	}
	e.Kind, e.Cause, e.Client, e.Num, e.Node, e.Session = runlog.Ret, open.line, open.lane.client, open.lane.num-1, c.node, c.id
	c.r.put(e)
	if l := open.lane; l.asks != (watch{}) {
		l.watched[l.asks] = true
	}
	open.lane.open = false
}

// fired tells every lane that has left the watch, as a client's library tells
// everybody who has, or else the first: then it was left before.
func (c *Conn) fired(e wire.Event) {
	text := e.What()
	if text == "" || c.session == nil {
		return
	}
	told := false
	for _, l := range c.session.lanes {
		if l.tell(e) {
			told = true
			c.watch(l, e.Path, text)
		}
	}
	if !told {
		c.watch(c.session.lanes[0], e.Path, text)
	}
}

func (c *Conn) watch(l *lane, path, text string) {
	c.r.put(runlog.Event{
		Kind: runlog.Watch, Client: l.client, Node: c.node, Session: c.id, Path: path, Text: text,
		// Whether it came for a watch that was set anew is not told apart here.
		Mode: runlog.Renewed,
	})
}
