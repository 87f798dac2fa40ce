//go:build unix

package flink

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/internal/link"
)

// gates carry the connections of the cluster's processes: to ZooKeeper's servers
// and to each other. A gate is a listener on 127.0.0.1 with a target.
type gates struct {
	ctx     context.Context
	stop    context.CancelFunc
	report  func(error)
	running sync.WaitGroup

	mu        sync.Mutex
	links     map[way]*link.Link
	listeners []net.Listener
	advertise map[int]string // process by the port that it advertises
}

// way is one direction between two names: jm1, tm2, n3.
type way struct{ from, to string }

func newGates(report func(error)) *gates {
	g := &gates{report: report, links: map[way]*link.Link{}, advertise: map[int]string{}}
	g.ctx, g.stop = context.WithCancel(context.Background())
	return g
}

// open makes the gate through which from reaches target, which is known as to.
// With an empty from, anybody may come: who does, says Pekko's handshake.
func (g *gates) open(from, to, target string) (*net.TCPAddr, error) {
	l, err := net.Listen("tcp4", loopback+":0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().(*net.TCPAddr)
	g.mu.Lock()
	g.listeners = append(g.listeners, l)
	if from == "" {
		g.advertise[addr.Port] = to
	}
	g.mu.Unlock()
	g.running.Go(func() { g.accept(l, from, to, target) })
	return addr, nil
}

// link is the state of one direction; it is made when first asked for.
func (g *gates) link(from, to string) *link.Link {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := way{from, to}
	if g.links[w] == nil {
		// Jitter and loss are drawn by each link for itself, and nobody counts on them.
		g.links[w] = link.New(0, len(g.links), 0)
	}
	return g.links[w]
}

// set puts one direction into a state, and returns when that is in force.
func (g *gates) set(from, to string, state cluster.Link) { g.link(from, to).Set(state) }

func (g *gates) accept(l net.Listener, from, to, target string) {
	for {
		in, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			g.report(fmt.Errorf("accepting for %s: %w", to, err))
			select {
			case <-time.After(50 * time.Millisecond):
				continue
			case <-g.ctx.Done():
				return
			}
		}
		g.running.Go(func() { g.carry(in.(*net.TCPConn), from, to, target) })
	}
}

// carry serves one connection until it has ended.
func (g *gates) carry(in *net.TCPConn, from, to, target string) {
	p := &passage{in: in}
	p.ctx, p.cancel = context.WithCancel(g.ctx)
	defer p.cancel()
	// Closing is what wakes blocked reads and writes.
	stop := context.AfterFunc(p.ctx, p.reset)
	defer stop()
	var both sync.WaitGroup
	defer both.Wait()
	forth := newStream(in)
	both.Go(func() { forth.read(p.ctx) })
	var first []byte
	if from == "" {
		var ok bool
		if from, first, ok = g.introduced(forth); !ok {
			p.reset()
			return
		}
	}
	out, err := p.dial(target, forth.ended, g.link(from, to), g.link(to, from))
	if err != nil {
		p.reset()
		return
	}
	if !p.attach(out) {
		return
	}
	back := newStream(out)
	both.Go(func() { back.read(p.ctx) })
	var written sync.WaitGroup
	written.Go(func() { p.write(in, back, g.link(to, from), nil) })
	p.write(out, forth, g.link(from, to), first)
	written.Wait()
	p.close()
}

// introduced reads the handshake and says who speaks, "" for somebody who is
// none of ours, such as a client with a job. It is not ok if there is none.
func (g *gates) introduced(s *stream) (from string, read []byte, ok bool) {
	for p := range s.pieces {
		read = append(read, p.b...)
		port, whole, err := originPort(read)
		if err != nil {
			g.report(fmt.Errorf("from %v: %w", s.src.RemoteAddr(), err))
			return "", nil, false
		}
		if whole {
			g.mu.Lock()
			defer g.mu.Unlock()
			return g.advertise[port], read, true
		}
	}
	return "", nil, false
}

