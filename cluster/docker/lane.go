package docker

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
)

// draw is what a link draws its losses and jitter from. The packets of one link draw
// from it in the order in which they arrive, and from no other.
func (l *links) draw(from, to int) *rand.Rand {
	return rand.New(rand.NewPCG(l.seed, uint64(from)<<32|uint64(to)))
}

// verdict is what becomes of a packet.
type verdict bool

const (
	deliver verdict = true
	discard verdict = false
)

// packet waits for its moment, which is zero once it has come.
type packet struct {
	id  uint32
	due time.Time
}

// lane is one link on which packets are held back and lost. It keeps their
// order: who draws less jitter than the packet before it waits for that one.
type lane struct {
	judge func(id uint32, v verdict)
	wake  chan struct{} // has room for one
	done  chan struct{}

	mu      sync.Mutex
	state   cluster.Link
	draw    *rand.Rand
	waiting []packet
	lost    int // packets drawn to be lost or met by a cut
}

// newLane starts the goroutine that lets packets go. judge is called from it,
// and from arrive for packets that are lost.
func newLane(draw *rand.Rand, judge func(uint32, verdict)) *lane {
	l := &lane{judge: judge, draw: draw, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go l.run()
	return l
}

// set changes the link's state. On a cut all packets under way are lost; when a
// link is slow no longer they arrive at once.
func (l *lane) set(state cluster.Link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
	if state.Cut {
		for _, p := range l.waiting {
			l.judge(p.id, discard)
		}
		l.waiting = nil
	} else if state.Delay == 0 && state.Jitter == 0 {
		for i := range l.waiting {
			l.waiting[i].due = time.Time{}
		}
	}
	l.signal()
}

// arrive takes in a packet at the given moment.
func (l *lane) arrive(id uint32, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Both draws are made for every packet, so that the n-th draw belongs to the
	// n-th packet whatever the link's state was before.
	loss, part := l.draw.IntN(million), l.draw.Float64()
	if l.state.Cut || loss < l.state.Loss {
		l.lost++
		l.judge(id, discard)
		return
	}
	due := now.Add(l.state.Delay + time.Duration(part*float64(l.state.Jitter)))
	if n := len(l.waiting); n > 0 && l.waiting[n-1].due.After(due) {
		due = l.waiting[n-1].due
	}
	l.waiting = append(l.waiting, packet{id, due})
	if len(l.waiting) == 1 {
		l.signal()
	}
}

// signal wakes the goroutine, or leaves it a note if it is awake.
func (l *lane) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *lane) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if next, ok := l.release(time.Now()); ok {
			timer.Reset(next)
		}
		select {
		case <-l.done:
			return
		case <-l.wake:
		case <-timer.C:
		}
	}
}

// release lets go what is due and returns how long the next packet has to wait.
func (l *lane) release(now time.Time) (next time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) > 0 {
		if wait := l.waiting[0].due.Sub(now); wait > 0 {
			return wait, true
		}
		l.judge(l.waiting[0].id, deliver)
		l.waiting = l.waiting[1:]
	}
	return 0, false
}

// close ends the goroutine. Packets still waiting are never judged.
func (l *lane) close() { close(l.done) }
