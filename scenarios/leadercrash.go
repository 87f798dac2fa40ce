package scenarios

import "github.com/schismlab/schism/plan"

var leaderCrash = &Scenario{
	Name: "leader-crash",
	Story: "The leader crashes in the middle of its work, and so does the next one. The first comes back before or after that: " +
		"then it may not win with its old history. Nothing acknowledged may be lost.",
	Probes: []Probe{crashed(2), newEpoch, inFlight, okDuring(20)},
	Steps: func(d *Draw) {
		overlap := d.Intn(2) == 0
		d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("name L leader")
		d.Fault("crash L")
		d.Step("await leader except L within 30s")
		d.Step("await calls 20 within 30s")
		d.Wait(0, 1000*plan.Millisecond)
		if !overlap {
			d.Step("start L")
			d.Step("await ready within 40s")
			d.Wait(300*plan.Millisecond, 1000*plan.Millisecond)
		}
		d.Step("name M leader")
		d.Fault("crash M")
		if overlap {
			d.Step("start L")
		}
		d.Step("await leader except M within 30s")
		d.Step("await calls 20 within 30s")
		d.Step("start M")
		d.Step("await ready within 40s")
		d.Step("await calls 50 within 30s")
	},
}
