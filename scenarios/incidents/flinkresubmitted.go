package incidents

var flinkResubmitted = &Incident{
	Name:  "flink-resubmitted",
	Title: "a job that has finished runs again when it is handed in again",
	Story: "A job finishes. Its JobManager dies, and the client that handed the job in, and perhaps never had the answer, does so again, under the " +
		"same id. While the JobManager lived the job would have been refused as a duplicate. The next one knows nothing of it, since the result " +
		"store forgets a job when its clean-up is done, and runs it from its beginning: what it has put out it puts out again. With " +
		"job-result-store.delete-on-commit: false the result stays, and the job is refused.",
	Signature: "job-runs-again finished",
	Affected:  "curator-5.9.0", Fixed: "curator-5.9.0",
	Release: "2.3.0", FixedIn: "",
	tick: "500ms", session: "6s",
	flink:    "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files",
	repaired: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files keep-results",
	script: slowFlinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s stop
	+2s name J jobleader
	+0s crash J
	+0s await job-leader except J within 40s
	+2s submit
	+8s await job-leader within 40s
`,
}
