package scenarios

import "github.com/schismlab/schism/plan"

var oneWayPartition = &Scenario{
	Name: "one-way-partition",
	Story: "The leader can be heard and hears nobody, or hears the others and cannot be heard. Either way it must give up, and " +
		"another one lead.",
	Probes: []Probe{cut(2), newEpoch, inFlight},
	Steps: func(d *Draw) {
		d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("name L leader")
		if d.Intn(2) == 0 {
			d.Fault("cut L -> others")
		} else {
			d.Fault("cut others -> L")
		}
		d.Step("await leader except L within 30s")
		d.Step("await calls 30 within 30s")
		d.Wait(0, 1500*plan.Millisecond)
		d.Step("heal")
		d.Step("await ready within 40s")
		d.Step("await calls 50 within 30s")
	},
}
