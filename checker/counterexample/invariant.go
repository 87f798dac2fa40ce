package counterexample

import (
	"cmp"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// invariant is the counterexample of what only the servers' events show: those
// that suffice for the watch of the invariants to say the same, and beside them,
// as far as there is room, who logged what is at stake and who crashed. It is nil
// for other protocols than ZAB, whose events it does not know.
func invariant(run *checker.Run) *Counterexample {
	if run.Header.Protocol != "" {
		return nil
	}
	v := newSlice(run)
	if v.broken == nil || !v.noticed() {
		return nil // not a run of ZAB: the check's own sentence has to do
	}
	core := v.minimise()
	shown := v.surround(core)
	x := &Counterexample{
		Check: "invariants", Signature: v.broken.Name, Verdict: checker.Violation,
		Ops: len(shown), Of: len(v.events) + 1, Minimal: v.asked < maxAsked, Judgements: v.asked,
	}
	x.Story = v.tell(shown)
	return x
}

// maxAsked bounds how often the watch is asked.
const maxAsked = 3000

// slice is the servers' part of a run up to the event that breaks an invariant.
type slice struct {
	run    *checker.Run
	events []int // those that the watch looks at, before the last
	last   int
	broken *checker.Broken
	// before is by Apply event what its server had applied until then.
	before map[int]place
	// parents is by digest the history before its last entry, as far as the
	// servers' events show it.
	parents map[uint64]place
	asked   int
}

// place is the end of a history, known by its digest.
type place struct{ zxid, chain uint64 }

func newSlice(run *checker.Run) *slice {
	v := &slice{run: run, before: map[int]place{}, parents: map[uint64]place{}}
	var watch checker.ZabInvariants
	applied, logged := map[int]place{}, map[int]place{}
	for i := range run.Events {
		e := &run.Events[i]
		switch e.Kind {
		case runlog.Apply:
			v.before[i] = applied[e.Node]
			v.follows(placeOf(e), applied[e.Node])
			applied[e.Node] = placeOf(e)
		case runlog.Write:
			if watched(e) {
				v.follows(placeOf(e), logged[e.Node])
				logged[e.Node] = placeOf(e)
			}
		case runlog.Restore, runlog.Truncate:
			applied[e.Node], logged[e.Node] = placeOf(e), placeOf(e)
		}
		if v.broken = watch.Observe(e); v.broken != nil {
			v.last = i
			return v
		}
		if watched(e) {
			v.events = append(v.events, i)
		}
	}
	return v
}

func placeOf(e *runlog.Event) place { return place{e.Zxid, e.Chain} }

func (v *slice) follows(p, before place) {
	if _, known := v.parents[p.chain]; !known && before.zxid < p.zxid {
		v.parents[p.chain] = before
	}
}

// watched says whether the invariants look at an event.
func watched(e *runlog.Event) bool {
	switch e.Kind {
	case runlog.Role:
		return e.Text == "serving"
	case runlog.Write:
		return e.Text == "log"
	case runlog.Propose, runlog.Apply, runlog.Restore, runlog.Truncate:
		return true
	}
	return false
}

// minimise takes away servers, then stretches of time, then single events.
func (v *slice) minimise() []int {
	var nodes []int
	for _, i := range v.events {
		if n := v.run.Events[i].Node; !slices.Contains(nodes, n) {
			nodes = append(nodes, n)
		}
	}
	slices.Sort(nodes)
	of := func(nodes []int) []int {
		var list []int
		for _, i := range v.events {
			if slices.Contains(nodes, v.run.Events[i].Node) {
				list = append(list, i)
			}
		}
		return list
	}
	nodes = ddmin(nodes, func(some []int) bool { return v.holds(of(some)) })
	return append(ddmin(of(nodes), v.holds), v.last)
}

// holds asks whether these events make the watch say the same of the last one,
// and nothing before it.
func (v *slice) holds(some []int) bool {
	if v.asked >= maxAsked {
		return false
	}
	v.asked++
	var watch checker.ZabInvariants
	steps := v.folded(append(slices.Clip(some), v.last))
	v.prime(&watch, steps)
	for _, e := range steps {
		broken := watch.Observe(&e.Event)
		if e.index == v.last {
			return broken != nil && broken.Name == v.broken.Name && words(broken) == words(v.broken)
		}
		if broken != nil {
			return false
		}
	}
	return false
}

// prime tells the watch which of the histories that are named are the beginning
// of which, since the events that show it are left out: as if a server that does
// not exist had written them to its log.
func (v *slice) prime(watch *checker.ZabInvariants, steps []step) {
	const nobody = -1
	named := map[place]bool{{}: true} // the empty history
	for i := range steps {
		if e := &steps[i]; e.Chain != 0 {
			named[placeOf(&e.Event)] = true
		}
	}
	for i := range steps {
		p := placeOf(&steps[i].Event)
		up, known := v.parents[p.chain]
		for known && !named[up] {
			up, known = v.parents[up.chain]
		}
		if p.chain != 0 && known {
			watch.Observe(&runlog.Event{Kind: runlog.Restore, Node: nobody, Zxid: up.zxid, Chain: up.chain})
			watch.Observe(&runlog.Event{Kind: runlog.Write, Text: "log", Node: nobody, Zxid: p.zxid, Chain: p.chain})
		}
	}
}

// words are what the watch says without its counts of servers, which are other
// ones in a part.
func words(b *checker.Broken) string {
	text, _, _ := strings.Cut(b.Why, ";")
	return text
}

// noticed says whether the world, too, saw this invariant broken.
func (v *slice) noticed() bool {
	for i := range v.run.Events {
		if e := &v.run.Events[i]; e.Kind == runlog.Violated {
			return e.Msg == v.broken.Name
		}
	}
	return false
}

// step is an event, or in its place what a server held at first: then index is
// -1.
type step struct {
	runlog.Event
	index int
}

// folded puts before each transaction that a server applies what it had applied
// until then, if the events that did are left out.
func (v *slice) folded(some []int) []step {
	var list []step
	applied := map[int]place{}
	for _, i := range some {
		e := v.run.Events[i]
		if before := v.before[i]; e.Kind == runlog.Apply && applied[e.Node] != before {
			list = append(list, step{runlog.Event{T: e.T, Kind: runlog.Restore, Node: e.Node, Zxid: before.zxid, Chain: before.chain}, -1})
		}
		switch e.Kind {
		case runlog.Apply, runlog.Restore, runlog.Truncate:
			applied[e.Node] = place{e.Zxid, e.Chain}
		}
		list = append(list, step{e, i})
	}
	return list
}

// surround adds what a reader wants to know and the watch does not need, as far
// as there is room: who wrote the transactions at stake to its log, and who
// crashed, cut its log back or began to lead since.
func (v *slice) surround(core []int) []int {
	stake := map[uint64]bool{}
	first := core[0]
	for _, i := range core {
		if e := &v.run.Events[i]; e.Kind == runlog.Apply || e.Kind == runlog.Propose {
			stake[e.Zxid] = true
		}
	}
	type extra struct{ rank, index int }
	var extras []extra
	for i := range v.run.Events[:v.last] {
		e := &v.run.Events[i]
		if slices.Contains(core, i) {
			continue
		}
		switch {
		case e.Kind == runlog.Write && e.Text == "log" && stake[e.Zxid]:
			extras = append(extras, extra{1, i})
		case i < first:
		case e.Kind == runlog.Truncate, e.Kind == runlog.Restore && e.Text == "disk", e.Kind == runlog.Role && watched(e):
			extras = append(extras, extra{0, i})
		case e.Kind == runlog.Crash || e.Kind == runlog.Pause:
			extras = append(extras, extra{0, i})
		case e.Kind == runlog.Apply && stake[e.Zxid]:
			extras = append(extras, extra{2, i})
		}
	}
	// The latest of each rank are the nearest to what was broken.
	slices.SortFunc(extras, func(a, b extra) int { return cmp.Or(a.rank-b.rank, b.index-a.index) })
	shown := slices.Clone(core)
	for _, x := range extras[:min(len(extras), max(0, Small-maxTold-len(core)))] {
		shown = append(shown, x.index)
	}
	slices.Sort(shown)
	return shown
}
