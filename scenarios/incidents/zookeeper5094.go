package incidents

var zookeeper5094 = &Incident{
	Name:  "zookeeper-5094",
	Title: "a follower forgets to forget",
	Story: "n3 leads and logs /x alone, and crashes; the others form epoch 2, and n2 proposes /y. n3 comes back while /y is on its way: " +
		"it is told to cut its log back, and then /y is proposed and committed, all before NEWLEADER, so n3 applies /y to memory " +
		"alone. n2 crashes now. n3 votes with what it has in memory, and n1, which leads next, sees nothing missing. n3 logs what " +
		"comes after /y, and when it is restarted, /y is gone. (SNAP had the same mistake until ZOOKEEPER-3642.)",
	Signature: "servers-agree", Affected: "zk-3.9.5", Fixed: "zk-repaired",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "lost"
client c2 n2
	+5s create /y "kept"
	+6s create /z "kept"
steps
	at 900ms cut n3 -- n1,n2
	at 1100ms crash n3
	+0s await leader within 30s
	+0s heal
	at 4900ms cut n1 -> n2
	at 5100ms start n3
	when n2 sends TRUNC with n3 #1: heal n1 -> n2
	when n2 sends COMMIT with n3 #1: crash n2
	+0s await leader within 30s
	at 14s restart n3
	+0s await leader within 30s
	+0s start n2
	+0s await ready within 40s
`,
}
