package incidents

var zookeeper3911 = &Incident{
	Name:  "zookeeper-3911",
	Title: "followers acknowledge a history that they have only in memory",
	Story: "n3 leads and logs /x alone. The others restart and follow it into epoch 2: they are sent /x, acknowledge NEWLEADER, and log " +
		"what they were sent only when UPTODATE comes. It does not come: the network breaks right when n3 has its quorum and serves, " +
		"with /x. Much later everybody crashes; n1 and n2 come back without /x and make a quorum. The repair logs at NEWLEADER, though " +
		"not soon enough: see ZOOKEEPER-4646, which crashes the followers at once.",
	Signature: "LeaderLogCompleteness", Affected: "zk-3.5.5", Fixed: "zk-3.7.1", FixedIn: "3.5.10, 3.6.3, 3.7.0",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "seen"
client c2 n1
	+0s get /r
steps
	at 900ms cut n3 -- n1,n2
	at 1200ms crash n1,n2
	+0s heal
	+0s start n1,n2
	when n3 sends UPTODATE #1: cut n3 -> n1,n2
	+100ms crash all
	+0s heal
	+0s start n1,n2
	+0s await leader within 30s
	+1s start n3
	+0s await ready within 40s
`,
}
