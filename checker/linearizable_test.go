package checker

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"pgregory.net/rapid"

	"github.com/schismlab/schism/checker/meter"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

func drawShape(t *rapid.T) shape {
	return shape{
		clients: rapid.IntRange(1, 4).Draw(t, "clients"), calls: rapid.IntRange(1, 14).Draw(t, "calls"), paths: rapid.IntRange(1, 2).Draw(t, "paths"),
		lost: rapid.SampledFrom([]int{0, 20, 40}).Draw(t, "lost"), late: rapid.SampledFrom([]int{100, 1000}).Draw(t, "late"),
		deletes: rapid.Bool().Draw(t, "deletes"), multis: rapid.Bool().Draw(t, "multis"),
	}
}

func TestWhatIsLinearizableIsFoundSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := simulate(drawShape(t), rapidDraws(t))
		for _, r := range Judge(run, All(), DefaultBudget) {
			if r.Verdict != OK && r.Name != "served" {
				t.Fatalf("%s is %v: %s\n%s", r.Name, r.Verdict, r.Why, history(run))
			}
		}
	})
}

// TestSearchAgreesWithNaiveModel changes one answer and holds the search, with
// all that it prunes, to a model that prunes nothing.
func TestSearchAgreesWithNaiveModel(t *testing.T) {
	verdicts := [2]int{}
	rapid.Check(t, func(t *rapid.T) {
		run := simulate(drawShape(t), rapidDraws(t))
		how := mutate(run, rapidDraws(t))
		r := linearizable.Judge(run, DefaultBudget)
		want := naive(run)
		if (r.Verdict == OK) != want {
			t.Fatalf("after %s: %v, but the naive model says %v: %s\n%s", how, r.Verdict, want, r.Why, history(run))
		}
		if want {
			verdicts[0]++
		} else {
			verdicts[1]++
		}
	})
	if verdicts[0] == 0 || verdicts[1] == 0 {
		t.Errorf("%d histories were linearizable and %d were not: want some of both", verdicts[0], verdicts[1])
	}
}

// naive judges a history without sequential or ephemeral znodes by porcupine
// with the plainest model of a tree: no partitions, no pruning. Writes of
// unknown outcome end after everything else, and do what they can there.
func naive(run *Run) bool {
	type tree = map[string]cell
	model := porcupine.Model{
		Init: func() any { return tree{} },
		Step: func(s, in, _ any) (bool, any) {
			t := tree{}
			for p, c := range s.(tree) {
				t[p] = c
			}
			if want, final := in.(tree); final {
				return treesEqual(t, want), t
			}
			o := *in.(*runlog.Operation)
			got := o
			got.Out = ""
			takeEffect(t, &got)
			return o.Out == runlog.Unknown || naiveSame(&o, &got), t
		},
		Equal: func(a, b any) bool { return treesEqual(a.(tree), b.(tree)) },
	}
	var ops []porcupine.Operation
	for i := range run.History {
		o := &run.History[i]
		ret := o.Ret
		if o.Out == runlog.Unknown {
			ret = never
		}
		if ret == never && plain(o) {
			continue
		}
		ops = append(ops, porcupine.Operation{ClientId: o.Client, Input: o, Call: o.Call, Return: ret})
	}
	for _, f := range run.trees {
		want := tree{}
		for p, e := range f.znodes {
			want[p] = cell{exists: true, data: e.Data, version: e.Version}
		}
		ops = append(ops, porcupine.Operation{Input: want, Call: run.done + 1, Return: run.done + 2})
	}
	return porcupine.CheckOperations(model, ops)
}

func treesEqual(a, b map[string]cell) bool {
	if len(a) != len(b) {
		return false
	}
	for p, c := range a {
		if b[p] != c {
			return false
		}
	}
	return true
}

// naiveSame says whether an answer is the one that the tree gave, as far as
// ZooKeeper's answers show it.
func naiveSame(want, got *runlog.Operation) bool {
	w, g := &want.Result, &got.Result
	if want.Out != got.Out || w.Err != g.Err {
		return false
	}
	if want.Out == runlog.Fail {
		return slices.EqualFunc(w.Parts, g.Parts, func(a, b runlog.Part) bool { return a.Err == b.Err }) || len(w.Parts) == 0
	}
	switch want.Op {
	case opGet:
		return w.Data == g.Data && w.Version == g.Version
	case opExists:
		return w.Version == g.Version
	case opSet:
		return w.Version <= 0 || w.Version == g.Version
	case opMulti:
		return len(w.Parts) == 0 || slices.EqualFunc(w.Parts, g.Parts, func(a, b runlog.Part) bool { return a.Version <= 0 || a.Version == b.Version })
	}
	return true
}

// history shows a run for a failed test.
func history(run *Run) string {
	var b strings.Builder
	for i := range run.History {
		o := run.History[i]
		b.WriteString(describe(&o))
		for _, p := range o.Parts {
			b.WriteString(" [" + p.Op + " " + p.Path + " " + p.Data + " @" + string('0'+rune(p.Version+1)) + "-1]")
		}
		b.WriteString("\n")
	}
	for _, t := range run.trees {
		for _, e := range t.finals {
			b.WriteString(e.Path + " = " + holds(e) + "\n")
		}
	}
	return b.String()
}

