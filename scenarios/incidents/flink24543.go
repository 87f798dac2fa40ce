package incidents

var flink24543 = &Incident{
	Name:  "flink-24543",
	Title: "a retry finds its own pointer, takes it for another's, and discards the state",
	Story: "What ZooKeeper says no longer reaches the JobManager, while a checkpoint's pointer is being written: it is written, and the answer is lost. " +
		"The JobManager, whose session lives, connects anew and makes the same transaction again. It is refused, for the znode exists; that is " +
		"taken for a no, and the state is deleted. Unlike FLINK-22494 nothing is uncertain here, and leadership is not lost.",
	Signature: "pointer-without-state",
	Affected:  "flink-24543", Fixed: "curator-5.9.0", FixedIn: "the lines 1.13 and 1.14",
	seed:  1,
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files tolerant",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name J jobleader
	+497ms cut zookeeper -> J
	+3500ms heal
	+5s await job-running within 60s
`,
}
