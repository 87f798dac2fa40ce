package incidents

var zookeeper2623 = &Incident{
	Name:  "zookeeper-2623",
	Title: "one frame of one client ends a server for good",
	Story: "A client sends a check outside of a multi, which no client library does. The leader makes it a transaction, logs it and " +
		"proposes it; but a transaction of that kind can be written and not read back. Both followers throw an exception and begin an " +
		"election. The leader loses its quorum, reads its log, and ends there; it will not start again. (That the others can go on " +
		"without it is what the model shows; so it is as long as the transaction is in one log only.)",
	Signature: "ProposalConsistent", Affected: "zk-3.8.0", Fixed: "zk-3.8.6", FixedIn: "3.8.5, 3.9.3",
	script: `setup
	+0s create /r "0"
client c1 n3
	+0s get /r
	+1s check /r any
client c2 n1
	+6s create /y ""
steps
	at 3s await leader within 40s
	at 8s await leader within 40s
`,
}
