// Package link is the state of one direction between two processes, as those see
// it who carry bytes from one to the other: whether any may pass at the moment,
// and how long each piece is under way. It knows no sockets but the one that is
// being written to. cluster/proxy and cluster/flink carry; this package is what
// makes a cut exact: when Set returns, nobody hands on another byte.
package link

import (
	"math"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
)

const (
	// Million is the loss of a link that lets nothing through.
	Million = 1_000_000
	// segment is what one packet carries, in bytes, on an Ethernet.
	segment = 1460
	// retransmit is the least time until TCP sends a lost segment again.
	retransmit = 200 * time.Millisecond
	// mostRetries keeps a stall within half a minute.
	mostRetries = 7
)

// Link is the state of one direction, with those who are handing bytes to the
// receiver at the moment. Its methods may be called from several goroutines.
type Link struct {
	mu      sync.Mutex
	state   cluster.Link
	changed chan struct{} // closed at the next change
	draws   *rand.Rand
	writing map[net.Conn]bool
	idle    *sync.Cond // writing has become empty
	carried uint64
}

// New makes an open link. What it draws is fixed by the seed and the two numbers.
func New(seed uint64, from, to int) *Link {
	l := &Link{
		changed: make(chan struct{}),
		draws:   rand.New(rand.NewPCG(seed, uint64(from)<<32|uint64(to))),
		writing: map[net.Conn]bool{},
	}
	l.idle = sync.NewCond(&l.mu)
	return l
}

func shut(s cluster.Link) bool { return s.Cut || s.Loss >= Million }

// Set changes the state. When it returns from shutting, nobody writes.
func (l *Link) Set(s cluster.Link) {
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

// Enter waits until the link is not shut and notes conn as being written to,
// until Leave. It is false if done came first.
func (l *Link) Enter(conn net.Conn, done <-chan struct{}) bool {
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

// Leave ends what Enter began; n bytes were handed on.
func (l *Link) Leave(conn net.Conn, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.carried += uint64(n)
	delete(l.writing, conn)
	if len(l.writing) == 0 {
		l.idle.Broadcast()
	}
}

// Count is the number of bytes handed on so far.
func (l *Link) Count() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.carried
}

// Look says whether the link is shut, and gives what is closed when that may
// have changed.
func (l *Link) Look() (isShut bool, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return shut(l.state), l.changed
}

// Wait draws how long a piece of n bytes is under way.
func (l *Link) Wait(n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.state.Delay
	if l.state.Jitter > 0 {
		d += time.Duration(l.draws.Int64N(int64(l.state.Jitter)))
	}
	if l.state.Loss > 0 && l.state.Loss < Million {
		d += stall(l.draws, float64(l.state.Loss)/Million, n)
	}
	return d
}

// Await waits until a piece is due; it is false if done came first.
func Await(due time.Time, done <-chan struct{}) bool {
	left := time.Until(due)
	if left <= 0 {
		return true
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-done:
		return false
	}
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
