package checker_test

import (
	"cmp"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/incidents"
	"github.com/schismlab/schism/sim"
)

var (
	falsified = flag.String("falsify", "", "falsify the logs (log.jsonl) of good runs in this folder, in place of the model's, and print what is noticed")
	tries     = flag.Int("falsifications", 6, "how many of each kind in each log")
	missed    = flag.Bool("missed", false, "print the falsifications that nobody notices")
)

// TestFalsifiedRuns takes logs of good runs, tells one lie in each at a drawn place, and
// holds to the transcript how many lies of each kind are noticed, and by which check: a
// check that promises to notice something must, in a log as long and as full as that of
// a run. What is not noticed is explained there.
func TestFalsifiedRuns(t *testing.T) {
	if *falsified != "" {
		good := recorded(t, *falsified)
		for _, name := range slices.Sorted(maps.Keys(lies)) {
			t.Logf("%-20s %s", name, study(t, good, name))
		}
		return
	}
	good := modelled(t)
	studied := map[string]bool{}
	datadriven.RunTest(t, "testdata/falsified", func(t *testing.T, d *datadriven.TestData) string {
		if lies[d.Cmd] == nil {
			d.Fatalf(t, "unknown kind of falsification %q", d.Cmd)
		}
		studied[d.Cmd] = true
		return study(t, good, d.Cmd)
	})
	for name := range lies {
		if !studied[name] {
			t.Errorf("testdata/falsified does not study %s", name)
		}
	}
}

// goodRun is a run that was found good, and what each check says of it.
type goodRun struct {
	name string
	*checker.Run
	says map[string]checker.Verdict
}

// study tells lies of one kind, and says who noticed how many.
func study(t *testing.T, good []goodRun, kind string) string {
	t.Helper()
	who := make([][]string, len(good))
	var all sync.WaitGroup
	for i, g := range good {
		all.Go(func() {
			for n := range *tries {
				f := &falsifier{Stream: plan.NewStream(g.Header.Seed<<16+uint64(n), g.name+" "+kind), header: g.Header, events: slices.Clone(g.Events)}
				// A run knows from the first which kinds of events there are.
				if !lies[kind](f) || !slices.Equal(kinds(f.events), kinds(g.Events)) {
					continue
				}
				w := noticed(g, f)
				if who[i] = append(who[i], w); w == nobody && *missed {
					t.Logf("%s %s: %s", g.name, kind, f.told)
				}
			}
		})
	}
	all.Wait()
	by, told := map[string]int{}, slices.Concat(who...)
	for _, w := range told {
		by[w]++
	}
	list := []string{fmt.Sprintf("%d of %d noticed", len(told)-by[nobody], len(told))}
	for _, w := range slices.SortedFunc(maps.Keys(by), func(a, b string) int { return cmp.Or(by[b]-by[a], strings.Compare(a, b)) }) {
		if w != nobody {
			list = append(list, fmt.Sprintf("%s %d", w, by[w]))
		}
	}
	return strings.Join(list, ", ") + "\n"
}

// kinds are those that the events have, in order.
func kinds(events []runlog.Event) []runlog.Kind {
	var has [1 << 8]bool
	for i := range events {
		has[events[i].Kind] = true
	}
	var list []runlog.Kind
	for k, is := range has {
		if is {
			list = append(list, runlog.Kind(k))
		}
	}
	return list
}

const nobody = "nobody"

// noticed is the first check that finds a lie a violation, or else one that does not
// say any more that the run is good.
func noticed(g goodRun, f *falsifier) string {
	run := *g.Run // the calls and the final reads are the same
	run.Header, run.Events = f.header, f.events
	who := nobody
	for _, c := range flinkChecks() {
		for _, r := range checker.Judge(&run, []checker.Check{c}, checker.DefaultBudget) {
			switch {
			case r.Verdict == checker.Violation:
				return r.Name
			case r.Verdict != g.says[r.Name] && who == nobody:
				who = r.Name + " (" + r.Verdict.String() + ")"
			}
		}
	}
	return who
}

// goodRunOf judges a run, which must be good, and keeps of its events those that Flink's
// checks read: what was called, and what one server held at the end, the run has gathered.
func goodRunOf(t *testing.T, name string, h runlog.Header, events []runlog.Event) goodRun {
	t.Helper()
	events = slices.DeleteFunc(events, func(e runlog.Event) bool {
		return (e.Kind == runlog.Final || e.Kind == runlog.Tree) && e.Node > 1
	})
	run, err := checker.NewRun(h, events)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	whole := checker.Judge(run, flinkChecks(), checker.DefaultBudget)
	run.Events = nil
	for i := range events {
		switch k := events[i].Kind; k {
		case runlog.Start, runlog.Crash, runlog.Pause, runlog.Resume, runlog.LinkState, runlog.Ready, runlog.Done, runlog.End:
			run.Events = append(run.Events, events[i])
		default:
			if k.OfFlink() {
				run.Events = append(run.Events, events[i])
			}
		}
	}
	g := goodRun{name, run, map[string]checker.Verdict{}}
	for i, r := range checker.Judge(run, flinkChecks(), checker.DefaultBudget) {
		if g.says[r.Name] = r.Verdict; r.Verdict == checker.Violation || r.Why != whole[i].Why {
			t.Fatalf("%s: %s: %s\nand of the whole log: %s", name, r.Name, r.Why, whole[i].Why)
		}
	}
	return g
}

// modelled are good runs of the model: of each scenario about Flink, and of two
// incidents as they are avoided, in which the job ends.
func modelled(t *testing.T) []goodRun {
	t.Helper()
	var good []goodRun
	add := func(s *scenarios.Scenario, seed uint64, variant string) {
		p, err := s.Plan(seed, scenarios.Options{Variant: variant})
		if err != nil {
			t.Fatal(err)
		}
		var events log
		if err := (&sim.World{}).Run(t.Context(), p, &events); err != nil {
			t.Fatal(err)
		}
		h := runlog.Header{Scenario: s.Name, Seed: seed, World: "sim", Servers: p.Topology.Servers, Clients: len(p.Clients)}
		h.Session, h.Join = int64(p.Topology.SessionTimeout), int64(p.Topology.Tick)*int64(p.Topology.InitLimit)
		h.Checkpoint, h.Window, h.Parties = int64(p.Flink.Checkpoint), int64(p.Flink.Window), p.Flink.Parties()
		good = append(good, goodRunOf(t, fmt.Sprint(s.Name, " ", seed), h, events))
	}
	for _, s := range scenarios.All() {
		if s.Flink != (plan.Flink{}) {
			add(s, 1, "")
		}
	}
	for _, name := range []string{"flink-21928", "flink-resubmitted"} {
		i, err := incidents.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		add(i.Repaired().Scenario(), 0, i.Fixed)
	}
	return good
}

type log []runlog.Event

func (l *log) Put(e *runlog.Event) int64 {
	c := *e
	c.Kids, c.Parts, c.Servers = slices.Clone(e.Kids), slices.Clone(e.Parts), slices.Clone(e.Servers)
	*l = append(*l, c)
	return int64(len(*l))
}

// recorded are the good runs whose logs lie in a folder.
func recorded(t *testing.T, folder string) []goodRun {
	t.Helper()
	var good []goodRun
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "log.jsonl" {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		h, events, err := runlog.ReadAll(path, file)
		if err != nil {
			return err
		}
		good = append(good, goodRunOf(t, path, h, events))
		return nil
	})
	if err != nil || len(good) == 0 {
		t.Fatalf("%d logs in %s: %v", len(good), folder, err)
	}
	return good
}
