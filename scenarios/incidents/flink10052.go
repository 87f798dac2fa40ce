package incidents

import "github.com/schismlab/schism/checker"

var flink10052 = &Incident{
	Name:  "flink-10052",
	Title: "every job restarts because ZooKeeper was away for a moment",
	Story: "ZooKeeper changes its leader. The JobManager's connection is suspended, and comes back in the same session: nobody else could have been " +
		"elected meanwhile. It gives up its office all the same, is elected again, and starts every job anew from its last checkpoint. Releases " +
		"since 1.14 tolerate that, if they are told to, as the plan tells them; those before knew no such option. On real servers the same release " +
		"is not told to, and then is.",
	Signature: "office-given-up",
	Affected:  "flink-10052", Fixed: "curator-5.9.0", FixedIn: "1.14, with tolerate-suspended-connections",
	Release: "2.3.0",
	flink:   "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files tolerant",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name L leader
	+0s crash L
	+0s await leader except L within 30s
	+0s start L
	+0s await ready within 30s
	+5s await job-running within 60s
`,
	imposes: []checker.Check{checker.KeepsOffice},
	onServers: onServers{
		tick: "500ms", session: "6s",
		flink:    "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files",
		repaired: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files tolerant",
		script: slowFlinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name L leader
	+0s crash L
	+0s await leader except L within 30s
	+0s start L
	+0s await ready within 30s
	+5s await job-running within 60s
`,
	},
}
