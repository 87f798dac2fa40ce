package incidents

var zookeeper4837 = &Incident{
	Name:  "zookeeper-4837",
	Title: "a snapshot brings back what was cut off",
	Story: "n3 leads and logs /x alone. All crash and come back; n3 has the longest history, is elected, and writes a snapshot with /x " +
		"before anybody follows it, and crashes again. The others go on without it. When it returns, it is told to cut its log back, " +
		"and does; but it then loads its newest snapshot, and /x is there, on n3 alone, for good. The repaired variant drops " +
		"snapshots that hold what is cut off.",
	Signature: "servers-agree", Affected: "zk-3.9.5", Fixed: "zk-repaired",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "lost"
client c2 n1
	+0s get /r
steps
	at 900ms cut n3 -- n1,n2
	at 1100ms crash all
	+0s heal
	+0s silence c1
	+0s start all
	when n3 logs snapshot #1: crash n3
	+0s await leader within 30s
	+500ms start n3
	+0s await ready within 40s
	+0s unsilence c1
`,
}
