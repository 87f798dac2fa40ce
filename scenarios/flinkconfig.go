package scenarios

import "github.com/schismlab/schism/plan"

var flinkConfig = &Scenario{
	Name:   "flink-config",
	Flink:  sessionCluster,
	Config: 50,
	Story: "Clients set a configuration that the job follows, while ZooKeeper changes its leader, TaskManagers lose ZooKeeper, and " +
		"JobManagers fail. Versions may be passed over, for a watch tells that something changed and not what; but each comes at " +
		"most once, in order, none is invented, and the last one comes for certain.",
	Probes: []Probe{configured(30), restores(3), committed(through), inFlight},
	Steps: func(d *Draw) {
		faults := []func(*Draw){jobLeaderKilled, zooKeeperLeaderChanges, taskManagersWithoutZooKeeper, taskManagersPaused, jobLeaderWithoutZooKeeper}
		d.stream.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		d.flinkFaults(faults[:3]...)
	},
}

// taskManagersWithoutZooKeeper cuts all TaskManagers off from ZooKeeper: which of
// them has the tasks is not for the plan to know.
func taskManagersWithoutZooKeeper(d *Draw) {
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	d.Fault("cut taskmanagers -- zookeeper")
	d.Wait(4*plan.Second, 8*plan.Second)
	d.Step("heal")
}

// taskManagersPaused stops them for longer than their sessions last.
func taskManagersPaused(d *Draw) {
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	d.Fault("pause taskmanagers")
	d.Wait(6*plan.Second, 9*plan.Second)
	d.Step("resume taskmanagers")
}
