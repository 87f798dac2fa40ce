package counterexample

import (
	"slices"
	"strings"
	"time"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// Small is how many operations a counterexample should have at most.
const Small = 12

// Bounds bound what the search may cost. They count; they look at no clock but
// the one that each judgement is given.
type Bounds struct {
	// Judgements is how often one check may be asked.
	Judgements int
	// Undecided is how many judgements may end as unknown before the search
	// stops.
	Undecided int
	// Each is the budget of one judgement.
	Each checker.Budget
}

// DefaultBounds are for one run on a developer's machine.
var DefaultBounds = Bounds{Judgements: 3000, Undecided: 3, Each: checker.Budget{Time: 2 * time.Second, Memory: 256 << 20}}

// Counterexample is the little of a run that suffices to break a promise.
type Counterexample struct {
	// Check and Signature name the promise; Signature is empty for what is
	// permitted.
	Check, Signature string
	Verdict          checker.Verdict
	// Ops is how many operations, final reads, watches and ends of sessions are
	// left; of an invariant, how many events. Of is how many there were.
	Ops, Of int
	// Minimal: nothing of it can be taken away. False if the bounds came first.
	Minimal    bool
	Judgements int
	// Log is the part as a log that the check judges alike; nil for invariants.
	Log []runlog.Event
	// Story is what it tells.
	Story Story

	subject *subject
	part    part
}

// preferred are the checks whose runs can be taken apart, in the order in which
// they explain best. Who adds one holds it to the test that a part of a good run
// is good.
var preferred = []string{
	"durable", "set", "sequential", "sequence", "session-fifo", "unique-zxids", "ephemerals", "write-order", "watches",
	"prefix-reads", "replay", "durable-zxids", "session-ends", "servers-agree", "linearizable", "witness", "bank", "counter",
}

// Find looks for the counterexample that is told best among those of the checks
// that were broken: the first small one, or else the smallest. Where no promise
// was broken it explains what was permitted. It is nil if there is nothing to
// explain.
func Find(run *checker.Run, results []checker.Result, b Bounds) *Counterexample {
	s := newSubject(run)
	var best *Counterexample
	for _, name := range preferred {
		r := named(results, name)
		if r == nil || r.Verdict != checker.Violation {
			continue
		}
		x := s.minimise(r, b)
		if x != nil && (best == nil || x.Ops < best.Ops) {
			best = x
		}
		if best != nil && best.Ops <= Small {
			break
		}
	}
	if best != nil {
		best.Story = best.tell()
		return best
	}
	if checker.Worst(results) == checker.Violation {
		return s.findBeyond(results, b)
	}
	if r := named(results, "linearizable"); r != nil && r.Verdict == checker.Permitted {
		if x := s.minimise(r, b); x != nil {
			x.Story = x.tell()
			return x
		}
	}
	return nil
}

// findBeyond looks for the counterexample of what is not about znodes and final
// reads alone: Flink, recipes and transaction logs first, then what the servers
// did, and last whether the ensemble recovered.
func (s *subject) findBeyond(results []checker.Result, b Bounds) *Counterexample {
	var best *Counterexample
	better := func(x *Counterexample) {
		if x != nil && (best == nil || x.Ops < best.Ops) {
			best = x
		}
	}
	for _, ac := range accounts {
		if ac == &recovery {
			better(invariant(s.run))
		}
		if best != nil && best.Ops <= Small {
			break
		}
		if r := named(results, ac.check); r != nil && r.Verdict == checker.Violation {
			better(s.account(ac, r, b))
		}
	}
	return best
}

// Of is the counterexample of one check's result, nil if there is none.
func Of(run *checker.Run, r *checker.Result, b Bounds) *Counterexample {
	if r.Name == "invariants" {
		return invariant(run)
	}
	if ac := accountOf(r.Name); ac != nil && r.Verdict == checker.Violation {
		return newSubject(run).account(ac, r, b)
	}
	x := newSubject(run).minimise(r, b)
	if x != nil {
		x.Story = x.tell()
	}
	return x
}

func named(results []checker.Result, name string) *checker.Result {
	i := slices.IndexFunc(results, func(r checker.Result) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return &results[i]
}

// search is a minimisation under way.
type search struct {
	*subject
	check  checker.Check
	want   *checker.Result
	bounds Bounds
	asked  int
	vague  int

	items []item
	paths map[string]bool
}

// minimise takes away clients, znodes, stretches of time and single operations,
// until none can go.
func (s *subject) minimise(want *checker.Result, b Bounds) *Counterexample {
	checks := checker.All()
	i := slices.IndexFunc(checks, func(c checker.Check) bool { return c.Name == want.Name })
	if i < 0 || !slices.Contains(preferred, want.Name) {
		return nil // a check that is not about clients' calls
	}
	m := &search{subject: s, check: checks[i], want: want, bounds: b}
	if want.Verdict != checker.Permitted || !m.beginStale() {
		if !m.begin() {
			return nil
		}
		m.clients()
	}
	var p part
	for before := -1; !m.spent(); {
		m.znodes()
		m.single()
		p = m.close(want.Name, m.items, m.paths)
		if n := len(p.items) + len(p.paths); n == before {
			break
		} else {
			before = n
		}
		// What the closure brought along may do without what it was brought for.
		m.items, m.paths = m.inOrder(p.items), p.paths
	}
	p = m.close(want.Name, m.items, m.paths)
	j := m.project(want.Name, p)
	return &Counterexample{
		Check: want.Name, Signature: want.Signature, Verdict: want.Verdict, Ops: s.count(p.items), Of: s.count(all(s.items(want.Name))),
		Minimal: !m.spent(), Judgements: m.asked, Log: j.events(), subject: m.subject, part: p,
	}
}

// inOrder are items in the order of the log.
func (s *subject) inOrder(set map[item]bool) []item {
	list := make([]item, 0, len(set))
	for i := range set {
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b item) int { return s.place(a) - s.place(b) })
	return list
}

// begin takes the part about the znodes that the signature names, or else all;
// or else all with every version as it was, for a promise that only a gap in
// them breaks.
func (m *search) begin() bool {
	_, about, _ := strings.Cut(m.want.Signature, " ")
	if m.beginAbout(about) {
		return true
	}
	whole := *m.subject
	whole.whole = true
	m.subject = &whole
	return m.beginAbout(about)
}

func (m *search) beginAbout(about string) bool {
	everything := m.subject.items(m.check.Name)
	for _, about := range []string{about, ""} {
		m.paths = map[string]bool{}
		var items []item
		for _, i := range everything {
			mine := i.kind != call
			for _, path := range m.speaksOf(i) {
				if about == "" || top(path) == about {
					m.paths[path], mine = true, true
				}
			}
			if mine || pairwise[m.check.Name] || m.check.Name == "sequential" {
				items = append(items, i)
			}
		}
		if m.holds(items, m.paths) {
			m.items = items
			return true
		}
	}
	return false
}

// speaksOf are the znodes that an item is about.
func (m *search) speaksOf(i item) []string {
	switch i.kind {
	case call:
		return pathsOf(&m.run.History[i.index])
	case event:
		if e := &m.run.Events[i.index]; e.Path != "" {
			return []string{e.Path}
		}
		return nil
	}
	var list []string
	for _, at := range m.trees[i.index].finals {
		if path := m.run.Events[at].Path; path != "/" {
			list = append(list, path)
		}
	}
	return list
}

func (m *search) spent() bool {
	return m.asked >= m.bounds.Judgements || m.vague > m.bounds.Undecided
}

// holds asks whether a part is judged as the whole was.
func (m *search) holds(items []item, paths map[string]bool) bool {
	if m.spent() {
		return false
	}
	m.asked++
	r := m.project(m.check.Name, m.close(m.check.Name, items, paths)).judged(m.check, m.bounds.Each)
	if r.Verdict == checker.Unknown && !pairwise[m.check.Name] {
		m.vague++
	}
	return r.Verdict == m.want.Verdict && r.Signature == m.want.Signature
}

// clients takes away all that a client did.
func (m *search) clients() {
	var owners []int
	for _, i := range m.items {
		if c := m.owner(i); c > 0 && !slices.Contains(owners, c) {
			owners = append(owners, c)
		}
	}
	slices.Sort(owners)
	of := func(kept []int) []item {
		var list []item
		for _, i := range m.items {
			if c := m.owner(i); c <= 0 || slices.Contains(kept, c) {
				list = append(list, i)
			}
		}
		return list
	}
	kept := ddmin(owners, func(some []int) bool { return m.holds(of(some), m.paths) })
	m.items = of(kept)
}

// znodes takes away znodes, and with them what was done to them.
func (m *search) znodes() {
	paths := make([]string, 0, len(m.paths))
	for path := range m.paths {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	kept := ddmin(paths, func(some []string) bool {
		p := set(some)
		return m.holds(m.about(p), p)
	})
	m.paths = set(kept)
	m.items = m.about(m.paths)
}

func set(list []string) map[string]bool {
	m := map[string]bool{}
	for _, s := range list {
		m[s] = true
	}
	return m
}

// about are the items that are about some of the znodes.
func (m *search) about(paths map[string]bool) []item {
	if pairwise[m.check.Name] && m.check.Name != "servers-agree" {
		return m.items
	}
	var list []item
	for _, i := range m.items {
		if i.kind != call || m.run.History[i.index].Op == "sync" ||
			slices.ContainsFunc(pathsOf(&m.run.History[i.index]), func(p string) bool { return paths[p] }) {
			list = append(list, i)
		}
	}
	return list
}

// single takes away stretches of time, ever shorter, in the end single items. To
// take away what the closure brings back is no gain.
func (m *search) single() {
	best := len(m.close(m.check.Name, m.items, m.paths).items)
	m.items = ddmin(m.items, func(some []item) bool {
		n := len(m.close(m.check.Name, some, m.paths).items)
		if n >= best || !m.holds(some, m.paths) {
			return false
		}
		best = n
		return true
	})
}

func all(list []item) map[item]bool {
	m := map[item]bool{}
	for _, i := range list {
		m[i] = true
	}
	return m
}

// count is how many items are not the setup's, which only says what there was
// at first.
func (s *subject) count(items map[item]bool) int {
	n := 0
	for i := range items {
		if i.kind != call || s.run.History[i.index].Client != 0 {
			n++
		}
	}
	return n
}
