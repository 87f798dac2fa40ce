package scenarios

import (
	"strings"

	"github.com/schismlab/schism/plan"
)

var quorumLoss = &Scenario{
	Name: "quorum-loss",
	Story: "All but the leader crash while it is at work. It must stop leading. What it alone has logged may live, if it is " +
		"among those that elect the next leader, or else must go when it comes back; but nobody was told that it lives.",
	Probes: []Probe{crashed(2), leaderless, newEpoch, inFlight},
	Steps: func(d *Draw) {
		d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("name L leader")
		d.Fault("crash others except L")
		d.Step("await no-leader within 30s")
		d.Wait(0, 1000*plan.Millisecond)
		if d.Intn(2) == 0 {
			// The others go on without it, and the clients are silent until it is
			// back: so it is told to cut its log, rather than given a new one.
			d.Step("silence %s", everyClient())
			d.Step("crash L")
			d.Step("start others except L")
			d.Step("await leader except L within 40s")
			d.Step("start L")
			d.Step("await ready within 40s")
			d.Step("unsilence %s", everyClient())
		}
		d.Step("start all")
		d.Step("await ready within 40s")
		d.Step("await calls 150 within 60s")
	},
}

func everyClient() string {
	names := make([]string, clients)
	for i := range names {
		names[i] = plan.ClientName(i + 1)
	}
	return strings.Join(names, ",")
}