func TestSearchKeepsToItsBudget(t *testing.T) {
	// Deletes make versions no witness, so nothing can be pruned: 28 writes of
	// unknown outcome, any of which may explain the value that nobody wrote.
	story := "0-1 c0 create /r=0 -> ok\n"
	for range 28 {
		story += "2-3 c1 set /r=x @-1 -> unknown\n3-4 c2 delete /r @-1 -> unknown\n4-5 c3 create /r=x -> unknown\n"
	}
	story += "900-901 c4 get /r -> ok =nobody v1\n"
	for name, b := range map[string]Budget{
		"time":   {Time: 50 * time.Millisecond, Memory: 4 << 30},
		"memory": {Time: time.Hour, Memory: 64 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			run := spread(story)
			runtime.GC()
			before := meter.Heap()
			goroutines := runtime.NumGoroutine()
			peak := make(chan uint64)
			done := make(chan struct{})
			go watchPeak(done, peak)
			r := linearizable.Judge(run, b)
			close(done)
			if r.Verdict != Unknown || !strings.Contains(r.Why, name+":") || !strings.Contains(r.Why, "operations of") {
				t.Errorf("%v: %s", r.Verdict, r.Why)
			}
			if grew := int64(<-peak) - int64(before); grew > 3*int64(b.Memory)/2 {
				t.Errorf("the heap grew by %d MB, allowed were %d", grew>>20, b.Memory>>20)
			}
			awaitGoroutines(t, goroutines)
		})
	}
}

// spread tells a story whose calls of one client overlap, each a little later.
func spread(story string) *Run {
	var b strings.Builder
	i := 0
	for line := range strings.Lines(story) {
		if _, rest, cut := strings.Cut(line, " "); cut && strings.Contains(line, "unknown") {
			at := 10 + i*10
			i++
			line = fmt.Sprintf("%d-%d %s", at, at+5, rest)
		}
		b.WriteString(line)
	}
	return runOf(b.String())
}

// awaitGoroutines waits until those of a search that was stopped have ended.
func awaitGoroutines(t *testing.T, want int) {
	limit := time.NewTimer(10 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for runtime.NumGoroutine() > want {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Errorf("%d goroutines are left of a search that was stopped", runtime.NumGoroutine()-want)
			return
		}
	}
}

func watchPeak(done chan struct{}, peak chan uint64) {
	most := uint64(0)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			most = max(most, meter.Heap())
		case <-done:
			peak <- most
			return
		}
	}
}

func benchmarkJudge(b *testing.B, s shape) {
	stream := plan.NewStream(1, "benchmark")
	run := simulate(s, stream.Intn)
	b.ReportAllocs()
	for b.Loop() {
		if r := linearizable.Judge(run, DefaultBudget); r.Verdict != OK {
			b.Fatalf("%v: %s", r.Verdict, r.Why)
		}
	}
	b.ReportMetric(float64(s.calls)*float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

func BenchmarkLinearizable(b *testing.B) {
	for _, c := range []struct {
		name string
		s    shape
	}{
		{"znodes=1/calls=1k/clients=5", shape{clients: 5, calls: 1000, paths: 1}},
		{"znodes=1/calls=1k/clients=30", shape{clients: 30, calls: 1000, paths: 1}},
		{"znodes=1/calls=10k/clients=10", shape{clients: 10, calls: 10_000, paths: 1}},
		{"znodes=1/calls=1k/clients=5/lost=20/late", shape{clients: 5, calls: 1000, paths: 1, lost: 20, late: 10_000}},
		{"znodes=10/multi/calls=1k/clients=10", shape{clients: 10, calls: 1000, paths: 10, multis: true}},
		{"znodes=10/multi/calls=1k/clients=10/lost=5", shape{clients: 10, calls: 1000, paths: 10, multis: true, lost: 5, late: 1000}},
		{"znodes=100/calls=100k/clients=10", shape{clients: 10, calls: 100_000, paths: 100}},
		{"znodes=1/deletes/calls=1k/clients=5", shape{clients: 5, calls: 1000, paths: 1, deletes: true}},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkJudge(b, c.s) })
	}
}

// BenchmarkViolation judges histories in which one write near the end was
// acknowledged and then lost: to say no costs more than to say yes.
func BenchmarkViolation(b *testing.B) {
	for _, c := range []struct {
		name string
		s    shape
	}{
		{"calls=1k/clients=5", shape{clients: 5, calls: 1000, paths: 1}},
		{"calls=1k/clients=10", shape{clients: 10, calls: 1000, paths: 1}},
		{"calls=1k/clients=30", shape{clients: 30, calls: 1000, paths: 1}},
		{"calls=10k/clients=10", shape{clients: 10, calls: 10_000, paths: 1}},
		{"calls=1k/clients=5/lost=20/late", shape{clients: 5, calls: 1000, paths: 1, lost: 20, late: 10_000}},
	} {
		b.Run(c.name, func(b *testing.B) {
			stream := plan.NewStream(1, "benchmark")
			run := simulate(c.s, stream.Intn)
			for i := range run.trees {
				e := run.trees[i].znodes[path(0)]
				e.Version, e.Data = e.Version-1, "lost"
			}
			for b.Loop() {
				if r := linearizable.Judge(run, DefaultBudget); r.Verdict != Violation {
					b.Fatalf("%v: %s", r.Verdict, r.Why)
				}
			}
		})
	}
}
