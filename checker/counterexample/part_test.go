package counterexample

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// log keeps a run's events.
type log struct{ events []runlog.Event }

func (l *log) Put(e *runlog.Event) int64 {
	c := *e
	c.Kids, c.Parts, c.Servers = slices.Clone(e.Kids), slices.Clone(e.Parts), slices.Clone(e.Servers)
	l.events = append(l.events, c)
	return int64(len(l.events))
}

// ran is a run of the model, with a planted bug if it has a name.
func ran(t testing.TB, s *scenarios.Scenario, seed uint64, bug string) *checker.Run {
	t.Helper()
	p, err := s.Plan(seed, scenarios.Options{Bug: bug})
	if err != nil {
		t.Fatal(err)
	}
	var l log
	if err := (&sim.World{}).Run(t.Context(), p, &l); err != nil {
		t.Fatal(err)
	}
	h := runlog.Header{Scenario: s.Name, Seed: seed, World: "sim", Bug: bug, Servers: p.Topology.Servers, Clients: len(p.Clients)}
	run, err := checker.NewRun(h, l.events)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

var parts = flag.Int("parts", 3, "how many parts of each run are judged by each check")

// TestAPartOfAGoodRunIsGood is what minimising rests on: taking away breaks
// nothing. So whatever a minimised part breaks, the whole run broke.
func TestAPartOfAGoodRunIsGood(t *testing.T) {
	rounds := *parts
	draws := rand.New(rand.NewPCG(1, 2))
	asked, applied := 0, map[string]int{}
	for _, name := range []string{"leader-partition", "quorum-loss", "session-expiry"} {
		scenario, err := scenarios.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		run := ran(t, scenario, 1, "")
		s := newSubject(run)
		for range rounds {
			for _, check := range checker.All() {
				if !slices.Contains(preferred, check.Name) || !check.Applies(run) {
					continue
				}
				items, paths := draw(draws, s, check.Name)
				j := s.project(check.Name, s.close(check.Name, items, paths))
				r := j.judged(check, DefaultBounds.Each)
				if asked++; r.Why != "" {
					applied[check.Name]++
				}
				if r.Verdict == checker.Violation {
					t.Errorf("%s: a part of a good run breaks %s: %s", name, r.Signature, r.Why)
				}
			}
		}
	}
	t.Logf("%d parts were judged: %v", asked, applied)
	for _, check := range preferred {
		if applied[check] == 0 {
			t.Errorf("%s was never asked", check)
		}
	}
}

// draw draws some items and znodes: few or many.
func draw(r *rand.Rand, s *subject, check string) ([]item, map[string]bool) {
	share := []float64{0.003, 0.03, 0.15}[r.IntN(3)]
	var items []item
	all := map[string]bool{}
	for _, i := range s.items(check) {
		if i.kind == call {
			for _, path := range pathsOf(&s.run.History[i.index]) {
				all[path] = true
			}
		}
		if r.Float64() < share || i.kind == final && r.IntN(2) == 0 {
			items = append(items, i)
		}
	}
	list := make([]string, 0, len(all))
	for path := range all {
		list = append(list, path)
	}
	slices.Sort(list)
	paths, some := map[string]bool{}, []float64{0.1, 0.9}[r.IntN(2)]
	for _, path := range list {
		if r.Float64() < some {
			paths[path] = true
		}
	}
	return items, paths
}
