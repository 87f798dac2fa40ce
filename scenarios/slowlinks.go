package scenarios

import "github.com/schismlab/schism/plan"

var slowLinks = &Scenario{
	Name:   "slow-links",
	Story:  "What the leader and its followers send to each other is late and partly lost, but arrives. It gets slower, not wrong.",
	Probes: []Probe{slowed(2), inFlight, okDuring(50)},
	Steps: func(d *Draw) {
		d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("name L leader")
		d.Step("slow L -- others delay %dms jitter %dms loss 0ppm", 5+d.Intn(30), 5+d.Intn(30))
		d.Step("await calls %d within 60s", 60+d.Intn(60))
		d.Step("slow L -- others delay 1ms jitter 2ms loss %dppm", 10_000*(1+d.Intn(5)))
		d.Step("await calls %d within 60s", 60+d.Intn(60))
		d.Step("heal")
		d.Step("await ready within 40s")
		d.Step("await calls 50 within 30s")
	},
}
