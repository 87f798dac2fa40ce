package run

import (
	"context"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/wire"
)

// client is one client of the plan: a connection and its calls.
type client struct {
	w      *world
	number int // 0 makes the setup calls
	gate   *gate
	conn   *zk.Conn
	memory plan.Memory

	mu        sync.Mutex
	node      int // the server it is, or was last, connected to
	session   int64
	connected bool
	expired   int
	closing   bool
	// told is the reply to the call that is open, nil until it has come; early are
	// the watch events that came after it, until the call's end is in the log.
	told  *wire.Exchange
	early []runlog.Event
	// xid is that of the last request of the harness's own, and answers takes its reply.
	xid     int32
	answers chan *wire.Exchange
	stays   stays
	// renewing: the library has asked for its watches anew, and is not answered.
	renewing bool
}

// quiet takes what the library has to say: it is in the log as events.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// connect opens the connection; the library keeps it up from then on.
func (w *world) connect(number, first int) (*client, error) {
	timeout := time.Duration(w.plan.Topology.SessionTimeout)
	c := &client{w: w, number: number, gate: newGate(timeout, len(w.addrs))}
	c.gate.hears = func() wire.Conversation {
		return wire.Conversation{Connected: c.greeted, Asked: c.asked, Answered: c.answered, Fired: c.fired}
	}
	c.gate.first = c.first
	known := make(chan struct{}) // closed when c.conn is set
	conn, _, err := zk.Connect(w.addrs, timeout,
		zk.WithHostProvider(&hosts{addrs: rotated(w.addrs, first)}), zk.WithDialer(c.gate.dial),
		zk.WithLogger(quiet{}), zk.WithLogInfo(false),
		zk.WithEventCallback(func(ev zk.Event) { <-known; c.heard(ev) }))
	if err != nil {
		return nil, err
	}
	c.conn = conn
	close(known)
	return c, nil
}

// fired logs a watch event as it passes. The library tells of watches and of
// replies on different goroutines, so what it tells has no order; on the wire
// they have one, and ZooKeeper makes promises about it.
func (c *client) fired(ev wire.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := ev.What()
	if text == "" || c.closing {
		return
	}
	e := runlog.Event{Kind: runlog.Watch, Client: c.number + 1, Node: c.node, Session: c.session, Path: ev.Path, Text: text}
	if c.renewing {
		e.Mode = runlog.Renewed
	}
	if c.told != nil {
		c.early = append(c.early, e)
		return
	}
	c.w.log.put(e)
}

// ended logs the end of a call, and the watch events that came after the reply.
func (c *client) ended(ret runlog.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.w.log.put(ret)
	for _, e := range c.early {
		c.w.log.put(e)
	}
	c.told, c.early = nil, c.early[:0]
}

// heard logs what the library tells, on the library's own goroutine, so in the
// order in which it came.
func (c *client) heard(ev zk.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := runlog.Event{Client: c.number + 1, Node: c.node, Session: c.session}
	switch {
	case c.closing: // the end of a connection is news only when it breaks
		return
	case ev.Type != zk.EventSession:
		return
	case ev.State == zk.StateHasSession:
		c.node, c.session, c.connected = c.w.serverAt(ev.Server), c.conn.SessionID(), true
		c.w.opened(c.session)
		e.Kind, e.Node, e.Session = runlog.Conn, c.node, c.session
	case ev.State == zk.StateDisconnected && c.connected:
		c.connected = false
		e.Kind = runlog.Lost
	case ev.State == zk.StateExpired:
		c.expired++
		e.Kind, e.Node = runlog.Expired, c.w.serverAt(ev.Server)
	default:
		return
	}
	c.w.log.put(e)
}

func (c *client) expiries() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.expired
}

// where is the server and session that the client is at, or was at last.
func (c *client) where() (node int, session int64, connected bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.node, c.session, c.connected
}

// run makes the calls one after the other. It stops before a call when stop is
// closed, and at once when ctx ends.
func (c *client) run(ctx context.Context, calls []plan.Call, stop <-chan struct{}) {
	for num, call := range calls {
		if !pause(ctx, time.Duration(call.After), stop) {
			return
		}
		if _, made := c.call(ctx, num, call); made && ctx.Err() != nil {
			return
		}
	}
}

// pause waits for d, and is false when it was cut short.
func pause(ctx context.Context, d time.Duration, stop <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-stop:
		return false
	case <-ctx.Done():
		return false
	}
	select {
	case <-stop: // it may have come together with the timer
		return false
	default:
		return true
	}
}

// call makes one call and returns its completion. It is not made if it depends
// on something that this client has not seen.
func (c *client) call(ctx context.Context, num int, planned plan.Call) (ret runlog.Event, made bool) {
	call, ok := c.memory.Resolve(planned)
	if !ok {
		return runlog.Event{}, false
	}
	if n := call.Value.Figures; n > 0 {
		call.Value = plan.Text(c.w.figures(ctx, n).String())
	}
	node, session, connected := c.where()
	asked := callEvent(call)
	asked.Client, asked.Num, asked.Node, asked.Session = c.number+1, num, node, session
	cause := c.w.log.put(asked)
	done := make(chan runlog.Event, 1)
	open, give := context.WithCancel(ctx)
	defer give()
	go func() { done <- c.perform(open, call) }()
	if connected && call.Op.Writes() {
		select {
		case c.w.writing <- struct{}{}:
		default: // nobody waits for it
		}
	}
	// The library ends a call when its connection breaks, which a silent one
	// does after two thirds of the session time-out. This is for calls that wait
	// for a connection which never comes.
	patience := time.NewTimer(3 * time.Duration(c.w.plan.Topology.SessionTimeout))
	defer patience.Stop()
	select {
	case ret = <-done:
	case <-patience.C:
		c.gate.sever()
		ret = runlog.Event{Kind: runlog.Ret, Out: runlog.Unknown, Err: "OperationTimeout"}
	case <-ctx.Done():
		ret = runlog.Event{Kind: runlog.Ret, Out: runlog.Unknown, Err: "ConnectionLoss"}
	}
	ret.Cause, ret.Client, ret.Num = cause, c.number+1, num
	if x := c.reply(); x != nil && ret.Out != runlog.Unknown {
		ret.Zxid = uint64(x.Reply.Zxid)
	}
	ret.Node, ret.Session, _ = c.where()
	if ret.Out == runlog.Unknown && node > 0 {
		ret.Node, ret.Session = node, session // it may be at another by now
	}
	c.ended(ret)
	remember(&c.memory, call, ret)
	if ret.Out == runlog.OK {
		c.w.good.Add(1)
	}
	return ret, true
}

// answered takes a reply as it passes: the library does not show its zxid.
func (c *client) answered(x *wire.Exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch x.Request.Code {
	case wire.SetWatches:
		c.renewing = false
	case wire.CloseSession: // the library's own, too
	default:
		c.told = x
		c.stays.note(x)
		if x.Request.Xid == c.xid {
			c.answers <- x
		}
	}
}

func (c *client) asked(r *wire.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.renewing = c.renewing || r.Code == wire.SetWatches
}

func (c *client) greeted(_ wire.Connect, a wire.Accept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.renewing = false
	if a.Timeout <= 0 {
		c.stays = stays{} // they end with the session
	}
}

// first is what the harness says on a new connection of the session before the
// library says anything.
func (c *client) first() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stays.again()
}

// reply is the answer to the open call, nil if none was seen. A client has one
// call open at a time, so it is the last one that passed.
func (c *client) reply() *wire.Exchange {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.told
}

// close ends the session properly, so that its ephemerals go with it.
func (c *client) close() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	c.conn.Close()
}
