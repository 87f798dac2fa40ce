package scenarios

import "github.com/schismlab/schism/plan"

var flinkState = &Scenario{
	Name:  "flink-state",
	Flink: meeting(withSink(plan.Znodes)),
	Story: "Two jobs meet at a barrier in ZooKeeper, round after round, each with a checkpoint that is complete. Checkpoints and savepoints go on while both JobManagers flap and ZooKeeper changes its leader in the middle of them. What a " +
		"checkpoint holds is committed as znodes, named by the checkpoint: a commit that is made again finds itself done. No leader " +
		"may start from an older checkpoint than it could have known, no pointer may lead to nothing, and no job may go on from a round " +
		"before the other has arrived there.",
	Probes: []Probe{savepoints(1), restores(6), rounds(10), committed(through), inFlight},
	Steps: func(d *Draw) {
		faults := []func(*Draw){jobLeaderKilled, bothFlap, zooKeeperLeaderChanges, savepointDuringFault, quorumLostForFlink, pointerInFlight}
		d.stream.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		d.Step("savepoint")
		d.flinkFaults(append([]func(*Draw){pointerInFlight}, faults[:2]...)...)
	},
}

// meeting is a cluster of two jobs that meet at a barrier.
func meeting(f plan.Flink) plan.Flink {
	f.Jobs, f.Barrier = 2, true
	return f
}

// bothFlap takes ZooKeeper from the leading JobManager until the other one leads,
// and then from either, for less than a session lasts and for more.
func bothFlap(d *Draw) {
	jobLeaderWithoutZooKeeper(d)
	first := d.Intn(2)
	for i := range 2 {
		d.Wait(200*plan.Millisecond, 1*plan.Second)
		d.Fault("cut jm%d -- zookeeper", 1+(first+i)%2)
		d.Wait(500*plan.Millisecond, 6*plan.Second)
		d.Step("heal")
	}
}

// pointerInFlight takes ZooKeeper's leader away at about the moment when the next
// checkpoint's pointer is written: nobody knows then whether it was.
func pointerInFlight(d *Draw) {
	d.Step("name %s leader", d.jobName())
	d.Step("await checkpoints 1 within 60s")
	d.Wait(sessionCluster.Checkpoint-4*plan.Millisecond, sessionCluster.Checkpoint+1*plan.Millisecond)
	d.Step("crash %s", d.jobName())
	d.Step("await leader except %s within 60s", d.jobName())
	d.Step("start %s", d.jobName())
	d.Step("await ready within 60s")
}

func savepointDuringFault(d *Draw) {
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	name := d.jobName()
	d.Step("name %s jobleader", name)
	d.Step("savepoint")
	d.Fault("restart %s", name)
	d.Step("await job-leader within 60s")
}