// close ends all connections and returns when nothing runs any more.
func (g *gates) close() error {
	g.stop()
	g.mu.Lock()
	var errs []error
	for _, l := range g.listeners {
		errs = append(errs, l.Close())
	}
	g.mu.Unlock()
	g.running.Wait()
	return errors.Join(errs...)
}

// passage is one connection through a gate.
type passage struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	in, out *net.TCPConn
	over    bool
}

var errGaveUp = errors.New("the dialler hung up while its way was cut")

// dial reaches for the target once neither direction is cut. A dialler that hangs
// up before has never been there, as over a network that lost its packets.
func (p *passage) dial(target string, ended <-chan struct{}, forth, back *link.Link) (*net.TCPConn, error) {
	for {
		forthShut, forthChanged := forth.Look()
		backShut, backChanged := back.Look()
		if !forthShut && !backShut {
			break
		}
		select {
		case <-forthChanged:
		case <-backChanged:
		case <-ended:
			return nil, errGaveUp
		case <-p.ctx.Done():
			return nil, p.ctx.Err()
		}
	}
	var d net.Dialer
	out, err := d.DialContext(p.ctx, "tcp4", target)
	if err != nil {
		return nil, err
	}
	return out.(*net.TCPConn), nil
}

func (p *passage) attach(out *net.TCPConn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		out.Close()
		return false
	}
	p.out = out
	return true
}

// write hands on what was read of the source, first what was looked at before,
// and then the end. While the way is cut it waits, and the source is held back
// once the buffers in between are full.
func (p *passage) write(dst *net.TCPConn, from *stream, way *link.Link, first []byte) {
	if p.pass(dst, way, first) != nil {
		p.cancel()
		return
	}
	for b := range from.pieces {
		// Pieces that follow each other are under way together.
		due := b.read.Add(way.Wait(len(b.b)))
		if !link.Await(due, p.ctx.Done()) || p.pass(dst, way, b.b) != nil {
			p.cancel()
			return
		}
	}
	// The end, too, is heard of only when the way is open.
	if way.Enter(dst, p.ctx.Done()) {
		dst.CloseWrite() // if it fails the receiver is gone, and its own stream says so
		way.Leave(dst, 0)
	}
}

// pass hands bytes on. A cut in the middle interrupts the write; the rest goes on
// when it heals.
func (p *passage) pass(dst *net.TCPConn, way *link.Link, b []byte) error {
	for len(b) > 0 {
		if !way.Enter(dst, p.ctx.Done()) {
			return net.ErrClosed
		}
		n, err := dst.Write(b)
		way.Leave(dst, n)
		b = b[n:]
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return nil
}

// reset ends the connection at both ends, as a dead peer would.
func (p *passage) reset() { p.end(true) }

// close ends a connection of which both streams have ended.
func (p *passage) close() { p.end(false) }

func (p *passage) end(hard bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return
	}
	p.over = true
	for _, c := range []*net.TCPConn{p.in, p.out} {
		if c == nil {
			continue
		}
		if hard {
			c.SetLinger(0)
		}
		c.Close()
	}
}

// stream is what one end of a connection sends.
type stream struct {
	src    *net.TCPConn
	pieces chan piece
	ended  chan struct{} // the source has hung up
}

// piece is some bytes, and when they came.
type piece struct {
	b    []byte
	read time.Time
}

// queued is how many pieces may be on the way, of at most 32 KiB each. A client that
// comes back to ZooKeeper asks for dozens of small things at once: if they had to wait
// for each other, a slow link would be slower than it is said to be.
const queued = 256

func newStream(src *net.TCPConn) *stream {
	return &stream{src: src, pieces: make(chan piece, queued), ended: make(chan struct{})}
}

// read goes on until the stream ends.
func (s *stream) read(ctx context.Context) {
	defer close(s.pieces)
	defer close(s.ended)
	buf := make([]byte, 32<<10)
	for {
		n, err := s.src.Read(buf)
		if n > 0 {
			select {
			case s.pieces <- piece{append([]byte(nil), buf[:n]...), time.Now()}:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}
