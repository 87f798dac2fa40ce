package scenarios

import "github.com/schismlab/schism/plan"

var quorumLoss = &Scenario{
	Name: "quorum-loss",
	Story: "All but the leader crash while it is at work. It must stop leading; what it alone has logged may live or die, but " +
		"nobody may have been told that it lives.",
	Probes: []Probe{crashed(2), leaderless, newEpoch, inFlight},
	Steps: func(d *Draw) {
		d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("name L leader")
		d.Fault("crash others except L")
		d.Step("await no-leader within 30s")
		d.Wait(0, 1000*plan.Millisecond)
		if d.Intn(3) == 0 {
			// Nobody is left who has what the leader alone had logged.
			d.Fault("crash L")
			d.Step("start others except L")
			d.Step("await leader except L within 40s")
			d.Step("await calls 20 within 30s")
		}
		d.Step("start all")
		d.Step("await ready within 40s")
		d.Step("await calls 50 within 30s")
	},
}
