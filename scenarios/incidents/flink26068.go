package incidents

var flink26068 = &Incident{
	Name:  "flink-26068",
	Title: "a retry finds a version that it made itself, and discards what it points to",
	Story: "Somebody changes what the job may use, so the JobManager stores the job anew and replaces the pointer to it, guarded by the pointer's version. " +
		"The answer is lost. The JobManager, whose session lives, connects anew and makes the same call again, and is refused: the version is " +
		"another one, its own. That is taken for a no, and what was stored is deleted, though ZooKeeper points to it. Nobody can recover the job " +
		"any more. (Releases that had the mistake replaced the pointer when a job was handed in again; to the pointer it is the same.)",
	Signature: "pointer-without-state",
	Affected:  "flink-26068", Fixed: "curator-5.9.0", FixedIn: "releases after February 2022",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files tolerant",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name J jobleader
	+100ms rescale
	+3ms cut zookeeper -> J
	+3500ms heal
	+5s await job-leader within 60s
`,
}
