package incidents

var flink14091 = &Incident{
	Name:  "flink-14091",
	Title: "after a short disconnection no checkpoint is ever made again",
	Story: "ZooKeeper changes its leader. The JobManager's connection is suspended and comes back within its session; it tolerates that, and " +
		"goes on leading. The counter of checkpoints listens to the connection, too: it was told RECONNECTED, and only CONNECTED is good " +
		"enough for it. Each checkpoint is refused from then on, while the job runs. (A leader that gives up its office when it is suspended " +
		"begins with a new counter; the plan therefore has one that does not.)",
	Signature: "no-checkpoints",
	Affected:  "flink-14091", Fixed: "curator-5.9.0", FixedIn: "releases after early 2020",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files tolerant",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name L leader
	+0s crash L
	+0s await leader except L within 30s
	+0s start L
	+0s await ready within 30s
	+5s await job-running within 60s
`,
}

// flinkClient is a client that appends to two logs.
var flinkClient = `setup
	+0s create /in ""
	+0s create /in/k1 ""
	+0s create /in/k2 ""
	+0s create /conf "0"
client c1 n1
` + appends(60, "100ms", "/in/k1/r-") + `client c2 n2
` + appends(60, "100ms", "/in/k2/r-")
