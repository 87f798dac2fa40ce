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
// as far as there is room, who logged what is at stake and who crashed. Where the
// watch says nothing, it is the event that the run itself was ended by.
func invariant(run *checker.Run) *Counterexample {
	var x *Counterexample
	switch run.Header.Protocol {
	case "", "zab":
		x = ofHistories(run)
	default:
		x = ofBallots(run)
	}
	if x == nil {
		x = ofItself(run)
	}
	return x
}

// ofHistories takes a run of ZAB apart.
func ofHistories(run *checker.Run) *Counterexample {
	v := newSlice(run)
	v.keepWatched()
	if v.broken == nil || !v.noticed() {
		return nil
	}
	core := v.minimise()
	shown := v.surround(core)
	x := &Counterexample{
		Check: "invariants", Signature: v.broken.Name, Verdict: checker.Violation,
		Ops: len(shown), Of: len(v.events) + 1, Minimal: v.asked < maxAsked, Judgements: v.asked,
	}
	if v.run.Events[v.last].Kind == runlog.Threw {
		x.Ops, x.Of = 1, v.last+1 // what is told beside it is not needed
	}
	x.Story = v.tell(shown)
	return x
}

// ofItself tells of a Violated event by its own words, after what befell the
// servers last; nil if there is none.
func ofItself(run *checker.Run) *Counterexample {
	at := slices.IndexFunc(run.Events, func(e runlog.Event) bool { return e.Kind == runlog.Violated })
	if at < 0 {
		return nil
	}
	e := &run.Events[at]
	shown := []int{at}
	for i := at - 1; i >= 0 && len(shown) < roomBeside; i-- {
		if k := run.Events[i].Kind; k == runlog.Crash || k == runlog.Start || k == runlog.Pause || k == runlog.Resume || k == runlog.Role {
			shown = append(shown, i)
		}
	}
	slices.Reverse(shown)
	x := &Counterexample{Check: "invariants", Signature: e.Msg, Verdict: checker.Violation, Ops: 1, Of: at + 1, Minimal: true}
	for _, i := range shown {
		e := &run.Events[i]
		long, short, class := eventText(e)
		if i == at {
			long, short, class = upper(strings.TrimSuffix(clip(e.Text), "."))+".", e.Msg, "refused"
		}
		x.Story.Moments = append(x.Story.Moments, Moment{e.T, i + 1, long})
		x.Story.Spans = append(x.Story.Spans, Span{laneOf(e), e.T, e.T, false, short, class})
	}
	promise := invariantPromises[e.Msg]
	if promise == "" {
		promise = ballotPromises[e.Msg]
	}
	if promise == "" {
		promise = "The server's own code has found a state that it holds to be impossible, and ends the run."
	}
	x.Story.Broken = promise
	return x
}

// clip shortens a text that prints the whole state of a server.
func clip(text string) string {
	const most = 160
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most]) + "…"
	}
	return text
}

// maxAsked bounds how often the watch is asked.
const maxAsked = 3000

// slice is the servers' part of a run up to the event that breaks an invariant.
type slice struct {
	run    *checker.Run
	events []int // those that the watch looks at, before the last
	last   int
	broken *checker.Broken
	// known stay and are not told: an election that begins anew.
	known []int
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
		v.events = append(v.events, i)
	}
	return v
}

// keepWatched leaves those events that bear upon what was broken.
func (v *slice) keepWatched() {
	if v.broken == nil {
		return
	}
	is := watched
	switch {
	case v.broken.Name == "NoVoteCircle":
		is = func(e *runlog.Event) bool { return e.Kind == runlog.Vote }
		for i := range v.run.Events[:v.last] {
			if e := &v.run.Events[i]; e.Kind == runlog.Role && e.Text == "looking" {
				v.known = append(v.known, i)
			}
		}
	case v.run.Events[v.last].Kind == runlog.Threw:
		is = func(*runlog.Event) bool { return false } // it speaks for itself
	}
	v.events = slices.DeleteFunc(v.events, func(i int) bool { return !is(&v.run.Events[i]) })
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
	all := slices.Concat(some, v.known, []int{v.last})
	slices.Sort(all)
	steps := v.folded(slices.Compact(all))
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
// of which, since the events that show it are left out.
func (v *slice) prime(watch *checker.ZabInvariants, steps []step) {
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
			watch.Extends(p.zxid, p.chain, up.zxid, up.chain)
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
	if v.run.Events[v.last].Kind == runlog.Threw {
		return v.surroundThrown()
	}
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

// surroundThrown adds, to a server that was thrown out of its course, what it did
// last, and who crashed last.
func (v *slice) surroundThrown() []int {
	at := &v.run.Events[v.last]
	shown := []int{v.last}
	for i := v.last - 1; i >= 0 && len(shown) < roomBeside; i-- {
		e := &v.run.Events[i]
		mine := e.Node == at.Node
		switch {
		case mine && (e.Kind == runlog.Role || e.Kind == runlog.Restore || e.Kind == runlog.Truncate),
			mine && e.Kind == runlog.Write && e.Text == "log" && e.Zxid == at.Zxid,
			e.Kind == runlog.Propose && e.Zxid == at.Zxid && at.Zxid != 0,
			e.Kind == runlog.Crash, e.Kind == runlog.Start && mine:
			shown = append(shown, i)
		}
	}
	slices.Reverse(shown)
	return shown
}
