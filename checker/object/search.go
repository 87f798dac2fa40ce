package object

import (
	"context"
	"hash/maphash"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/schismlab/schism/checker/format"
	"github.com/schismlab/schism/checker/meter"
)

// answer is what a search found.
type answer uint8

const (
	found   answer = iota // an order explains everything
	none                  // no order does
	stopped               // out of budget
)

var seed = maphash.MakeSeed()

// config is where a search stands: the state, and what shortens the search. It
// is never changed, only replaced.
type config struct {
	state any
	// left counts the answered operations that are still to be placed.
	left int
	// used counts, for each class, the vague operations that are placed.
	used string
}

// search looks for an order in the cheapest way that decides.
func (p *problem) search(m *meter.Meter) answer {
	if m.Stopped() {
		return stopped
	}
	if len(p.ops) == 1 { // most parts of a history without overlaps
		if legal, _ := p.kind.step(p.start, &p.ops[0]); !legal {
			return none
		}
		return found
	}
	if a, decided := p.quick(); decided {
		return a
	}
	return p.try(m)
}

// try asks porcupine for an order. porcupine has no way to be stopped for
// want of memory, so the model does it: once the meter says so no operation is
// legal any more, the search unwinds, and its answer is thrown away.
func (p *problem) try(m *meter.Meter) answer {
	begin := p.begin()
	model := porcupine.Model{
		Init: func() any { return begin },
		StepContext: func(_ context.Context, s, in, _ any) (bool, any) {
			if m.Stopped() {
				return false, nil
			}
			return p.place(s.(config), in.(*op))
		},
		Equal: func(a, b any) bool { return a == b },
		Hash:  func(s any) uint64 { return maphash.Comparable(seed, s.(config)) },
	}
	history := make([]porcupine.Operation, len(p.ops))
	for i := range p.ops {
		o := &p.ops[i]
		history[i] = porcupine.Operation{ClientId: i, Input: o, Call: int64(o.call), Return: int64(o.ret)}
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

// begin sorts the vague operations into classes of those that do the same.
func (p *problem) begin() config {
	type doing struct {
		do       format.Do
		arg, new code
	}
	classes, counts := map[doing]int{}, []int{}
	c := config{state: p.start}
	for i := range p.ops {
		o := &p.ops[i]
		if !o.vague {
			c.left++
			continue
		}
		d := doing{o.Do, o.arg, o.new}
		class, seen := classes[d]
		if !seen {
			class = len(counts)
			classes[d], counts = class, append(counts, 0)
		}
		o.class, o.rank = class, counts[class]
		counts[class]++
	}
	c.used = strings.Repeat("\x00\x00", len(counts))
	return c
}

// place puts an operation next. A vague one is tried only where it changes the
// state, and behind all answers, where it has never happened. Of those that do
// the same, the one that was called first is tried first: the others cannot do
// better, since none of them ever ends.
func (p *problem) place(c config, o *op) (bool, any) {
	if !o.vague {
		legal, next := p.kind.step(c.state, o)
		c.state = next
		c.left--
		return legal, c
	}
	if c.left == 0 {
		return true, c
	}
	at := 2 * o.class
	used := int(c.used[at])<<8 | int(c.used[at+1])
	if o.rank != used {
		return false, nil
	}
	_, next := p.kind.step(c.state, o)
	if next == c.state {
		return false, nil
	}
	used++
	c.state = next
	c.used = c.used[:at] + string([]byte{byte(used >> 8), byte(used)}) + c.used[at+2:]
	return true, c
}
