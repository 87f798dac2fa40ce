package incidents

var zookeeper4712 = &Incident{
	Name:  "zookeeper-4712",
	Title: "the log's queue outlives the follower that filled it",
	Story: "n3 proposes /x and crashes; only n1 has heard of it, and has it in its log's queue. n1 begins an election with what is on " +
		"disk, without /x, while the queue goes on and writes it. n2 leads and finds nothing to cut back. /x comes to life when n1 is " +
		"restarted.",
	Signature: "servers-agree", Affected: "zk-3.8.0", Fixed: "zk-3.9.3", FixedIn: "3.9.3",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "lost"
client c2 n2
	+4s create /y "kept"
	+4s create /z "kept"
steps
	at 900ms cut n3 -> n2
	when n3 sends PROPOSAL with n1 #1: crash n3
	+0s heal
	+0s await leader within 30s
	at 6s restart n1
	+0s await ready within 40s
	at 10s start n3
	+0s await ready within 40s
`,
}
