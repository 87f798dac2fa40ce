package incidents

var flink38499 = &Incident{
	Name:  "flink-38499",
	Title: "after a long outage of ZooKeeper nothing happens for long",
	Story: "All of ZooKeeper's servers are away for six minutes. The JobManager gives up leadership and begins to give up its locks. That fails, and is " +
		"tried again, each time after twice the time, up to the number of attempts that is configured, which is large. ZooKeeper comes back, and " +
		"the JobManager is elected at once; but the leadership before must end first, and its next attempt is minutes away. The repaired one " +
		"never waits for longer than a bound. (A cluster of one JobManager, which most are: a standby would have had nothing to give up.)",
	Signature: "slow-recovery",
	Affected:  "flink-38499", Fixed: "curator-5.9.0", FixedIn: "2.0.1, 2.1.1, 2.2.0",
	flink: "flink jobmanagers 1 taskmanagers 2 keys 2 checkpoint 500ms sink files",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s crash all
	+360s start all
`,
	Release: "1.20.3", FixedRelease: "2.3.0",
	onServers: onServers{
		tick: "500ms", session: "6s",
		flink: "flink jobmanagers 1 taskmanagers 2 keys 2 checkpoint 1s sink files",
		// How long the next attempt is away is drawn by the JobManager itself: a minute on
		// the average after a minute and a half.
		script: slowFlinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s crash all
	+90s start all
`,
	},
}
