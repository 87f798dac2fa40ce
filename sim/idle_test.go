package sim

import (
	"testing"

	"github.com/schismlab/schism/plan"
)

// TestIdleDoesNotAllocate lets an ensemble that has nothing to do go on: ticks,
// pings and their answers take no memory.
func TestIdleDoesNotAllocate(t *testing.T) {
	p := busyPlan(1)
	p.Steps = nil
	p.Topology.Settle = 1000 * plan.Second
	r := mustRun(t, p, &nowhere{}, true)
	for id := 1; id <= p.Topology.Servers; id++ {
		r.startServer(id)
	}
	second := func() {
		for end := r.now + int64(plan.Second); r.now < end; {
			if !r.step() {
				t.Fatal("nothing is left to happen")
			}
		}
	}
	for range 20 {
		second()
	}
	if r.Leading() == 0 {
		t.Fatal("nobody leads")
	}
	before := r.events
	if n := testing.AllocsPerRun(20, second); n != 0 {
		t.Errorf("%v allocations in a second of an idle ensemble, want none", n)
	}
	// Five servers tick eight times a second, and four are sent a ping each time.
	if took := r.events - before; took < 20*8*5 {
		t.Errorf("only %d events were taken in 20 seconds: the ensemble is not at work", took)
	}
}
