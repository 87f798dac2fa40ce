package incidents

var flink11813 = &Incident{
	Name:  "flink-11813",
	Title: "an application that has finished is run again by the standby",
	Story: "Two JobManagers in application mode. The job finishes. The leader writes its result down, cleans up, and by default then forgets the result " +
		"too; it gives up its leadership and ends, with the exit code 0. That election has a winner: the standby, which knows of no job and no " +
		"result, and runs the application from its beginning. What it has put out it puts out again. With job-result-store.delete-on-commit: " +
		"false (and since 2.3 application-result-store.delete-on-commit: false) the standby finds the result, and ends as well.",
	Signature: "job-runs-again finished",
	Affected:  "curator-5.9.0", Fixed: "curator-5.9.0",
	Release: "2.3.0", FixedIn: "1.15, as an option",
	tick: "500ms", session: "6s",
	flink:    "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files application",
	repaired: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files keep-results application",
	script: slowFlinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s stop
`,
}
