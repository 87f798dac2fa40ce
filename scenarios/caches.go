package scenarios

import (
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

var caches = &Scenario{
	Name: "caches",
	Story: "Clients keep caches by watches that stay, on znodes and on whole trees, while followers and the leader crash and links " +
		"break, so that every client has to ask for its watches again elsewhere. What changes while a client is connected it must be told.",
	Workload: []Work{Registers, Members, Bank, Ephemerals, Watching, Watching},
	Probes:   []Probe{crashed(2), toldBelow, reconnected, inFlight, okDuring(100)},
	Steps: func(d *Draw) {
		d.Wait(800*plan.Millisecond, 1500*plan.Millisecond)
		d.Step("name F follower")
		d.Fault("crash F")
		d.Step("await calls %d within 30s", 40+d.Intn(40))
		d.Step("start F")
		d.Step("await ready within 40s")
		d.Wait(300*plan.Millisecond, 900*plan.Millisecond)
		d.Step("name L leader")
		d.Fault("crash L")
		d.Step("await leader except L within 30s")
		d.Step("await calls %d within 30s", 40+d.Intn(40))
		d.Step("start L")
		d.Step("await ready within 40s")
		d.Wait(300*plan.Millisecond, 900*plan.Millisecond)
		d.Step("silence c%d", 1+d.Intn(clients))
		d.Step("name G follower")
		d.Fault("cut G -- others")
		d.Step("await calls %d within 30s", 40+d.Intn(40))
		d.Step("heal")
		for c := 1; c <= clients; c++ {
			d.Step("unsilence c%d", c)
		}
		d.Step("await ready within 40s")
		d.Step("await calls 60 within 30s")
	},
}

// toldBelow counts what clients were told by watches that stay: events of znodes
// that none of the calls above watches once.
var toldBelow = Probe{"told-below", 20, kinds(func(e *runlog.Event) bool {
	return len(e.Path) > len("/bank/") && e.Path[:len("/bank/")] == "/bank/"
}, runlog.Watch)}

// reconnected counts connections that broke and came back.
var reconnected = Probe{"reconnects", 3, kinds(nil, runlog.Lost)}
