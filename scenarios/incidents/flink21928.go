package incidents

var flink21928 = &Incident{
	Name:  "flink-21928",
	Title: "a job that has finished is run again by the next leader",
	Story: "The job is stopped: it takes a last checkpoint, commits, and has finished. The leading JobManager fails before it has cleaned up. The next " +
		"leader finds the job in ZooKeeper, and nothing that says that it has finished: it runs it again. The repaired leader writes the " +
		"result down before anything else, so that whoever leads next cleans up and does not run the job (FLIP-194).",
	Signature: "job-runs-again finished",
	Affected:  "flink-21928", Fixed: "curator-5.9.0", FixedIn: "1.15",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name J jobleader
	+0s stop
	+600ms crash J
	+0s await job-leader except J within 30s
	+5s start J
`,
}
