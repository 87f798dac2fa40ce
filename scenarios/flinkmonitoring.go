package scenarios

import (
	"strings"

	"github.com/schismlab/schism/plan"
)

var flinkMonitoring = &Scenario{
	Name:  "flink-monitoring",
	Flink: monitored(plan.Second),
	Story: "A monitor asks every server for its figures (mntr) and counts the lines of its log, four times a second, and streams them into a " +
		"job that adds them up in windows and raises an alert for a server that does not serve. Servers are cut off and crash, and so do " +
		"JobManagers. The sums must be those that the harness reckons, and a server that is away must be noticed in time.",
	Probes: []Probe{alerts(2), windows(20), restores(3), committed(through), inFlight},
	Steps: func(d *Draw) {
		deposing := []func(*Draw){jobLeaderKilled, jobLeaderPaused, jobLeaderWithoutZooKeeper}
		d.stream.Shuffle(len(deposing), func(i, j int) { deposing[i], deposing[j] = deposing[j], deposing[i] })
		away := []func(*Draw){followerCutOff, followerCrashes}[d.Intn(2)]
		faults := append(deposing[:2], serverLeaderCutOff, away)
		d.stream.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		d.flinkFaults(faults...)
	},
}

// monitored is the session cluster with a job that adds up servers' samples.
func monitored(window plan.Duration) plan.Flink {
	f := sessionCluster
	f.Window = window
	return f
}

func serverLeaderCutOff(d *Draw) { d.unnoticed("leader", "cut %s -- others", "heal") }

func followerCutOff(d *Draw) { d.unnoticed("follower", "cut %s -- others", "heal") }

func followerCrashes(d *Draw) { d.unnoticed("follower", "crash %s", "start S") }

// unnoticed takes a server away until the job has noticed. In undo, S stands for
// the server.
func (d *Draw) unnoticed(role, fault, undo string) {
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	name := d.jobName()
	d.Step("name %s %s", name, role)
	d.Fault(fault, name)
	d.Step("await alerts 1 within 60s")
	d.Wait(0, plan.Second)
	d.Step("%s", strings.ReplaceAll(undo, "S", name))
	d.Step("await ready within 60s")
}

// How often the monitor looks at a server, the next one each time.
const lookEvery = 80 * plan.Millisecond

// drawMonitor is the client that takes samples of each server in turn.
func drawMonitor(number, servers int) plan.Client {
	c := plan.Client{Name: plan.ClientName(number), Server: number%servers + 1}
	for i := range 2 * flinkCalls {
		n := i%servers + 1
		c.Calls = append(c.Calls, plan.Call{
			After: lookEvery, Op: plan.Create, Path: plan.MonitorDir(n) + "/s-", Value: plan.FiguresOf(n), Version: plan.AnyVersion, Sequential: true,
		})
	}
	return c
}
