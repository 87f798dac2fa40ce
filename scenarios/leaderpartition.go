package scenarios

import "github.com/schismlab/schism/plan"

var leaderPartition = &Scenario{
	Name: "leader-partition",
	Story: "The leader is cut off from all others, while clients stay connected to it. The others elect a new one; what the old " +
		"leader had proposed and nobody else had logged must go when it comes back.",
	Probes: []Probe{cut(2), newEpoch, inFlight, okDuring(20)},
	Steps: func(d *Draw) {
		for _, name := range []string{"L", "M"} {
			d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
			d.Step("name %s leader", name)
			d.Fault("cut %s -- others", name)
			d.Step("await leader except %s within 30s", name)
			d.Step("await calls 30 within 30s")
			d.Wait(0, 1500*plan.Millisecond)
			d.Step("heal")
			d.Step("await ready within 40s")
		}
	},
}
