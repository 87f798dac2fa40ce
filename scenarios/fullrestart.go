package scenarios

import "github.com/schismlab/schism/plan"

var fullRestart = &Scenario{
	Name: "full-restart",
	Story: "All servers lose power at the same moment, in the middle of their writes, three times. What was acknowledged was on " +
		"a quorum of disks, so it must still be there.",
	Probes: []Probe{crashed(9), newEpoch, inFlight},
	Steps: func(d *Draw) {
		for range 3 {
			d.Wait(800*plan.Millisecond, 2000*plan.Millisecond)
			d.Fault("crash all")
			d.Wait(0, 300*plan.Millisecond)
			if d.Intn(3) == 0 {
				d.Step("start %s", join(d.Shuffled()[1:]))
				d.Step("await leader within 40s")
				d.Step("await calls 10 within 30s")
			}
			d.Step("start all")
			d.Step("await ready within 40s")
			d.Step("await calls 60 within 30s")
		}
	},
}
