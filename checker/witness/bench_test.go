package witness

import (
	"context"
	"flag"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/schismlab/schism/runlog"
)

var (
	porcupineTime   = flag.Duration("porcupine-time", 10*time.Second, "how long porcupine may search in a benchmark")
	porcupineMemory = flag.Uint64("porcupine-memory", 2<<30, "by how many bytes the heap may grow meanwhile")
)

// loads are the histories that the judge and porcupine are measured with.
var loads = []struct {
	name string
	load
}{
	{"1-znode-30-clients-1k", load{ops: 1_000, clients: 30, znodes: 1, seed: 1}},
	{"1-znode-30-clients-10k", load{ops: 10_000, clients: 30, znodes: 1, seed: 1}},
	{"1-znode-30-clients-1M", load{ops: 1_000_000, clients: 30, znodes: 1, seed: 1}},
	{"1-znode-30-clients-100k-20-percent-lost-late", load{ops: 100_000, clients: 30, znodes: 1, lost: 20, late: 100, distinct: true, seed: 1}},
	{"1-znode-30-clients-100k-20-percent-lost-late-5-values", load{ops: 100_000, clients: 30, znodes: 1, lost: 20, late: 100, seed: 1}},
	{"10-znodes-30-clients-1M-20-percent-lost-late", load{ops: 1_000_000, clients: 30, znodes: 10, lost: 20, late: 100, seed: 1}},
	{"1-znode-30-clients-100k-bad", load{ops: 100_000, clients: 30, znodes: 1, bad: true, seed: 1}},
}

