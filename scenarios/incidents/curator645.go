package incidents

var curator645 = &Incident{
	Name:  "curator-645",
	Title: "two candidates make each other enter the election anew, without end",
	Story: "Two JobManagers that are far from ZooKeeper lose the servers that they are connected to, find others, and enter the election anew. Each finds the other's znode " +
		"before its own, and goes to watch it; by then the other one has entered anew, and the znode is gone. A candidate whose predecessor is " +
		"gone enters anew itself, and so the other one's predecessor is gone, too. Nobody leads, and the numbers of the znodes run away. The " +
		"repaired candidate looks again who is before it.",
	Signature: "latch-storm",
	Affected:  "curator-5.3.0", Fixed: "curator-5.9.0", FixedIn: "Curator 5.4.0",
	Release: "1.17.1", FixedRelease: "1.20.3",
	// The JobManagers count the silence of their servers from their starts on, 300ms
	// apart. Livelock needs the second to enter between the first one's list and its
	// watch, two to four delays after it.
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s slow jobmanagers -- zookeeper delay 100ms jitter 0s loss 0ppm
	+0s cut jm1 -- n1
	+0s cut jm2 -- n2
	+20s heal
	+0s await job-leader within 60s
`,
	onServers: onServers{
		tick: "1500ms", session: "30s",
		flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files",
		// ZooKeeper's leader closes all connections as it goes, and the cut holds both
		// JobManagers back while they dial. So each enters at the very moment that its cut
		// heals: the second one and a half delays after the first, which is between its
		// list and its watch. A dial lasts for a third of a session, all else must be over
		// by then.
		script: slowFlinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name J jobleader
	+0s name S jobstandby
	+0s slow zookeeper -> jobmanagers delay 1500ms jitter 0s loss 0ppm
	+0s restart leader
	+0s await no-job-leader within 30s
	+0s cut jobmanagers -> zookeeper
	+0s await ready within 30s
	+1s heal J -> zookeeper
	+2250ms heal S -> zookeeper
	+85s heal
	+0s await job-leader within 60s
`,
	},
}
