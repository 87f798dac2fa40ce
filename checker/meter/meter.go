package meter

import (
	"fmt"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// Budget bounds what a check may cost. A check that would need more says
// unknown.
type Budget struct {
	// Time is for each check on its own.
	Time time.Duration
	// Memory is how many bytes the heap may grow while a check runs.
	Memory uint64
}

// Meter watches one search.
type Meter struct {
	stop   atomic.Bool
	reason string // written before stop is set, read after
	peak   uint64 // written before ended is closed, read after
	done   chan struct{}
	ended  chan struct{}
}

// heartbeat is how often a meter looks. In that time a search may allocate
// some megabytes at most.
const heartbeat = 5 * time.Millisecond

// Start begins to watch.
func Start(b Budget) *Meter {
	limit := time.NewTimer(b.Time)
	return start(b, limit.C, func() { limit.Stop() })
}

// Watch begins to watch without a bound, for the Peak alone.
func Watch() *Meter {
	return start(Budget{Memory: 1 << 62}, nil, func() {})
}

func start(b Budget, limit <-chan time.Time, release func()) *Meter {
	m := &Meter{done: make(chan struct{}), ended: make(chan struct{}), peak: Heap()}
	go func() {
		defer close(m.ended)
		defer release()
		m.watch(b, limit, m.peak)
	}()
	return m
}

func (m *Meter) watch(b Budget, limit <-chan time.Time, before uint64) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-m.done:
			m.peak = max(m.peak, Heap())
			return
		case <-limit:
			m.reason = fmt.Sprintf("time: it was not done after %v", b.Time)
		case <-tick.C:
			now := Heap()
			m.peak = max(m.peak, now)
			if now < before+b.Memory {
				continue
			}
			m.reason = fmt.Sprintf("memory: it needed more than %d MB", b.Memory>>20)
		}
		m.stop.Store(true)
		return
	}
}

// Stopped says whether the search must end, since it has used up its budget.
func (m *Meter) Stopped() bool { return m.stop.Load() }

// Reason says what was used up: "time: …" or "memory: …", and "" unless Stopped.
func (m *Meter) Reason() string {
	if !m.stop.Load() {
		return ""
	}
	return m.reason
}

// Close ends the meter. Afterwards it neither changes nor keeps a goroutine.
func (m *Meter) Close() {
	close(m.done)
	<-m.ended
}

// Peak is the most bytes that the heap was seen to take, at a look every few
// milliseconds and when the meter was closed. It counts from Close on.
func (m *Meter) Peak() uint64 { return m.peak }

// Heap is how many bytes live and not yet collected objects take.
func Heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
