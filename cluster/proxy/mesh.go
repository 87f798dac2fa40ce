package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/internal/link"
)

// Port is one of the two ports on which servers meet.
type Port int

// Quorum is where followers synchronise with a leader, Election where servers
// find one.
const (
	Quorum Port = iota
	Election
)

func (p Port) String() string { return [...]string{"quorum", "election"}[p] }

var ports = [...]Port{Quorum, Election}

// Options say between whom a mesh stands.
type Options struct {
	// Servers is their number, at least 1. They are counted from 1.
	Servers int
	// Seed fixes the draws of jitter and loss.
	Seed uint64
	// Target is where server to really listens, as host:port.
	Target func(to int, p Port) string
	// Filter, if not nil, is asked at the start of each connection for a filter
	// of the bytes that server from, one of its two ends, sends; nil passes all.
	Filter func(c Conn, from int) Filter
	// Report, if not nil, is told what must not happen: a connection that the
	// mesh does not understand, or that is not from the server that its
	// listener is for. It may be called from several goroutines.
	Report func(error)
}

// Mesh is the proxy of one ensemble. Its methods may be called from several
// goroutines.
type Mesh struct {
	o         Options
	ctx       context.Context
	stop      context.CancelFunc
	listeners map[way]net.Listener
	links     map[[2]int]*link.Link
	barred    []atomic.Bool // of server n at n-1: its quorum port
	running   sync.WaitGroup
	guard     sync.Mutex // of the ends of connections, against a reset meanwhile
}

// way is what one listener is for.
type way struct {
	from, to int
	port     Port
}

// Open makes the listeners and begins to carry traffic.
func Open(o Options) (*Mesh, error) {
	if o.Servers < 1 || o.Target == nil {
		return nil, fmt.Errorf("proxy: %d servers, targets given: %t", o.Servers, o.Target != nil)
	}
	m := &Mesh{o: o, listeners: map[way]net.Listener{}, links: map[[2]int]*link.Link{}, barred: make([]atomic.Bool, max(0, o.Servers))}
	m.ctx, m.stop = context.WithCancel(context.Background())
	for from := 1; from <= o.Servers; from++ {
		for to := 1; to <= o.Servers; to++ {
			if from == to {
				continue
			}
			m.links[[2]int{from, to}] = link.New(o.Seed, from, to)
			if err := m.listen(from, to); err != nil {
				return nil, errors.Join(err, m.Close())
			}
		}
	}
	// Only now: a connection needs both links of its pair.
	for w, l := range m.listeners {
		m.running.Go(func() { m.accept(w, l) })
	}
	return m, nil
}

func (m *Mesh) listen(from, to int) error {
	for _, p := range ports {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("proxy: %w", err)
		}
		m.listeners[way{from, to, p}] = l
	}
	return nil
}

// Addr is where server from has to dial to reach the port of server to. It
// panics if there is no such pair.
func (m *Mesh) Addr(from, to int, p Port) *net.TCPAddr {
	return m.listeners[way{from, to, p}].Addr().(*net.TCPAddr)
}

// SetLink puts the link from one server to another into a state and returns
// when it is in force.
func (m *Mesh) SetLink(ctx context.Context, from, to int, s cluster.Link) error {
	l := m.links[[2]int{from, to}]
	if l == nil {
		return fmt.Errorf("no link from server %d to server %d: want two different ones of 1 to %d", from, to, m.o.Servers)
	}
	if s.Delay < 0 || s.Jitter < 0 || s.Loss < 0 || s.Loss > link.Million {
		return fmt.Errorf("link %+v: want no negative time, and a loss of 0 to %d parts per link.Million", s, link.Million)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	l.Set(s)
	return nil
}

// Bar, if shut, resets every connection to the quorum port of server n as soon as
// it is opened, until it is called with false. Those that exist go on.
func (m *Mesh) Bar(ctx context.Context, n int, shut bool) error {
	if n < 1 || n > len(m.barred) {
		return fmt.Errorf("no server %d: want 1 to %d", n, len(m.barred))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m.barred[n-1].Store(shut)
	return nil
}

// Carried is the number of bytes handed to server to on its links from server
// from, since the mesh was opened. It panics if there is no such pair.
func (m *Mesh) Carried(from, to int) uint64 { return m.links[[2]int{from, to}].Count() }

// Close resets all connections and returns when nothing runs any more.
func (m *Mesh) Close() error {
	m.stop()
	var errs []error
	for _, l := range m.listeners {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	m.running.Wait()
	return errors.Join(errs...)
}

func (m *Mesh) accept(w way, l net.Listener) {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Out of file descriptors, most likely. They come back.
			m.report(fmt.Errorf("accepting from server %d to server %d: %w", w.from, w.to, err))
			select {
			case <-time.After(50 * time.Millisecond):
				continue
			case <-m.ctx.Done():
				return
			}
		}
		m.running.Go(func() { m.carry(w, conn.(*net.TCPConn)) })
	}
}

func (m *Mesh) report(err error) {
	if m.o.Report != nil {
		m.o.Report(fmt.Errorf("proxy: %w", err))
	}
}
