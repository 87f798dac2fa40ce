package scenarios

import "github.com/schismlab/schism/plan"

var rollingRestart = &Scenario{
	Name:   "rolling-restart",
	Story:  "Every server is restarted once, one after the other, as for an upgrade. The service goes on throughout.",
	Probes: []Probe{crashed(3), newEpoch, inFlight},
	Steps: func(d *Draw) {
		for _, n := range d.Shuffled() {
			d.Wait(200*plan.Millisecond, 800*plan.Millisecond)
			d.Fault("crash %s", n)
			d.Wait(0, 300*plan.Millisecond)
			d.Step("start %s", n)
			d.Step("await ready within 40s")
		}
		// The leader may have been restarted first, and the next one not at all.
		d.Step("name L leader")
		d.Step("restart L")
		d.Step("await ready within 40s")
		d.Step("await calls 30 within 30s")
	},
}
