package incidents

var zookeeper1419 = &Incident{
	Name:  "zookeeper-1419",
	Title: "votes go round in a circle",
	Story: "n5 leads and logs /x alone, while n4 is down; both have the epoch 1 on disk, and n4 has what n1, n2 and n3 have. These three " +
		"form epoch 2 without a transaction, so their zxid stays what n4's is. Then all vote together: n4 beats n3 because its zxid is " +
		"the same and its number higher, whatever the epochs; n5 beats n4 by its zxid; and n3 beats n5 by its epoch. An election among " +
		"these need not come to an end. (The issue tells of the circle; the way to such disks is ours.)",
	Signature: "NoVoteCircle", Affected: "zk-3.4.3", Fixed: "zk-3.4.5", FixedIn: "3.4.4, 3.5.0",
	servers: 5,
	script: `setup
	+0s create /r "0"
client c1 n5
	+0s get /r
	+1s create /x "lost"
steps
	at 500ms crash n4
	at 900ms cut n5 -- n1,n2,n3
	at 1100ms crash n5
	+0s await leader within 30s
	+0s heal
	+0s crash n1,n2,n3
	+0s start all
	+60ms crash n4
	+0s await leader within 40s
	+0s start n4
	+0s await ready within 40s
`,
}
