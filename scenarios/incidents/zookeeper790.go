package incidents

var zookeeper790 = &Incident{
	Name:  "zookeeper-790",
	Title: "a false leader takes the zxid of an epoch that never was",
	Story: "n1 is down. n2 and n3 elect n3 several times over, but nobody can reach its quorum port: each time n3 takes the first zxid of " +
		"a new epoch for its own, waits for followers, and gives up. Then n1 and n2 make a quorum without n3, in epoch 2, and " +
		"acknowledge /x. When the network is whole again, n3 dies of every attempt to follow: the epoch of the leader is less than its " +
		"own, which is what the issue tells. It comes worse (this step is ours): the next election goes to n3, for its zxid is the " +
		"highest, and /x is cut off.",
	Signature: "CommittedLogDurability", Affected: "zk-3.3.1", Fixed: "zk-3.3.3", FixedIn: "3.3.2, 3.4.0",
	script: `setup
	+0s create /r "0"
client c1 n2
	+20s create /x "kept"
steps
	at 500ms crash n1
	+0s crash n2,n3
	+0s bar n3
	+0s start n2,n3
	+14s cut n3 -- n1,n2
	+0s start n1
	+0s await leader except n3 within 40s
	+0s await calls 1 within 60s
	+0s heal
	+0s unbar n3
	+5s crash n2
	+0s await leader within 60s
	+1s start n2
	+0s await ready within 60s
`,
}
