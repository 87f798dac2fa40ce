package incidents

var flink18677 = &Incident{
	Name:  "flink-18677",
	Title: "tasks of a deposed leader run on beside those of its successor",
	Story: "A TaskManager loses ZooKeeper, and nothing else. Then the leading JobManager fails. The standby is elected and restarts the job on the " +
		"TaskManager that it has. The other one does not hear of it: it takes the leader that it knew for the leader, and its tasks read on, " +
		"until heartbeats are missed, which takes longer than a session lives. The repaired TaskManager stops its tasks when its connection to " +
		"ZooKeeper is suspended: who cannot know who leads works for nobody.",
	Signature: "tasks-outlive",
	Affected:  "flink-18677", Fixed: "curator-5.9.0", FixedIn: "releases after August 2020",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files heartbeat 30s",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s cut tm1 -- zookeeper
	+0s name J jobleader
	+0s crash J
	+0s await job-leader except J within 30s
	+0s await job-running within 30s
	+15s heal
	+0s start J
	+0s await checkpoints 2 within 60s
`,
}
