package scenarios

import "github.com/schismlab/schism/plan"

var sessionExpiry = &Scenario{
	Name: "session-expiry",
	Story: "A client with an ephemeral znode falls silent for longer than its session may last, while the leader changes. Its " +
		"session must end and the znode go; when it comes back it must be told so.",
	Workload: []Work{Registers, Counter, Members, Ephemerals, Ephemerals, Ephemerals},
	Probes:   []Probe{expired(1), newEpoch, inFlight, okDuring(50)},
	Steps: func(d *Draw) {
		d.Wait(800*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("silence c1")
		d.Wait(200*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("name L leader")
		d.Fault("crash L")
		d.Step("await leader except L within 30s")
		d.Step("start L")
		d.Step("await ready within 40s")
		// A new leader gives every session its whole time-out again.
		d.Wait(6*plan.Second, 7*plan.Second)
		d.Step("unsilence c1")
		d.Step("await expired c1 within 30s")
		d.Step("await calls 30 within 30s")
	},
}
