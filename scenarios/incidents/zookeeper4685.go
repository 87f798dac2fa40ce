package incidents

var zookeeper4685 = &Incident{
	Name:  "zookeeper-4685",
	Title: "a leader steps down because a log was quick",
	Story: "n1 has missed 95 transactions when n2 and n3 crash. n1 and n3 come up; n3 sends n1 what it misses, and NEWLEADER. n1 hands it " +
		"all to its log's queue, which has the first of it on disk, and acknowledges it, before n1 has acknowledged NEWLEADER. n3 " +
		"takes that first acknowledgement for the one of NEWLEADER, sees that it is not, and never counts n1 again: it has no quorum, " +
		"and steps down when initLimit is over.",
	Signature: "AckConsistent", Affected: "zk-3.8.0", Fixed: "zk-3.8.6", FixedIn: "3.8.5, 3.9.2",
	seed: 1,
	script: `setup
	+0s create /set ""
client c1 n2
` + creates(95, "5ms", "a") + `steps
	at 2ms crash n1
	+0s await calls 90 within 30s
	+100ms crash n2,n3
	+0s start n1,n3
	+0s await leader within 40s
	+0s start n2
	+0s await ready within 40s
`,
}
