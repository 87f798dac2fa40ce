package scenarios

import "github.com/schismlab/schism/plan"

var flinkFailover = &Scenario{
	Name:  "flink-failover",
	Flink: sessionCluster,
	Story: "The leading JobManager is killed, paused, cut off from ZooKeeper alone and from its TaskManagers alone; ZooKeeper loses its " +
		"leader and its quorum; a TaskManager dies. Each time somebody must lead and the job go on from its last checkpoint, and each " +
		"record must be in the output once.",
	Probes: []Probe{grants(4), restores(3), committed(through), inFlight},
	Steps: func(d *Draw) {
		// Three that take leadership away for certain, and every other time one that
		// takes the tasks alone.
		deposing := []func(*Draw){jobLeaderKilled, jobLeaderPaused, jobLeaderWithoutZooKeeper, zooKeeperLeaderChanges, quorumLostForFlink}
		d.stream.Shuffle(len(deposing), func(i, j int) { deposing[i], deposing[j] = deposing[j], deposing[i] })
		faults := deposing[:3]
		if d.Intn(2) == 0 {
			faults = append(faults, []func(*Draw){jobLeaderWithoutTasks, taskManagerKilled}[d.Intn(2)])
		}
		d.stream.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
		d.flinkFaults(faults...)
	},
}

// flinkFaults lets the faults happen one after the other, and the job go on after
// each: until it runs, has completed checkpoints, and has put out a share of the
// records that must go through. The rest goes through meanwhile.
func (d *Draw) flinkFaults(faults ...func(*Draw)) {
	for _, fault := range faults {
		d.jobs++
		fault(d)
		d.Step("await job-running within 60s")
		d.Step("await checkpoints %d within 60s", 2+d.Intn(2))
		d.Step("await outputs %d within 90s", through/(len(faults)+1))
	}
}

func jobLeaderKilled(d *Draw) {
	name := d.depose("jobleader", "job-leader", "crash %s", 2*plan.Second)
	d.Step("start %s", name)
}

func jobLeaderPaused(d *Draw) {
	name := d.depose("jobleader", "job-leader", "pause %s", 2*plan.Second)
	d.Step("resume %s", name)
}

func jobLeaderWithoutZooKeeper(d *Draw) {
	d.depose("jobleader", "job-leader", "cut %s -- zookeeper", 3*plan.Second)
	d.Step("heal")
}

func jobLeaderWithoutTasks(d *Draw) {
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	d.Fault("cut jobleader -- taskmanagers")
	d.Wait(4*plan.Second, 7*plan.Second) // longer than heartbeats may be silent
	d.Step("heal")
}

func zooKeeperLeaderChanges(d *Draw) {
	name := d.depose("leader", "leader", "crash %s", 2*plan.Second)
	d.Step("start %s", name)
	d.Step("await ready within 60s")
}

// depose does something to whoever has a role, and waits until somebody else has
// the office. The next step comes at most longest after that. It returns the
// name that the plan gives to the deposed.
func (d *Draw) depose(role, office, fault string, longest plan.Duration) string {
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	name := d.jobName()
	d.Step("name %s %s", name, role)
	d.Fault(fault, name)
	d.Step("await %s except %s within 60s", office, name)
	d.Wait(0, longest)
	return name
}

func quorumLostForFlink(d *Draw) {
	order := d.Shuffled()
	gone := join(order[:d.Servers()/2+1])
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	d.Fault("crash %s", gone)
	d.Step("await no-job-leader within 60s")
	d.Wait(0, 7*plan.Second)
	d.Step("start %s", gone)
	d.Step("await ready within 60s")
}

func taskManagerKilled(d *Draw) {
	tm := 1 + d.Intn(2)
	d.Wait(300*plan.Millisecond, 1500*plan.Millisecond)
	d.Fault("crash tm%d", tm)
	d.Wait(0, 5*plan.Second)
	d.Step("start tm%d", tm)
}
