package scenarios

import (
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

var stalledDisk = &Scenario{
	Name: "stalled-disk",
	Story: "One of a server's two disks hangs in the middle of its writes, that of the log or that of snapshots and epochs, and the " +
		"other goes on; then the server loses power, or all do. What hung is lost, what the other disk has is there. Three times.",
	ModelOnly: true,
	Probes:    []Probe{stalled(3), crashed(3)},
	Steps: func(d *Draw) {
		for range 3 {
			d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
			who := d.Pick("leader", "follower", d.Shuffled()[0])
			disk := d.Pick(plan.LogDisk, plan.LogDisk, plan.DataDisk)
			d.Step("name S %s", who)
			d.Fault("stall %s S", disk)
			d.Wait(0, 600*plan.Millisecond)
			switch d.Intn(4) {
			case 0:
				d.Step("crash all")
			case 1:
				// An election, while the disk hangs.
				d.Step("restart leader")
				d.Wait(200*plan.Millisecond, 1500*plan.Millisecond)
				d.Step("crash S")
			default:
				d.Step("crash S")
			}
			d.Step("unstall %s S", disk)
			d.Wait(0, 300*plan.Millisecond)
			d.Step("start all")
			d.Step("await ready within 40s")
			d.Step("await calls 80 within 30s")
		}
	},
}

// stalled counts disks that hung.
func stalled(min int) Probe {
	return Probe{"disks-stalled", min, kinds(func(e *runlog.Event) bool { return strings.HasPrefix(e.Text, "stall ") }, runlog.Step)}
}
