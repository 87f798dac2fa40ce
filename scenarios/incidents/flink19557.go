package incidents

var flink19557 = &Incident{
	Name:  "flink-19557",
	Title: "a TaskManager is never told that the old leader is still valid",
	Story: "Both TaskManagers lose ZooKeeper for longer than it takes to notice, and no longer than their sessions live. They take it that " +
		"nobody leads, and give up their tasks. When they are back they read the leader's information; it is what they were told of last, so " +
		"nobody is told again. The job waits for TaskManagers for ever.",
	Signature: "no-job",
	Affected:  "flink-19557", Fixed: "curator-5.9.0", FixedIn: "releases after October 2020",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s cut taskmanagers -- zookeeper
	+3500ms heal
	+10s await job-leader within 60s
`,
}
