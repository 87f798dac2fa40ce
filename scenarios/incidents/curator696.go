package incidents

import "github.com/schismlab/schism/plan"

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
	script: slowFlinkClient + outage("0s", "10s"),
	moments: func(d *plan.Stream) string {
		after := d.Duration(0, 1500*plan.Millisecond) / plan.Millisecond * plan.Millisecond
		away := d.Duration(9500*plan.Millisecond, 12500*plan.Millisecond) / plan.Millisecond * plan.Millisecond
		return outage(after.String(), away.String())
	},
}

// outage are steps in which all servers are away for a time.
func outage(after, away string) string {
	return `steps
	at 1s await checkpoints 2 within 60s
	+` + after + ` crash all
	+` + away + ` start all
	+0s await ready within 40s
	+0s await job-leader within 40s
	+18s await job-leader within 40s
`
}
