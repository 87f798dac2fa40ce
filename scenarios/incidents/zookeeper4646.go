package incidents

var zookeeper4646 = &Incident{
	Name:  "zookeeper-4646",
	Title: "a transaction counts as committed that is on one disk only",
	Story: "n3 leads and logs /x alone. The others restart and follow it into epoch 2: they are sent /x and acknowledge NEWLEADER " +
		"before it is on their disks. With their word n3 serves, and all of its history is committed. Everybody crashes; n1 and n2 " +
		"come back without /x and make a quorum. ZOOKEEPER-3911 is the same story; its repair did not reach this far.",
	Signature: "LeaderLogCompleteness", Affected: "zk-3.8.0", Fixed: "zk-3.9.5", FixedIn: "3.8.5, 3.9.2",
	seed: 2,
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
	when n3 sends UPTODATE #1: crash all
	+0s start n1,n2
	+0s await leader within 30s
	+1s start n3
	+0s await ready within 40s
`,
}
