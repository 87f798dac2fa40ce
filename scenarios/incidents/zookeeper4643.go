package incidents

var zookeeper4643 = &Incident{
	Name:  "zookeeper-4643",
	Title: "a committed transaction is cut off",
	Story: "n1 is down while /x is committed on n2 and n3. Then n1 and n3 form epoch 2; n3 sends /x to n1. At NEWLEADER n1 writes the " +
		"new epoch first, and crashes before /x is on its disk. Now n1 has the newer epoch and n2 the longer log: n1 wins the election " +
		"of the two, and tells n2 to cut /x off.",
	Signature: "CommittedLogDurability", Affected: "zk-3.8.0", Fixed: "zk-3.9.5", FixedIn: "3.8.5, 3.9.2",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "kept"
steps
	at 500ms crash n1
	at 1500ms crash n2,n3
	+0s start n1,n3
	when n1 logs currentEpoch #1: crash n1
	+100ms crash n3
	+0s start n1,n2
	+0s await leader within 30s
	+1s start n3
	+0s await ready within 40s
`,
}
