package checker

import (
	"context"
	"fmt"
	"runtime/metrics"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"
)

// meter stops a search that exceeds its budget. porcupine has no way to be
// stopped for want of memory, so the model does it: once the flag is up no
// operation is legal any more, the search unwinds, and its answer, which is
// worthless then, is thrown away.
type meter struct {
	stop   atomic.Bool
	reason string // written before stop is set, read after
	done   chan struct{}
	ended  chan struct{}
}

// heartbeat is how often a meter looks. In that time a search may allocate
// some megabytes at most.
const heartbeat = 5 * time.Millisecond

func startMeter(b Budget) *meter {
	m := &meter{done: make(chan struct{}), ended: make(chan struct{})}
	go m.watch(b, heap())
	return m
}

func (m *meter) watch(b Budget, before uint64) {
	defer close(m.ended)
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	limit := time.NewTimer(b.Time)
	defer limit.Stop()
	for {
		select {
		case <-m.done:
			return
		case <-limit.C:
			m.reason = fmt.Sprintf("time: it was not done after %v", b.Time)
		case <-tick.C:
			if grown := heap(); grown < before+b.Memory {
				continue
			}
			m.reason = fmt.Sprintf("memory: it needed more than %d MB", b.Memory>>20)
		}
		m.stop.Store(true)
		return
	}
}

// close ends the meter. Afterwards it neither changes nor keeps a goroutine.
func (m *meter) close() {
	close(m.done)
	<-m.ended
}

// heap is how many bytes live or not yet collected objects take.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// answer is what a search found.
type answer uint8

const (
	found   answer = iota // an order explains everything
	none                  // no order does
	stopped               // out of budget
)

// search asks porcupine for an order.
func (p *problem) search(m *meter) answer {
	model := porcupine.Model{
		Init: func() any { return p.start() },
		StepContext: func(_ context.Context, s, in, _ any) (bool, any) {
			if m.stop.Load() {
				return false, nil
			}
			legal, next := p.mayBe(s.(*state), in.(*operation))
			return legal, next
		},
		Equal: func(a, b any) bool { return a.(*state).equal(b.(*state)) },
		Hash:  func(s any) uint64 { return s.(*state).sum },
	}
	history := make([]porcupine.Operation, len(p.ops))
	for i, o := range p.ops {
		history[i] = porcupine.Operation{ClientId: i, Input: o, Call: o.call, Return: o.ret}
	}
	legal := porcupine.CheckOperations(model, history)
	switch {
	case legal:
		return found
	case m.stop.Load():
		return stopped
	}
	return none
}

// size describes the problem for the reader of an unknown verdict.
func (p *problem) size() string {
	clients, vague := map[int]bool{}, 0
	for _, o := range p.ops {
		clients[o.client] = true
		if o.vague {
			vague++
		}
	}
	// porcupine keeps a set of the placed operations for each state it visits,
	// and it visits at least one for each operation.
	n := uint64(len(p.ops))
	return fmt.Sprintf("%s of %s on %s, %d of them of unknown outcome, at least %d MB",
		plural(len(p.ops), "operation"), plural(len(clients), "client"), plural(len(p.paths), "znode"), vague, n*n/8>>20)
}
