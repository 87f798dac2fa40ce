package incidents

var curator724 = &Incident{
	Name:  "curator-724",
	Title: "no JobManager leads ever again",
	Story: "Both JobManagers lose ZooKeeper for longer than it takes to notice, and meanwhile the election's directory goes: an operator's " +
		"clean-up, or servers that came back without their data. When they are back each lists the candidates, finds no directory, and does " +
		"nothing: it has no znode, watches none, and is told of nothing. The repaired latch takes part anew.",
	Signature: "no-leader",
	Affected:  "curator-5.4.0", Fixed: "curator-5.9.0",
	Release: "2.2.1", FixedRelease: "2.3.0", FixedIn: "Curator 5.8.0, Flink 2.3.0",
	tick: "500ms", session: "6s",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files",
	script: slowFlinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s cut jobmanagers -- zookeeper
	+0s await no-job-leader within 30s
	+0s erase /flink/leader/latch
	+1s heal
	+20s await ready within 20s
`,
}
