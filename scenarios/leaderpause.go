package scenarios

import "github.com/schismlab/schism/plan"

var leaderPause = &Scenario{
	Name: "leader-pause",
	Story: "The leader stops as in a long garbage collection, for longer than the others wait. It wakes up believing that it " +
		"leads, with requests in its hands: none of them may take effect.",
	Probes: []Probe{paused(2), newEpoch, inFlight, okDuring(20)},
	Steps: func(d *Draw) {
		for _, name := range []string{"L", "M"} {
			d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
			d.Step("name %s leader", name)
			d.Fault("pause %s", name)
			d.Step("await leader except %s within 30s", name)
			d.Step("await calls 30 within 30s")
			d.Step("resume %s", name)
			d.Step("await ready within 40s")
		}
		d.Step("await calls 30 within 30s")
	},
}
