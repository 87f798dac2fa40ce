package incidents

var zookeeper4837 = &Incident{
	Name:  "zookeeper-4837",
	Title: "a snapshot brings back what was cut off",
	Story: "L leads and logs /x alone. All crash and come back; L has the longest history, is elected, and writes a snapshot with /x, " +
		"while nobody can reach its quorum port; it crashes again. The others go on without it. When it returns, it is told to cut its log back, " +
		"and does; but it then loads its newest snapshot, and /x is there, on L alone, for good. The repaired variant drops " +
		"snapshots that hold what is cut off.",
	Signature: "servers-agree", Affected: "zk-3.9.5", Fixed: "zk-repaired",
	Release: "3.9.5",
	// A real ensemble may begin with any leader, so each server has its own writer,
	// and only the leader's word is logged. No transaction may be made before L is
	// back, so no session may expire.
	tick: "500ms", session: "10s",
	script: `setup
	+0s create /r "0"
client c1 n1
	+0s get /r
	+2500ms create /x "lost"
client c2 n2
	+2500ms create /x "lost"
client c3 n3
	+2500ms create /x "lost"
steps
	at 800ms name L leader
	+0s name F follower
	+0s cut L -- others
	at 3500ms crash all
	+0s heal
	+0s silence c1,c2,c3
	+0s bar L
	+0s start F
	+0s start L
	+0s await snapshot L within 60s
	+0s crash L
	+0s unbar L
	+0s start all except L
	+0s await leader within 40s
	+0s start L
	+0s await ready within 40s
	+0s unsilence c1,c2,c3
`,
}
