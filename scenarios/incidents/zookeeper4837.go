package incidents

var zookeeper4837 = &Incident{
	Name:  "zookeeper-4837",
	Title: "a snapshot brings back what was cut off",
	Story: "n3 leads and logs /x alone. All crash and come back; n3 has the longest history, is elected, and writes a snapshot with /x, " +
		"while nobody can reach its quorum port; it crashes again. The others go on without it. When it returns, it is told to cut its log back, " +
		"and does; but it then loads its newest snapshot, and /x is there, on n3 alone, for good. The repaired variant drops " +
		"snapshots that hold what is cut off.",
	Signature: "servers-agree", Affected: "zk-3.9.5", Fixed: "zk-repaired",
	Release: "3.9.5",
	// A real ensemble may begin with another leader than n3: the plan makes it lead
	// first. No transaction may be made before n3 is back, so no session may expire.
	tick: "500ms", session: "10s",
	script: `setup
	+0s create /r "0"
client c1 n3
	+12500ms create /x "lost"
client c2 n1
	+0s get /r
steps
	+0s crash n1,n2
	+0s await no-leader within 20s
	+0s start n1,n2
	+0s await leader except n1,n2 within 30s
	+0s await ready within 30s
	at 12s cut n3 -- n1,n2
	at 13500ms crash all
	+0s heal
	+0s silence c1
	+0s bar n3
	+0s start all
	+0s await snapshot n3 within 60s
	+0s crash n3
	+0s unbar n3
	+0s await leader within 40s
	+0s start n3
	+0s await ready within 40s
	+0s unsilence c1
`,
}
