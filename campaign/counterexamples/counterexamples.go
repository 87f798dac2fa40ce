package counterexamples

import (
	"context"
	"fmt"
	"slices"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/campaign/mutants"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/counterexample"
	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/incidents"
	"github.com/schismlab/schism/sim"
)

// The kinds of sources.
const (
	Bug      = "bug"
	Incident = "incident"
	Mutant   = "mutant"
	Variant  = "variant"
)

// Kinds lists them.
func Kinds() []string { return []string{Bug, Incident, Mutant, Variant} }

// Source is what runs go wrong by.
type Source struct {
	Kind string `json:"kind"`
	Name string `json:"name"`

	runs []run
}

// run is one to be made.
type run struct {
	scenario *scenarios.Scenario
	seed     uint64
	options  scenarios.Options
}

// Sources lists those of a kind, each with so many seeds of each of its scenarios
// from a first one on.
func Sources(kind string, from uint64, seeds int) ([]Source, error) {
	switch kind {
	case Bug:
		return ofBugs(from, seeds), nil
	case Incident:
		return ofIncidents(), nil
	case Mutant:
		return ofMutants(from, seeds)
	case Variant:
		s := Source{Kind: Variant, Name: severalOutstanding}
		primaryOrder, err := scenarios.Named("primary-order")
		s.add(primaryOrder, from, seeds, scenarios.Options{Protocol: sim.MultiPaxos, Variant: severalOutstanding})
		return []Source{s}, err
	}
	return nil, fmt.Errorf("no kind %q of sources: want one of %v", kind, Kinds())
}

// severalOutstanding is plain multi-Paxos, which loses the order of a leader's
// proposals.
const severalOutstanding = "several-outstanding"

func (s *Source) add(scenario *scenarios.Scenario, from uint64, seeds int, o scenarios.Options) {
	for i := range seeds {
		s.runs = append(s.runs, run{scenario, from + uint64(i), o})
	}
}

func ofBugs(from uint64, seeds int) (list []Source) {
	for _, name := range sim.BugNames() {
		s := Source{Kind: Bug, Name: name}
		_, needsFlink := flink.BugNamed(name)
		for _, scenario := range scenarios.All() {
			if !needsFlink || scenario.Flink != (plan.Flink{}) {
				s.add(scenario, from, seeds, scenarios.Options{Bug: name})
			}
		}
		list = append(list, s)
	}
	return list
}

func ofIncidents() (list []Source) {
	for _, i := range incidents.All() {
		s := Source{Kind: Incident, Name: i.Name}
		s.add(i.Scenario(), 0, 1, scenarios.Options{Variant: i.Affected})
		list = append(list, s)
	}
	return list
}

// onMultiPaxos are the scenarios that mutants of multi-Paxos are run in: its table
// tries them on random schedules, which leave no log.
var onMultiPaxos = []string{"leader-crash", "leader-partition", "quorum-loss", "full-restart", "mixed"}

func ofMutants(from uint64, seeds int) (list []Source, err error) {
	for _, m := range mutants.All() {
		var in []string
		switch {
		case m.Protocol == sim.MultiPaxos:
			in = onMultiPaxos
		case m.Protocol != sim.ZAB || slices.Contains(sim.BugNames(), m.Name):
			continue // on random schedules, or among the bugs
		default:
			in = []string{m.In}
		}
		s := Source{Kind: Mutant, Name: m.Protocol + "/" + m.Name}
		for _, name := range in {
			scenario, err := scenarios.Named(name)
			if err != nil {
				return nil, err
			}
			s.add(scenario, from, seeds, scenarios.Options{Bug: m.Name, Protocol: m.Protocol})
		}
		list = append(list, s)
	}
	return list, nil
}

// Bad is a run that broke a promise, and what explains it.
type Bad struct {
	Source    string `json:"source"`
	Scenario  string `json:"scenario"`
	Seed      uint64 `json:"seed"`
	Signature string `json:"signature"`
	Reproduce string `json:"reproduce"`
	// Example is nil if nothing explains it; then Why is the check's own sentence.
	Example *counterexample.Counterexample `json:"-"`
	Why     string                         `json:"why,omitempty"`
}

// Well says whether the run is explained as it should be: small, with nothing to
// take away, and within the lines of a terminal.
func (b *Bad) Well() bool {
	x := b.Example
	return x != nil && x.Ops > 0 && x.Ops <= counterexample.Small && x.Minimal
}

// Runs is how many runs a source has.
func (s *Source) Runs() int { return len(s.runs) }

// Each makes all runs of a source, on all cores, and calls bad with those that
// broke a promise, in their order, and after each run ran.
func (s *Source) Each(ctx context.Context, bad func(*Bad) error, ran func()) error {
	r := &campaign.Runner{World: campaign.Sim, Forget: true, Explain: true}
	draw := func(i int) (campaign.Job, error) {
		return campaign.Draw(s.runs[i].scenario, s.runs[i].seed, s.runs[i].options, campaign.Sim, "")
	}
	return campaign.Each(ctx, r, len(s.runs), draw, func(_ int, res *campaign.Result) error {
		ran()
		if res.Verdict != checker.Violation {
			return nil
		}
		b := &Bad{Source: s.Name, Scenario: res.Scenario, Seed: res.Seed, Signature: res.Signature, Reproduce: res.Reproduce, Example: res.Counterexample}
		for _, c := range res.Checks {
			if b.Example == nil && c.Signature == res.Signature {
				b.Why = c.Why
			}
		}
		return bad(b)
	})
}