func BenchmarkJudge(b *testing.B) {
	for _, l := range loads {
		b.Run(l.name, func(b *testing.B) {
			in := l.draw()
			b.ReportAllocs()
			b.ResetTimer()
			before := cpuSeconds()
			for b.Loop() {
				if r := Judge(in); (r.Grade == Linearizable) == l.bad {
					b.Fatalf("%v: %v", r.Grade, r.Breaches)
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(in.Ops))/b.Elapsed().Seconds(), "calls/s")
			// What it takes of the processor, collector included, whoever else runs.
			b.ReportMetric((cpuSeconds()-before)/float64(b.N), "cpu-s/op")
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	in := loads[2].draw()
	c := Judge(in).Certificate
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Verify(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPorcupine gives the same histories to porcupine, once each and within
// a budget, and reports how it ended: finished is 1, or 0 if the budget did not
// last.
func BenchmarkPorcupine(b *testing.B) {
	for _, l := range loads {
		b.Run(l.name, func(b *testing.B) {
			in := l.draw()
			b.ResetTimer()
			for b.Loop() {
				done, grown := search(in.Ops)
				b.ReportMetric(map[bool]float64{true: 1}[done], "finished")
				b.ReportMetric(float64(grown)/1e6, "MB-heap")
			}
		})
	}
}

// search asks porcupine whether a history of gets and sets is linearizable. It
// is done, or stopped for its budget; grown is how much the heap had grown at
// most.
func search(h runlog.History) (done bool, grown uint64) {
	type state struct {
		data    string
		version int32
	}
	var stop atomic.Bool
	model := porcupine.Model{
		Partition: func(ops []porcupine.Operation) [][]porcupine.Operation {
			by := map[string][]porcupine.Operation{}
			for _, o := range ops {
				path := o.Input.(*runlog.Operation).Path
				by[path] = append(by[path], o)
			}
			var parts [][]porcupine.Operation
			for _, p := range by {
				parts = append(parts, p)
			}
			return parts
		},
		Init: func() any { return state{version: -1} },
		StepContext: func(_ context.Context, s, in, _ any) (bool, any) {
			now, o := s.(state), in.(*runlog.Operation)
			switch {
			case stop.Load():
				return false, nil
			case o.Op == "get":
				return o.Result.Data == now.data && o.Result.Version == now.version, now
			}
			next := state{o.Data, now.version + 1}
			return o.Out == runlog.Unknown || o.Result.Version == next.version, next
		},
	}
	ops := make([]porcupine.Operation, len(h))
	for i := range h {
		ops[i] = porcupine.Operation{ClientId: i, Input: &h[i], Call: h[i].Call, Return: h[i].Ret}
	}
	runtime.GC()
	before := heap()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick, limit := time.NewTicker(10*time.Millisecond), time.NewTimer(*porcupineTime)
		defer tick.Stop()
		defer limit.Stop()
		for !stop.Load() {
			select {
			case <-limit.C:
				stop.Store(true)
			case <-tick.C:
				if now := heap(); now > before {
					grown = max(grown, now-before)
				}
				if grown > *porcupineMemory {
					stop.Store(true)
				}
			}
		}
	}()
	porcupine.CheckOperations(model, ops)
	done = !stop.Swap(true)
	<-ended
	return done, grown
}

func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// TestLargeHistories judges the kinds of histories of the benchmarks, at a
// tenth of their size or less, and holds what it allocates to 60 bytes a call
// and 1000 for each lost write.
func TestLargeHistories(t *testing.T) {
	for _, l := range loads {
		t.Run(l.name, func(t *testing.T) {
			l.ops = min(l.ops, 50_000)
			in := l.draw()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := Judge(in)
			runtime.ReadMemStats(&after)
			bytes, most := after.TotalAlloc-before.TotalAlloc, uint64(60*len(in.Ops)+1000*(r.Applied+r.Open)+1<<16)
			if bytes > most {
				t.Errorf("%d bytes for %d calls, %d of them lost writes; want at most %d", bytes, len(in.Ops), r.Applied+r.Open, most)
			}
			if l.bad {
				if r.Grade != Broken || len(r.Breaches) == 0 || r.Breaches[0].Guessed {
					t.Errorf("%v %v, want it refuted", r.Grade, r.Breaches)
				}
				return
			}
			if r.Grade != Linearizable {
				t.Fatalf("%v: %v", r.Grade, r.Breaches)
			}
			if err := r.Certificate.Verify(in); err != nil {
				t.Error(err)
			}
			if l.lost > 0 && (r.Applied == 0 || r.Open == 0) {
				t.Errorf("%d lost writes applied and %d open, want some of both", r.Applied, r.Open)
			}
		})
	}
}

// TestVerifyRefuses holds the verifier to certificates that are wrong.
func TestVerifyRefuses(t *testing.T) {
	in := load{ops: 200, clients: 5, znodes: 2, lost: 10, late: 1, distinct: true, seed: 3}.draw()
	c := Judge(in).Certificate
	if err := c.Verify(in); err != nil {
		t.Fatal(err)
	}
	swapped := func(i, k int) *Certificate {
		d := *c
		d.Order = append([]int32(nil), c.Order...)
		d.Order[i], d.Order[k] = d.Order[k], d.Order[i]
		return &d
	}
	refused := 0
	for k := 1; k < len(c.Order); k++ {
		if swapped(k-1, k).Verify(in) != nil {
			refused++
		}
	}
	if refused < len(c.Order)/4 {
		t.Errorf("only %d of %d swaps of neighbours were refused", refused, len(c.Order))
	}
	for name, d := range map[string]*Certificate{
		"first and last swapped": swapped(0, len(c.Order)-1),
		"one dropped":            {Grade: c.Grade, Order: c.Order[:len(c.Order)-1]},
		"one twice":              {Grade: c.Grade, Order: append(append([]int32(nil), c.Order...), c.Order[0])},
		"one that is none":       {Grade: c.Grade, Order: append(append([]int32(nil), c.Order...), 1<<30)},
	} {
		if d.Verify(in) == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	stale := in
	stale.Ops = append(runlog.History(nil), in.Ops...)
	for i := range stale.Ops {
		if o := &stale.Ops[i]; o.Op == "get" {
			o.Result.Data += "x"
			if c.Verify(stale) == nil {
				t.Errorf("another value in call %d: not refused", i)
			}
			break
		}
	}
}
