package scenarios

import "github.com/schismlab/schism/plan"

var bridgePartition = &Scenario{
	Name:    "bridge-partition",
	Servers: 5,
	Story: "Two halves cannot see each other; one server sees both. Either half makes a quorum with the bridge, but there must " +
		"be one leader.",
	Probes: []Probe{cut(8), inFlight, okDuring(20)},
	Steps: func(d *Draw) {
		order := d.Shuffled()
		half := (d.Servers() - 1) / 2
		d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
		d.Fault("cut %s -- %s", join(order[1:1+half]), join(order[1+half:]))
		d.Step("await leader within 40s")
		d.Step("await calls %d within 60s", 40+d.Intn(100))
		d.Wait(500*plan.Millisecond, 2500*plan.Millisecond)
		d.Step("heal")
		d.Step("await ready within 60s")
		d.Step("await calls 50 within 30s")
	},
}
