package counterexample

import (
	"flag"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
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
	h.Session, h.Join = int64(p.Topology.SessionTimeout), int64(p.Topology.Tick)*int64(p.Topology.InitLimit)
	h.Checkpoint, h.Window, h.Parties = int64(p.Flink.Checkpoint), int64(p.Flink.Window), p.Flink.Parties()
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

// TestAPartByAccountIsGood is the same of what accounts take apart: of every
// history in testdata that broke nothing, and of runs with Flink and with faults.
func TestAPartByAccountIsGood(t *testing.T) {
	var runs []*checker.Run
	files, err := filepath.Glob(histories + "/*/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, ".bad.jsonl") && !strings.Contains(file, "/real/") {
			runs = append(runs, open(t, file))
		}
	}
	for _, name := range []string{"flink-failover", "flink-config", "flink-state", "flink-monitoring", "leader-crash"} {
		scenario, err := scenarios.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, ran(t, scenario, 1, ""))
	}
	draws := rand.New(rand.NewPCG(3, 4))
	asked := map[string]int{}
	for _, run := range runs {
		s := newSubject(run)
		for _, ac := range accounts {
			partsOf(t, draws, s, ac, asked)
		}
	}
	t.Logf("judged: %v", asked)
	for _, ac := range accounts {
		if asked[ac.check] == 0 {
			t.Errorf("no part was judged by %s", ac.check)
		}
	}
}

// partsOf judges some parts of one run by the account of a check that the whole run
// does not break.
func partsOf(t *testing.T, draws *rand.Rand, s *subject, ac *account, asked map[string]int) {
	t.Helper()
	a := newApart(s, ac, &checker.Result{}, DefaultBounds)
	if !a.judge.Applies(s.run) || a.judge.Judge(s.run, DefaultBounds.Each).Verdict == checker.Violation {
		return
	}
	units := a.units()
	for range 8 * *parts {
		share := []float64{0.02, 0.2, 0.6}[draws.IntN(3)]
		var some []int
		for _, i := range units {
			if draws.Float64() < share {
				some = append(some, i)
			}
		}
		log := a.log(a.closed(some))
		run, err := checker.NewRun(s.run.Header, log)
		if err != nil {
			t.Errorf("%s of %s: %v", ac.check, s.run.Header.Scenario, err)
			continue
		}
		if !a.judge.Applies(run) {
			continue
		}
		asked[ac.check]++
		if r := a.judge.Judge(run, DefaultBounds.Each); r.Verdict == checker.Violation {
			t.Errorf("%s: a part of a good run breaks %s: %s", s.run.Header.Scenario, r.Signature, r.Why)
			for i := range log {
				t.Logf("  %+v", log[i])
			}
			return
		}
	}
}
