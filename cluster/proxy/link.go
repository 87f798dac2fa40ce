package proxy

import (
	"math"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
)

const (
	million = 1_000_000
	// segment is what one packet carries, in bytes, on an Ethernet.
	segment = 1460
	// retransmit is the least time until TCP sends a lost segment again.
	retransmit = 200 * time.Millisecond
	// mostRetries keeps a stall within half a minute.
	mostRetries = 7
)

// link is the state of one direction between two servers, with those who are
// handing bytes to the receiver at the moment.
type link struct {
	mu      sync.Mutex
	state   cluster.Link
	changed chan struct{} // closed at the next change
	draws   *rand.Rand
	writing map[net.Conn]bool
	idle    *sync.Cond // writing has become empty
	carried uint64
}

func newLink(seed uint64, from, to int) *link {
	l := &link{
		changed: make(chan struct{}),
		draws:   rand.New(rand.NewPCG(seed, uint64(from)<<32|uint64(to))),
		writing: map[net.Conn]bool{},
	}
	l.idle = sync.NewCond(&l.mu)
	return l
}

func shut(s cluster.Link) bool { return s.Cut || s.Loss >= million }

// set changes the state. When it returns from shutting, nobody writes.
func (l *link) set(s cluster.Link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = s
	close(l.changed)
	l.changed = make(chan struct{})
	if !shut(s) {
		return
	}
	for conn := range l.writing {
		// Wakes a write to a receiver that does not read.
		conn.SetWriteDeadline(time.Unix(1, 0))
	}
	for len(l.writing) > 0 {
		l.idle.Wait()
	}
}

// enter waits until the link is not shut and notes conn as being written to,
// until leave. It is false if done came first.
func (l *link) enter(conn net.Conn, done <-chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for shut(l.state) {
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-done:
		}
		l.mu.Lock()
		select {
		case <-done:
			return false
		default:
		}
	}
	// An error here shows again, and better, in the write.
	_ = conn.SetWriteDeadline(time.Time{})
	l.writing[conn] = true
	return true
}

func (l *link) leave(conn net.Conn, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.carried += uint64(n)
	delete(l.writing, conn)
	if len(l.writing) == 0 {
		l.idle.Broadcast()
	}
}

func (l *link) count() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.carried
}

// look says whether the link is shut, and gives what is closed when that may
// have changed.
func (l *link) look() (isShut bool, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return shut(l.state), l.changed
}

// wait draws how long a piece of n bytes is under way.
func (l *link) wait(n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.state.Delay
	if l.state.Jitter > 0 {
		d += time.Duration(l.draws.Int64N(int64(l.state.Jitter)))
	}
	if l.state.Loss > 0 && l.state.Loss < million {
		d += stall(l.draws, float64(l.state.Loss)/million, n)
	}
	return d
}

// stall draws what retransmissions add: the first round may lose any of the
// piece's segments, each later one the segment that is sent again.
func stall(draws *rand.Rand, loss float64, n int) (d time.Duration) {
	segments := max(1, (n+segment-1)/segment)
	chance := 1 - math.Pow(1-loss, float64(segments))
	for i := range mostRetries {
		if draws.Float64() >= chance {
			break
		}
		d += retransmit << i
		chance = loss
	}
	return d
}
