package scenarios

import "github.com/schismlab/schism/plan"

var flinkConfig = &Scenario{
	Name:   "flink-config",
	Flink:  sessionCluster,
	Config: 50,
	Story: "Clients set a configuration that the job follows, while ZooKeeper changes its leader, TaskManagers lose ZooKeeper, and " +
		"JobManagers fail. Versions may be passed over, for a watch tells that something changed and not what; but each comes at " +
		"most once, in order, none is invented, and the last one comes for certain.",
	Probes: []Probe{configured(12), restores(1), inFlight},
	Steps: func(d *Draw) {
		faults := []func(*Draw){jobLeaderKilled, zooKeeperLeaderChanges, taskManagerWithoutZooKeeper, taskManagerPaused, jobLeaderWithoutZooKeeper}
		d.stream.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		for _, fault := range faults[:3] {
			d.flinkFault(fault)
		}
	},
}

// taskManagerWithoutZooKeeper cuts the TaskManager of the first subtask, which
// follows the configuration, off from ZooKeeper, or the other one.
func taskManagerWithoutZooKeeper(d *Draw) {
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	d.Fault("cut tm%d -- zookeeper", 1+d.Intn(2))
	d.Wait(4*plan.Second, 8*plan.Second)
	d.Step("heal")
}

func taskManagerPaused(d *Draw) {
	tm := 1 + d.Intn(2)
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	d.Fault("pause tm%d", tm)
	d.Wait(4*plan.Second, 8*plan.Second)
	d.Step("resume tm%d", tm)
}
