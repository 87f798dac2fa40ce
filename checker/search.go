package checker

import (
	"context"

	"github.com/anishathalye/porcupine"

	"github.com/schismlab/schism/checker/meter"
)

// answer is what a search found.
type answer uint8

const (
	found   answer = iota // an order explains everything
	none                  // no order does
	stopped               // out of budget
)

// search asks porcupine for an order. porcupine has no way to be stopped for
// want of memory, so the model does it: once the meter says so no operation is
// legal any more, the search unwinds, and its answer is thrown away.
func (p *problem) search(m *meter.Meter) answer {
	model := porcupine.Model{
		Init: func() any { return p.start() },
		StepContext: func(_ context.Context, s, in, _ any) (bool, any) {
			if m.Stopped() {
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
	case m.Stopped():
		return stopped
	}
	return none
}
