package dataset

import (
	"context"
	"fmt"
	slashpath "path"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/incidents"
)

// How many histories are looked for, and how far.
const (
	goodEach  = 4  // of every scenario, without a bug
	staleEach = 3  // more, with a stale read
	goodSeeds = 60 // tried
	badSeeds  = 14 // tried with every bug and scenario
	badEach   = 2  // kept of these
	badOfBug  = 6  // kept of one bug, of all scenarios
	ofIssue   = 2  // of every incident, on what is affected
)

// callsOf is how many calls a client makes: 8 to 16, so that sizes differ.
func callsOf(seed uint64) int { return 8 + int(seed*5%9) }

// choose looks for the model's histories: what is found depends on nothing but
// the code.
func choose(t *testing.T) (list []*Entry) {
	list = append(list, chooseGood(t)...)
	list = append(list, chooseBad(t)...)
	return append(list, chooseIncidents(t)...)
}

// chooseGood takes runs without a bug, whose story has happened. One that breaks
// a promise would be a defect of the model, or of a check.
func chooseGood(t *testing.T) (list []*Entry) {
	for _, s := range scenarios.All() {
		left := map[checker.Verdict]int{checker.OK: goodEach, checker.Permitted: staleEach}
		for seed := uint64(1); seed <= goodSeeds && left[checker.OK]+left[checker.Permitted] > 0; seed++ {
			e := &Entry{Source: Model, Scenario: s.Name, Seed: seed, Calls: callsOf(seed), Slower: drawnCalls / callsOf(seed), Story: s.Story}
			if left[checker.OK] == 0 {
				e.Calls, e.Slower = 16, drawnCalls/16 // stale reads are rare
			}
			took := taken(t, e, checker.OK, checker.Permitted)
			if e.Label == checker.Violation {
				t.Errorf("%s, without a bug: %s", e.File, e.Why)
			}
			if took && left[e.Label] > 0 && happened(t, e, s) {
				list = append(list, e)
				left[e.Label]--
			}
		}
		t.Logf("%s: %d ok and %d permitted runs were not found", s.Name, left[checker.OK], left[checker.Permitted])
	}
	return list
}

// happened says whether what the scenario is about is in the run.
func happened(t *testing.T, e *Entry, s *scenarios.Scenario) bool {
	h, events, err := e.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run, err := checker.NewRun(h, events)
	if err != nil {
		t.Fatal(err)
	}
	return !slices.ContainsFunc(s.Probes, func(p scenarios.Probe) bool {
		least := p.Min
		if p.Name == "ok-during-faults" {
			least = max(1, p.Min*e.Calls/drawnCalls) // it counts calls, and there are fewer
		}
		return p.Count(run) < least
	})
}

// chooseBad takes runs with a bug that clients saw: of every bug and scenario the
// first whole, others cut down.
func chooseBad(t *testing.T) (list []*Entry) {
	for _, bug := range zab.MutantNames() {
		ofBug := 0
		for _, s := range scenarios.All() {
			found := 0
			for seed := uint64(1); seed <= badSeeds && found < badEach && ofBug < badOfBug; seed++ {
				e := &Entry{Source: Model, Scenario: s.Name, Seed: seed, Calls: callsOf(seed), Slower: drawnCalls / callsOf(seed), Bug: bug, Story: s.Story}
				if ofBug%3 > 0 && !cutDown(t, e) {
					continue
				}
				if taken(t, e, checker.Violation) {
					list = append(list, e)
					found++
					ofBug++
				}
			}
		}
		t.Logf("%s: %d bad runs", bug, ofBug)
	}
	return list
}

// preferred are the checks that runs are cut down by, the clearest first.
var preferred = []string{
	"durable", "set", "sequential", "sequence", "session-fifo", "unique-zxids", "ephemerals", "write-order",
	"prefix-reads", "replay", "durable-zxids", "session-ends", "servers-agree", "linearizable", "witness", "watches",
}

// cutDown lets an entry be cut by the first check that its run breaks, and says
// whether there is one.
func cutDown(t *testing.T, e *Entry) bool {
	x, err := e.Make(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range preferred {
		broke := func(r checker.Result) bool { return r.Name == name && r.Verdict == checker.Violation }
		if !slices.ContainsFunc(x.Results, broke) {
			continue
		}
		if _, err := x.cut(name); err == nil {
			e.Cut = name
			return true
		}
	}
	return false
}

// chooseIncidents takes the incidents that clients can see, and each on what is
// repaired.
func chooseIncidents(t *testing.T) (list []*Entry) {
	for _, i := range incidents.All() {
		s := i.Scenario()
		for seed := uint64(0); seed < ofIssue; seed++ {
			bad := &Entry{Source: Model, Scenario: s.Name, Seed: seed, Variant: i.Affected, Incident: i.Name, Story: s.Story}
			if taken(t, bad, checker.Violation) {
				list = append(list, bad)
			}
		}
		good := &Entry{Source: Model, Scenario: s.Name, Seed: 0, Variant: i.Fixed, Story: s.Story}
		if taken(t, good, checker.OK, checker.Permitted) {
			list = append(list, good)
		}
	}
	return list
}

// taken completes an entry, and says whether its label is one of those that are
// looked for. A run without a bug in which the model saw an invariant broken is
// none: then the label would not be sure.
func taken(t *testing.T, e *Entry, labels ...checker.Verdict) bool {
	x, err := e.complete(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sound := e.Label == checker.Violation || e.Invariant == ""
	return slices.Contains(labels, x.Verdict()) && sound && len(x.Events) > 0 && e.Zxids
}

// complete makes the history and says of it what can be said.
func (e *Entry) complete(ctx context.Context) (*History, error) {
	x, err := e.Make(ctx)
	if err != nil {
		return nil, err
	}
	e.Invariant = x.Invariant
	return x, e.conclude(x)
}

// conclude says of an entry what its history shows.
func (e *Entry) conclude(x *History) error {
	worst := x.worst()
	e.Label, e.Signature, e.Why = worst.Verdict, worst.Signature, worst.Why
	e.File = e.name()
	return e.describe(x)
}

// name is where an entry's history lies: model/BUG/SCENARIO-SEED.LABEL.jsonl.
func (e *Entry) name() string {
	folder, label := "no-bug", e.Label.String()
	switch {
	case e.Source == Real:
		folder = e.Version
	case e.Bug != "":
		folder = e.Bug
	case e.Variant != "":
		folder = e.Variant
	}
	if e.Label == checker.Violation {
		label = "bad"
	}
	cut := ""
	if e.Cut != "" {
		cut = "-cut"
	}
	scenario := strings.TrimPrefix(e.Scenario, incidents.Prefix)
	return slashpath.Join(e.Source, folder, fmt.Sprintf("%s-%d%s.%s.jsonl", scenario, e.Seed, cut, label))
}
