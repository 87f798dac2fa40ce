package scenarios

import "github.com/schismlab/schism/plan"

var leaderCrash = &Scenario{
	Name:   "leader-crash",
	Story:  "The leader crashes in the middle of its work, twice, and comes back as a follower. Nothing acknowledged may be lost.",
	Probes: []Probe{crashed(2), newEpoch, inFlight, okDuring(20)},
	Steps: func(d *Draw) {
		for _, name := range []string{"L", "M"} {
			d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
			d.Step("name %s leader", name)
			d.Fault("crash %s", name)
			d.Step("await leader except %s within 30s", name)
			d.Step("await calls 20 within 30s")
			d.Wait(0, 1000*plan.Millisecond)
			d.Step("start %s", name)
			d.Step("await ready within 40s")
		}
	},
}
