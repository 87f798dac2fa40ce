package scenarios

import "github.com/schismlab/schism/plan"

var minorityIsolated = &Scenario{
	Name: "minority-isolated",
	Story: "Followers that are no quorum are cut off from the others, though not from their clients. The majority goes on; " +
		"the minority must refuse to write, and stop to serve.",
	Probes: []Probe{cut(2), inFlight, okDuring(50)},
	Steps: func(d *Draw) {
		d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("name L leader")
		d.Step("name F follower except L")
		minority := "F"
		if d.Servers() >= 5 {
			d.Step("name G follower except L,F")
			minority = "F,G"
		}
		d.Fault("cut %s -- others", minority)
		d.Step("await calls %d within 60s", 80+d.Intn(150))
		d.Wait(1500*plan.Millisecond, 3000*plan.Millisecond)
		d.Step("heal")
		d.Step("await ready within 40s")
		d.Step("await calls 50 within 30s")
	},
}
