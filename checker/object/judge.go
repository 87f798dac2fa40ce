package object

import (
	"fmt"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/format"
	"github.com/schismlab/schism/checker/meter"
)

// Judge says whether there is one order of all operations, keeping to their
// times, that explains every answer. Registers begin with the value initial.
func Judge(h *format.History, initial format.Value, b checker.Budget) checker.Result {
	m := meter.Start(b)
	defer m.Close()
	all := problems(h, initial)
	count := tally{history: h, objects: len(all)}
	for _, p := range all {
		parts := p.cuts()
		for _, part := range parts {
			switch part.search(m) {
			case stopped:
				return count.undecided(part, m)
			case none:
				return checker.Result{Name: name, Verdict: checker.Violation, Signature: name + " " + string(h.Model), Why: count.why(part, m)}
			}
		}
		count.judged++
		count.ops += len(p.ops)
		count.parts += len(parts)
	}
	if answered(h) == 0 {
		return checker.Result{Name: name, Verdict: checker.Vacuous, Why: "No operation was answered but by a failure: there is nothing for an order to explain."}
	}
	return checker.Result{Name: name, Verdict: checker.OK, Why: count.found()}
}

// answered counts the operations that say something of the object.
func answered(h *format.History) (n int) {
	for i := range h.Ops {
		if out := h.Ops[i].Outcome; out == format.OK || out == format.Refused {
			n++
		}
	}
	return n
}

const name = "linearizable"

// tally is how far the judgement has come.
type tally struct {
	history                     *format.History
	objects, judged, ops, parts int
}

func (c *tally) found() string {
	return fmt.Sprintf("One order explains every answer: %s on a %s%s, in %s, cut where the state is known.",
		plural(c.ops, "operation"), c.history.Model, c.keys(), plural(c.parts, "part"))
}

// keys says how many objects there are, if they have keys.
func (c *tally) keys() string {
	if !c.history.Keyed {
		return ""
	}
	return " of " + plural(c.objects, "key")
}

func (c *tally) undecided(p *problem, m *meter.Meter) checker.Result {
	k := p.cost()
	why := fmt.Sprintf("The search for an order was given up at %s%s, %d of them open at one moment, %d of unknown outcome.",
		plural(k.ops, "operation"), about(p), k.atOnce, k.vague)
	why += fmt.Sprintf(" Its time may grow with 2 to the power of %d, and it needs at least %s.", k.atOnce, size(k.memory()))
	why += " What was used up is " + m.Reason() + "."
	if c.judged > 0 {
		why += fmt.Sprintf(" Of %s, %d have an order.", plural(c.objects, "key"), c.judged)
	}
	return checker.Result{Name: name, Verdict: checker.Unknown, Why: why + " Nothing was proved, neither way."}
}

// size is a number of bytes for people.
func size(n uint64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return plural(int(n), "byte")
}

// about names the object that a problem is about.
func about(p *problem) string {
	if p.key == "" {
		return ""
	}
	return " of key " + p.key
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
