package proxy

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"
)

// Conn names a connection for a Filter.
type Conn struct {
	// Dialler and Acceptor are the servers at its ends.
	Dialler, Acceptor int
	Port              Port
}

// Filter understands the bytes that one end of a connection sends. It is used
// by one goroutine at a time.
type Filter interface {
	// Pass takes the next bytes and returns those that go on now; it may hold
	// back, change and add. It must not keep b. An error resets the connection
	// and is reported.
	Pass(b []byte) ([]byte, error)
	// End returns what is still to go on after the sender has ended its stream.
	End() []byte
}

// redialling is how long a refused dial is repeated, and pause how long between.
const (
	redialling = 500 * time.Millisecond
	pause      = 5 * time.Millisecond
)

// carried is one connection in the making and while it lasts.
type carried struct {
	Conn
	m *Mesh
	// in leads to the dialler, out to the acceptor.
	in, out *net.TCPConn
	ctx     context.Context // of the dial
	cancel  context.CancelFunc
	done    <-chan struct{} // of ctx: the connection is over
	once    sync.Once
}

// carry serves one accepted connection until it has ended.
func (m *Mesh) carry(w way, in *net.TCPConn) {
	if w.port == Quorum && m.barred[w.to-1].Load() {
		in.SetLinger(0)
		in.Close()
		return
	}
	c := &carried{Conn: Conn{w.from, w.to, w.port}, m: m, in: in}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.done = c.ctx.Done()
	stop := context.AfterFunc(m.ctx, c.reset)
	defer stop()
	forth := c.direction(w.from, w.to, in)
	back := c.direction(w.to, w.from, nil)
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(forth.read)
	out, err := c.dial(forth, back)
	if err != nil {
		c.reset()
		return
	}
	if !c.attach(out) {
		return
	}
	forth.dst, back.src, back.dst = out, out, in
	forth.other, back.other = back, forth
	all.Go(back.read)
	all.Go(back.write)
	forth.write()
	<-back.written
	c.close()
}

// attach makes out known to reset; it is false, and out closed, if reset has
// been there already.
func (c *carried) attach(out *net.TCPConn) bool {
	attached := true
	c.m.guard.Lock()
	defer c.m.guard.Unlock()
	select {
	case <-c.done:
		out.Close()
		attached = false
	default:
		c.out = out
	}
	return attached
}

// reset ends the connection at once, at both ends, as a dead peer would.
func (c *carried) reset() {
	c.once.Do(func() {
		c.m.guard.Lock()
		defer c.m.guard.Unlock()
		c.cancel()
		for _, conn := range []*net.TCPConn{c.in, c.out} {
			if conn != nil {
				conn.SetLinger(0)
				conn.Close()
			}
		}
	})
}

// close ends a connection of which both streams have ended.
func (c *carried) close() {
	c.once.Do(func() {
		c.cancel()
		c.in.Close()
		c.out.Close()
	})
}

var errGaveUp = errors.New("the dialler hung up while its way was cut")

// dial reaches for the acceptor once neither direction is cut. What the dialler
// has written meanwhile is kept, even if it has hung up since, unless it did
// so before the way was open.
func (c *carried) dial(forth, back *direction) (*net.TCPConn, error) {
	var dialler net.Dialer
	var giveUp time.Time
	for {
		if err := c.awaitOpen(forth, back); err != nil {
			return nil, err
		}
		out, err := dialler.DialContext(c.ctx, "tcp4", c.m.o.Target(c.Acceptor, c.Port))
		if err == nil {
			return out.(*net.TCPConn), nil
		}
		if giveUp.IsZero() {
			giveUp = time.Now().Add(redialling)
		}
		if !errors.Is(err, syscall.ECONNREFUSED) || time.Now().After(giveUp) {
			return nil, err
		}
		select {
		case <-time.After(pause):
		case <-forth.broken:
			return nil, errGaveUp
		case <-c.done:
			return nil, net.ErrClosed
		}
	}
}

func (c *carried) awaitOpen(forth, back *direction) error {
	for {
		forthShut, forthChanged := forth.link.Look()
		backShut, backChanged := back.link.Look()
		if !forthShut && !backShut {
			return nil
		}
		select {
		case <-forthChanged:
		case <-backChanged:
		case <-forth.ended:
			return errGaveUp
		case <-c.done:
			return net.ErrClosed
		}
	}
}
