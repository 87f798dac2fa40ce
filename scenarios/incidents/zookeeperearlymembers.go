package incidents

var zookeeperEarlyMembers = &Incident{
	Name:  "zookeeper-early-members",
	Title: "a change of the ensemble is in force before it is committed, and acknowledged writes are lost",
	Story: "K and L, two of three voters, acknowledge writes that the third has not heard of. L proposes to take n4 in for K: that is on the disks " +
		"of K and L, and no quorum of the new three has it. Now an observer comes back. It is told the last configuration that L has seen, and puts it in " +
		"force when it is told to serve, committed or not. K and L crash. The third and n4 hear of the new configuration in the observer's votes, " +
		"believe it, and are two of its three voters: a quorum, which has none of the writes. K and L come back and cut them off. The repaired variant " +
		"tells who is brought up to date which configuration is in force. Nobody had reported it; the scenario reconfiguration found it in the model.",
	Signature: "durable /set", Affected: "zk-3.9.5", Fixed: "zk-repaired",
	Release: "3.9.5",
	servers: 5, spares: 2,
	// With such ticks nobody looks for a leader before K and L are down. Else they, too,
	// may believe what the observer says.
	tick: "1s", session: "10s",
	// A ZooKeeper server that is no member does not start, so K is taken in again first.
	script: `setup
	+0s create /set ""
client c1 n1
` + creates(200, "50ms", "a") + `steps
	at 1s reconfig observe n5
	+0s await reconfigured within 30s
	+500ms crash n5
	+0s name L leader
	+0s name K follower
	+500ms cut L -> others
	+0s heal L -> K
	+0s await calls 5 within 30s
	+0s reconfig add n4 remove K
	+200ms heal L -> n5
	+300ms start n5
	+3s crash L,K
	+16s heal
	+0s start L
	+5s reconfig add K
	+0s await reconfigured within 60s
	+1s start K
	+0s await ready within 60s
`,
}
