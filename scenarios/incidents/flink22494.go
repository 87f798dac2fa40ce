package incidents

var flink22494 = &Incident{
	Name:  "flink-22494",
	Title: "the state of a checkpoint is discarded while ZooKeeper points to it",
	Story: "ZooKeeper's leader crashes when it has committed the pointer of a checkpoint, and not answered. The JobManager does not know " +
		"whether the pointer was written, takes the error for a no, and deletes the state. Whoever leads next finds a pointer to nothing, and " +
		"cannot recover the job. FLINK-24543 is the same story with a retry that finds the znode there.",
	Signature: "pointer-without-state",
	Affected:  "flink-22494", Fixed: "curator-5.9.0", FixedIn: "the lines 1.13 and 1.14",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name L leader
	+497ms crash L
	+0s await leader except L within 30s
	+0s start L
	+0s await ready within 30s
	+10s await job-leader within 60s
`,
}
