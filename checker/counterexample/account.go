package counterexample

import (
	"slices"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// account is how runs are taken apart for a check that is about more than what
// clients asked of znodes and what servers held: about Flink's processes, faults,
// transaction logs, or the operations of recipes. What it takes away are events;
// the event of a call stands for the call with its answer.
type account struct {
	check string
	// about says whether an event can be taken away. What is neither about the
	// check nor stays is left out of every part.
	about func(a *apart, i int) bool
	// with adds what must stay with an event, so that what is left out is not
	// missed: a part of a good run must be good.
	with func(a *apart, i int)
	// stays adds what is in every part.
	stays func(a *apart)
	// edit changes an event of a part for what is left out; nil changes none.
	edit func(a *apart, e *runlog.Event)
	// beside ranks an event that a reader asks for although the check can do
	// without: 1 is told first, 0 never.
	beside func(a *apart, i int) int
	// silent says whether an event that stays is neither told nor counted.
	silent func(e *runlog.Event) bool
	// bundle names what events are told together in one sentence, "" if alone.
	bundle func(e *runlog.Event) string
	// closing is what else the conclusion says, with a blank before it; it may be nil.
	closing func(a *apart) string
}

// accounts are in the order in which they explain best.
var accounts = slices.Concat(recipeAccounts, flinkAccounts, []*account{&transactionLogs, &recovery})

func accountOf(check string) *account {
	if i := slices.IndexFunc(accounts, func(a *account) bool { return a.check == check }); i >= 0 {
		return accounts[i]
	}
	return nil
}

// apart is a run that is taken apart by an account.
type apart struct {
	*subject
	*account
	judge  checker.Check
	want   *checker.Result
	bounds Bounds
	asked  int

	opAt   map[int]int           // by event of a call: its place in the history
	ofKind map[runlog.Kind][]int // the events of a kind
	ofData map[string][]int      // those that put out a record, and the calls that may have written it
	spans  []faultSpan
	// kept is the part under closure, and todo what of it is not yet explained.
	kept map[int]bool
	todo []int
	// core and first are what sufficed, when it comes to telling it, and its first.
	core  map[int]bool
	first int
}

func newApart(s *subject, ac *account, want *checker.Result, b Bounds) *apart {
	checks := checker.All()
	i := slices.IndexFunc(checks, func(c checker.Check) bool { return c.Name == ac.check })
	if i < 0 {
		return nil
	}
	a := &apart{subject: s, account: ac, judge: checks[i], want: want, bounds: b, opAt: map[int]int{}, ofKind: map[runlog.Kind][]int{}, ofData: map[string][]int{}}
	for op := range s.run.History {
		o := &s.run.History[op]
		a.opAt[callOf(o)] = op
		for _, c := range changesOf(o) {
			a.ofData[c.data] = append(a.ofData[c.data], callOf(o))
		}
	}
	for i := range s.run.Events {
		e := &s.run.Events[i]
		a.ofKind[e.Kind] = append(a.ofKind[e.Kind], i)
		if e.Kind == runlog.Output || e.Kind == runlog.Config {
			a.ofData[e.Data] = append(a.ofData[e.Data], i)
		}
	}
	a.spans = s.faults()
	return a
}

// op is the call that an event begins, nil if it does not.
func (a *apart) op(i int) *runlog.Operation {
	if op, is := a.opAt[i]; is {
		return &a.run.History[op]
	}
	return nil
}

// callOf is the event that begins a call.
func callOf(o *runlog.Operation) int { return int(o.Line) - 1 }

func (a *apart) event(i int) *runlog.Event { return &a.run.Events[i] }

// keep adds an event to the part.
func (a *apart) keep(i int) {
	if i >= 0 && !a.kept[i] {
		a.kept[i] = true
		a.todo = append(a.todo, i)
	}
}

// closed is what some events are with all that must stay with them.
func (a *apart) closed(some []int) map[int]bool {
	a.kept, a.todo = map[int]bool{}, nil
	for _, i := range some {
		a.keep(i)
	}
	if a.stays != nil {
		a.stays(a)
	}
	for len(a.todo) > 0 {
		i := a.todo[len(a.todo)-1]
		a.todo = a.todo[:len(a.todo)-1]
		if a.with != nil {
			a.with(a, i)
		}
	}
	return a.kept
}

// log is a closed part as a log of its own: with the answers of its calls, and
// with the end of the clients' work and of the run.
func (a *apart) log(kept map[int]bool) []runlog.Event {
	places := slices.Concat(a.ofKind[runlog.Done], a.ofKind[runlog.End])
	for i := range kept {
		places = append(places, i)
		if op, isCall := a.opAt[i]; isCall && a.rets[op] >= 0 {
			places = append(places, a.rets[op])
		}
	}
	slices.Sort(places)
	var list []runlog.Event
	for _, i := range slices.Compact(places) {
		e := a.run.Events[i]
		e.Cause = 0
		if a.edit != nil {
			a.edit(a, &e)
		}
		list = append(list, e)
	}
	return list
}

func (a *apart) spent() bool { return a.asked >= a.bounds.Judgements }

// holds asks whether a part is judged as the whole was.
func (a *apart) holds(some []int) bool {
	if a.spent() {
		return false
	}
	a.asked++
	run, err := checker.NewRun(a.run.Header, a.log(a.closed(some)))
	if err != nil || !a.judge.Applies(run) {
		return false
	}
	r := a.judge.Judge(run, a.bounds.Each)
	return r.Verdict == a.want.Verdict && r.Signature == a.want.Signature
}

// account takes a run apart by the account of a check, nil if the whole of what
// it is about is not judged as the run was.
func (s *subject) account(ac *account, want *checker.Result, b Bounds) *Counterexample {
	a := newApart(s, ac, want, b)
	if a == nil {
		return nil
	}
	units := a.units()
	if !a.holds(units) {
		return nil
	}
	units = a.owners(units)
	for before := -1; len(units) != before; {
		before = len(units)
		best := len(a.closed(units))
		units = ddmin(units, func(some []int) bool {
			n := len(a.closed(some))
			if n >= best || !a.holds(some) {
				return false
			}
			best = n
			return true
		})
	}
	kept := a.closed(units)
	x := &Counterexample{
		Check: ac.check, Signature: want.Signature, Verdict: want.Verdict, Ops: a.counted(kept), Of: a.whole(),
		Minimal: !a.spent(), Judgements: a.asked, Log: a.log(kept),
	}
	x.Story = a.tell(kept, x.Log)
	return x
}

// why is what the check says of the part: what it says of the whole may be about
// other events.
func (a *apart) why(log []runlog.Event) string {
	if run, err := checker.NewRun(a.run.Header, log); err == nil {
		return upper(a.judge.Judge(run, a.bounds.Each).Why)
	}
	return a.want.Why
}

// whole is how much there was to take away from: calls where the check is about
// clients alone, and else events.
func (a *apart) whole() int {
	if slices.Contains(recipeAccounts, a.account) {
		return len(a.run.History) + len(a.ofKind[runlog.Expired]) + len(a.ofKind[runlog.Final])
	}
	return len(a.run.Events)
}

// units are all events that can be taken away.
func (a *apart) units() []int {
	var list []int
	for i := range a.run.Events {
		if a.about(a, i) {
			list = append(list, i)
		}
	}
	return list
}

// owners takes away all that one client, server or process did.
func (a *apart) owners(units []int) []int {
	var owners []string
	for _, i := range units {
		if w := laneOf(a.event(i)); !slices.Contains(owners, w) {
			owners = append(owners, w)
		}
	}
	of := func(some []string) []int {
		var list []int
		for _, i := range units {
			if slices.Contains(some, laneOf(a.event(i))) {
				list = append(list, i)
			}
		}
		return list
	}
	return of(ddmin(owners, func(some []string) bool { return a.holds(of(some)) }))
}

// counted is how many sentences the events of a part are told in.
func (a *apart) counted(kept map[int]bool) int {
	n, bundles := 0, map[string]int{}
	for i := range kept { // the order does not matter: this counts
		name := ""
		if a.bundle != nil {
			name = a.bundle(a.event(i))
		}
		switch {
		case a.isSilent(i):
		case name != "":
			bundles[name]++
		default:
			n++
		}
	}
	for _, many := range bundles {
		if many <= maxAlone {
			n += many
		} else {
			n++
		}
	}
	return n
}

// isSilent: what a server held is told without the event that ends it.
func (a *apart) isSilent(i int) bool {
	return a.event(i).Kind == runlog.Tree || a.silent != nil && a.silent(a.event(i))
}

// maxAlone is up to how many events of a bundle are told one by one.
const maxAlone = 3

// tell makes the story of a part, with what stands beside it as far as there is
// room. Its moments count from the beginning of the run, as the check's own
// sentence does.
func (a *apart) tell(kept map[int]bool, log []runlog.Event) Story {
	core := make([]int, 0, len(kept))
	for i := range kept {
		if !a.isSilent(i) {
			core = append(core, i)
		}
	}
	slices.Sort(core)
	a.core, a.first = kept, core[0]
	t := &teller{s: a.subject, part: part{map[item]bool{}, map[string]bool{}}, check: a.check, held: map[string]bool{}}
	bundles := a.bundled(core)
	for _, i := range append(slices.Clip(core), a.context(len(core))...) {
		many := bundles[a.nameOf(i)]
		switch op, isCall := a.opAt[i]; {
		case len(many) > 0 && i != many[0], a.isSilent(i): // told with others, or not at all
		case isCall && len(many) == 0:
			t.items[item{call, op}] = true
			for _, path := range a.atStake(&a.run.History[op]) {
				t.paths[path] = true
			}
		default:
			t.items[item{event, i}] = true
		}
	}
	t.list = a.inOrder(t.items)
	for _, it := range t.list {
		switch {
		case it.kind == call:
			t.call(it.index)
		case len(bundles[a.nameOf(it.index)]) > 0:
			t.bundle(a.event(it.index), bundles[a.nameOf(it.index)])
		default:
			t.event(it.index)
		}
	}
	slices.SortStableFunc(t.story.Moments, func(x, y Moment) int { return x.Event - y.Event })
	closing := ""
	if a.closing != nil {
		closing = a.closing(a)
	}
	t.story.Broken = a.why(log) + closing + " " + promiseOf(a.want.Signature)
	return t.story
}

// atStake are the paths of a call that are told: of one that appends many records,
// those of the records that the part puts out, and else all.
func (a *apart) atStake(o *runlog.Operation) []string {
	var paths []string
	for _, c := range changesOf(o) {
		for _, k := range a.ofData[c.data] {
			if e := a.event(k); e.Kind == runlog.Output && a.core[k] {
				paths = append(paths, c.path)
			}
		}
	}
	if len(paths) == 0 {
		return pathsOf(o)
	}
	return paths
}

// nameOf is the bundle that an event is told with, "" if none.
func (a *apart) nameOf(i int) string {
	if a.bundle == nil {
		return ""
	}
	return a.bundle(a.event(i))
}

// bundled are the events of each bundle that is too large to tell them one by one.
func (a *apart) bundled(core []int) map[string][]int {
	bundles := map[string][]int{}
	for _, i := range core {
		if name := a.nameOf(i); name != "" {
			bundles[name] = append(bundles[name], i)
		}
	}
	for name, list := range bundles {
		if len(list) <= maxAlone {
			delete(bundles, name)
		}
	}
	return bundles
}

// context are the events told beside those that suffice: the nearest of each rank,
// as far as there is room.
func (a *apart) context(core int) []int {
	if a.beside == nil {
		return nil
	}
	type extra struct{ rank, index int }
	var extras []extra
	for i := range a.run.Events {
		if a.core[i] {
			continue
		}
		if rank := a.beside(a, i); rank > 0 {
			extras = append(extras, extra{rank, i})
		}
	}
	slices.SortFunc(extras, func(x, y extra) int {
		if x.rank != y.rank {
			return x.rank - y.rank
		}
		return y.index - x.index
	})
	var list []int
	for _, x := range extras[:min(len(extras), max(0, roomBeside-core))] {
		list = append(list, x.index)
	}
	return list
}

// roomBeside is how many sentences a story has when others are told beside those
// that suffice.
const roomBeside = 8

// last is the last event of the part that suffices.
func (a *apart) last() int {
	last := 0
	for i := range a.core { // the order does not matter: this is a maximum
		last = max(last, i)
	}
	return last
}
