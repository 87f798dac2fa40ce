package scenarios

import "github.com/schismlab/schism/plan"

var followerCrash = &Scenario{
	Name: "follower-crash",
	Story: "A follower crashes and comes back, three times; once it stays away for so long that the leader has to send it more " +
		"than it remembers. Nobody else may notice.",
	Probes: []Probe{crashed(3), inFlight, okDuring(100)},
	Steps: func(d *Draw) {
		for i, name := range []string{"F", "G", "H"} {
			d.Wait(300*plan.Millisecond, 1000*plan.Millisecond)
			d.Step("name %s follower", name)
			d.Fault("crash %s", name)
			if i == 1 {
				d.Step("await calls 250 within 60s")
			} else {
				d.Step("await calls %d within 30s", 20+d.Intn(40))
			}
			d.Step("start %s", name)
			d.Step("await ready within 40s")
		}
	},
}
