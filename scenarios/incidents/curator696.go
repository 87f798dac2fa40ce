package incidents

var curator696 = &Incident{
	Name:  "curator-696",
	Title: "two JobManagers lead at once, and fight over the job",
	Story: "All of ZooKeeper's servers crash and stay away for longer than a session lives, by its client's reckoning; both JobManagers begin " +
		"sessions anew. The servers come back, and give every session that they know its whole time-out again. So for a while the election has the " +
		"znodes of the old sessions. The JobManager whose old znode is first takes it for its own, leads, and is not told when the znode goes; " +
		"then the other one is elected, by the rules. The repaired latch looks whose session the znode is.",
	Signature: "one-job-leader",
	Affected:  "curator-5.4.0", Fixed: "curator-5.9.0",
	Release: "2.2.1", FixedRelease: "2.3.0", FixedIn: "Curator 5.7.0, Flink 2.3.0",
	tick: "500ms", session: "6s",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 1s sink files",
	// The outage is half as long again as a session: each client must have given its
	// own up before the servers are back.
	script: `setup
	+0s create /in ""
	+0s create /in/k1 ""
	+0s create /in/k2 ""
	+0s create /conf "0"
client c1 n1
` + appends(200, "200ms", "/in/k1/r-") + `client c2 n2
` + appends(200, "200ms", "/in/k2/r-") + `steps
	at 1s await checkpoints 2 within 60s
	+0s crash all
	+10s start all
	+0s await ready within 40s
	+0s await job-leader within 40s
	+18s await job-leader within 40s
`,
}
