package scenarios

import "github.com/schismlab/schism/plan"

var primaryOrder = &Scenario{
	Name: "primary-order",
	Story: "What the leader sends is held up for some milliseconds; then it crashes. A protocol may lose what it proposed, yet never " +
		"an earlier proposal and keep a later one: that was made for the state after the earlier. ZAB promises it. Multi-Paxos with " +
		"several proposals outstanding does not: run it with --protocol multipaxos --variant several-outstanding.",
	Probes: []Probe{cut(2), crashed(2), newEpoch, inFlight},
	Steps: func(d *Draw) {
		for _, leader := range []string{"L", "M"} {
			d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
			d.Step("name %s leader", leader)
			d.Fault("cut %s -> others", leader)
			d.Wait(plan.Millisecond, 8*plan.Millisecond)
			d.Step("heal")
			d.Wait(plan.Millisecond, 8*plan.Millisecond)
			d.Step("crash %s", leader)
			d.Step("await leader except %s within 30s", leader)
			d.Step("await calls 20 within 30s")
			d.Step("start %s", leader)
			d.Step("await ready within 40s")
		}
		d.Step("await calls 50 within 30s")
	},
}
