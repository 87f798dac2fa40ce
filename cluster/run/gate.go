package run

import (
	"context"
	"net"
	"os"
	"sync"
	"time"

	"github.com/schismlab/schism/zookeeper/wire"
)

// gate is what all bytes of one client pass. Shut, it lets nothing through in
// either direction, and neither end is told: what is written is kept and
// delivered when the gate opens, what arrives waits, a new connection times
// out. Even a close is not heard by the server until the gate opens.
type gate struct {
	// patience bounds each read. greeting bounds the read of a server's first
	// answer: one that is paused accepts and then says nothing, and the library
	// would wait for it ten times as long as for any other answer.
	patience, greeting time.Duration
	// hears, if set, gives each connection somebody who is told what is said on it,
	// of the server's words in the order in which they are handed to the client.
	hears func() wire.Conversation
	// first, if set, gives what is said on a connection as soon as it has a session;
	// nil for nothing. It is no call: nobody is told of it.
	first func() []byte

	mu    sync.Mutex
	open  chan struct{} // closed while the gate is open
	conns map[*gatedConn]struct{}
	// granted is the connection on which the client has its session, nil while it
	// has none; changed is closed, and replaced, when it becomes another.
	granted *gatedConn
	changed chan struct{}
}

// newGate makes the gate of a client with a session time-out and a number of
// servers. Its limits are those of ZooKeeper's Java client: two thirds of the
// time-out without a word on a connection, and for a greeting as much as lets
// it try every server before its session is over.
func newGate(timeout time.Duration, servers int) *gate {
	g := &gate{patience: timeout * 2 / 3, greeting: timeout / time.Duration(servers), open: make(chan struct{}), conns: map[*gatedConn]struct{}{}, changed: make(chan struct{})}
	close(g.open)
	return g
}

func (g *gate) opened() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open
}

// isShut says whether ch, the open channel, has yet to be closed.
func isShut(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return false
	default:
		return true
	}
}

func (g *gate) silence() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !isShut(g.open) {
		g.open = make(chan struct{})
	}
}

func (g *gate) unsilence() {
	g.mu.Lock()
	var conns []*gatedConn
	if isShut(g.open) {
		close(g.open)
		for c := range g.conns {
			conns = append(conns, c)
		}
	}
	g.mu.Unlock()
	for _, c := range conns {
		c.release()
	}
}

// sever ends every connection of the client, at once and for good: what was
// kept is dropped.
func (g *gate) sever() {
	g.mu.Lock()
	var conns []*gatedConn
	for c := range g.conns {
		conns = append(conns, c)
	}
	clear(g.conns)
	g.mu.Unlock()
	for _, c := range conns {
		c.Conn.Close()
	}
}

// dial is the library's dialer for this client.
func (g *gate) dial(network, addr string, timeout time.Duration) (net.Conn, error) {
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	select {
	case <-g.opened():
	case <-deadline.C:
		return nil, &net.OpError{Op: "dial", Net: network, Err: os.ErrDeadlineExceeded}
	}
	raw, err := net.DialTimeout(network, addr, timeout)
	if err != nil {
		return nil, err
	}
	c := &gatedConn{Conn: raw, gate: g, gone: make(chan struct{})}
	if g.hears != nil {
		c.listen(g.hears())
	}
	g.mu.Lock()
	g.conns[c] = struct{}{}
	g.mu.Unlock()
	return c, nil
}

// grant makes c the connection on which the client has its session.
func (g *gate) grant(c *gatedConn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.granted = c
	close(g.changed)
	g.changed = make(chan struct{})
}

// session is the connection on which the client has its session; it waits for one.
func (g *gate) session(ctx context.Context) (*gatedConn, error) {
	for {
		g.mu.Lock()
		c, changed := g.granted, g.changed
		g.mu.Unlock()
		if c != nil {
			return c, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// gatedConn is one connection through a gate. After an error of Read it must
// be closed, as the library does: what the error hid is lost.
type gatedConn struct {
	net.Conn
	gate *gate

	writing sync.Mutex // keeps frames whole, and in the order in which said is told of them
	hearing sync.Mutex // guards said
	said    wire.Conversation

	mu       sync.Mutex
	kept     []byte // written while shut
	closed   bool
	gone     chan struct{} // closed with the connection, for a Read that waits
	deadline time.Time     // of Read
}

// listen has the conversation told of what passes, and the gate of a session.
func (c *gatedConn) listen(said wire.Conversation) {
	told := said.Connected
	said.Connected = func(hello wire.Connect, a wire.Accept) {
		if told != nil {
			told(hello, a)
		}
		if a.Timeout <= 0 {
			return
		}
		// The library waits for this greeting, so nothing of its own is on its way. If
		// the connection breaks here the next Read says so.
		if c.gate.first != nil {
			if b := c.gate.first(); b != nil {
				c.send(b)
			}
		}
		c.gate.grant(c)
	}
	c.said = said
}

// Read waits for the gate after the bytes, or the end of the stream, have come:
// a read may have been blocked below when the gate shut.
func (c *gatedConn) Read(b []byte) (int, error) {
	n, err := c.read(b)
	c.hearing.Lock()
	defer c.hearing.Unlock()
	c.said.FromServer(b[:n])
	return n, err
}

func (c *gatedConn) read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	open := c.gate.opened()
	if !isShut(open) {
		return n, err
	}
	c.mu.Lock()
	left := time.Until(c.deadline)
	if c.deadline.IsZero() {
		left = c.gate.patience
	}
	c.mu.Unlock()
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-open:
		return n, err
	case <-c.gone:
		return 0, net.ErrClosed
	case <-timer.C:
		return 0, os.ErrDeadlineExceeded
	}
}

// Write takes whole frames: the library's, and those of the harness among them.
func (c *gatedConn) Write(b []byte) (int, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.hearing.Lock()
	c.said.FromClient(b)
	c.hearing.Unlock()
	return c.send(b)
}

// send keeps bytes while the gate is shut.
func (c *gatedConn) send(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	// Bytes kept from before must go first, also when the gate has just opened.
	if isShut(c.gate.opened()) || len(c.kept) > 0 {
		c.kept = append(c.kept, b...)
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *gatedConn) SetReadDeadline(t time.Time) error {
	if now := time.Now(); t.After(now.Add(c.gate.patience)) {
		t = now.Add(c.gate.greeting)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline = t
	return c.Conn.SetReadDeadline(t)
}

// Close closes for the client. The server hears of it when the gate is open.
func (c *gatedConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	close(c.gone)
	c.gate.mu.Lock()
	if c.gate.granted == c {
		c.gate.granted = nil // nobody waits for that
	}
	c.gate.mu.Unlock()
	if isShut(c.gate.opened()) {
		return c.Conn.SetReadDeadline(time.Unix(1, 0)) // wakes a Read below
	}
	return c.end()
}

// release delivers what was kept, and then the close, if there was one.
func (c *gatedConn) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) > 0 {
		c.Conn.SetWriteDeadline(time.Now().Add(c.gate.patience))
		// An error shows again at the next Read, which is where the library looks.
		c.Conn.Write(c.kept)
		c.Conn.SetWriteDeadline(time.Time{})
		c.kept = nil
	}
	if c.closed {
		c.end()
	}
}

// end closes the socket; c.mu is held.
func (c *gatedConn) end() error {
	c.gate.mu.Lock()
	delete(c.gate.conns, c)
	c.gate.mu.Unlock()
	return c.Conn.Close()
}
