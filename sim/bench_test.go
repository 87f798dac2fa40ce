package sim

import (
	"context"
	"testing"

	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// nowhere is a log that keeps nothing.
type nowhere struct{ n int64 }

func (s *nowhere) Put(*runlog.Event) int64 { s.n++; return s.n }

// busyPlan is a five-server ensemble with ten clients that read and write
// without a fault.
func busyPlan(calls int) *plan.Plan {
	p := &plan.Plan{
		Scenario: "busy", Seed: 1,
		Topology: plan.Topology{
			Servers: 5, Tick: 250 * plan.Millisecond, InitLimit: 20, SyncLimit: 6, SessionTimeout: 4 * plan.Second, Settle: 0,
			Net:  plan.Net{Delay: 150 * plan.Microsecond, Jitter: 350 * plan.Microsecond},
			Disk: plan.Disk{Sync: plan.Millisecond, Jitter: 4 * plan.Millisecond},
		},
		Setup: []plan.Call{{Op: plan.Create, Path: "/r", Value: plan.Text("0"), Version: -1}},
		Steps: []plan.Step{{Action: plan.Await, For: plan.Calls, Count: 10*calls - 10, Within: 1000 * plan.Second}},
	}
	for i := range 10 {
		c := plan.Client{Name: plan.ClientName(i + 1), Server: i%5 + 1}
		for n := range calls {
			call := plan.Call{After: plan.Millisecond, Op: plan.Get, Path: "/r", Version: -1}
			if n%2 == 0 {
				call.Op, call.Value = plan.Set, plan.Text("v")
			}
			c.Calls = append(c.Calls, call)
		}
		p.Clients = append(p.Clients, c)
	}
	return p
}

// BenchmarkKernel counts events that machines take, per second, on one core: a
// five-server ensemble with ten clients, without and with the run log.
func BenchmarkKernel(b *testing.B) {
	for _, c := range []struct {
		name string
		run  func(p *plan.Plan) *run
	}{
		{"quiet", func(p *plan.Plan) *run { return mustRun(b, p, &nowhere{}, true) }},
		// The same, and no server shares what another has applied.
		{"alone", func(p *plan.Plan) *run { return alone(mustRun(b, p, &nowhere{}, true)) }},
		{"watched", func(p *plan.Plan) *run { return mustRun(b, p, &nowhere{}, false) }},
		{"logged", func(p *plan.Plan) *run {
			return mustRun(b, p, runlog.NewWriter(discard{}, runlog.Header{}), false)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := busyPlan(2000)
			b.ReportAllocs()
			events, began := uint64(0), cpuSeconds()
			for b.Loop() {
				r := c.run(p)
				if err := r.run(context.Background()); err != nil {
					b.Fatal(err)
				}
				events += r.events
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(events)/float64(b.N), "events/op")
			if spent := cpuSeconds() - began; spent > 0 {
				b.ReportMetric(float64(events)/spent, "events/cpu-s")
			}
		})
	}
}

// alone gives every server a tree of its own.
func alone(r *run) *run {
	for id := 1; id <= r.plan.Topology.Servers; id++ {
		d := zab.NewDurable(zookeeper.NewTree())
		r.procs[id].disk.durable = &d
	}
	return r
}

// mostAllocations bounds what the kernel allocates for an event when ten clients
// read and write: their calls, and what the first server to apply a transaction
// makes of the tree.
const mostAllocations = 0.65

// TestAllocations holds that bound, and that sharing is what keeps it.
func TestAllocations(t *testing.T) {
	p := busyPlan(100)
	each := func(change func(*run) *run) float64 {
		events := uint64(0)
		n := testing.AllocsPerRun(3, func() {
			r := change(mustRun(t, p, &nowhere{}, true))
			if err := r.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			events = r.events
		})
		return n / float64(events)
	}
	got := each(func(r *run) *run { return r })
	without := each(alone)
	t.Logf("%.2f allocations an event; %.2f when servers do not share", got, without)
	if got > mostAllocations {
		t.Errorf("%.2f allocations an event, want at most %.2f", got, mostAllocations)
	}
	if without < mostAllocations {
		t.Errorf("%.2f allocations an event without sharing: the bound of %.2f shows nothing", without, mostAllocations)
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func mustRun(tb testing.TB, p *plan.Plan, log runlog.Sink, quiet bool) *run {
	tb.Helper()
	r, err := newRun(p, log, quiet)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}
