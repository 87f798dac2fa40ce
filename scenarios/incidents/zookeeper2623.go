package incidents

var zookeeper2623 = &Incident{
	Name:  "zookeeper-2623",
	Title: "one frame of one client ends a server for good",
	Story: "A client sends a check outside of a multi, which no client library does. The leader makes it a transaction, logs it and " +
		"proposes it; but a transaction of that kind can be written and not read back. Both followers throw an exception and begin an " +
		"election. L, the leader, loses its quorum and reads its log: in the model it ends there, a real one looks for a leader " +
		"thousands of times a second and reads its log each time. Started anew, it ends while it loads its log, for good. " +
		"(That the others can go on without it is so as long as the transaction is in one log only.)",
	Signature: "ProposalConsistent", Affected: "zk-3.8.0", Fixed: "zk-3.8.6", FixedIn: "3.8.5, 3.9.3",
	Release: "3.8.0", FixedRelease: "3.8.6",
	script: `setup
	+0s create /r "0"
client c1 n3
	+0s get /r
	+1s check /r any
client c2 n1
	+4s create /y ""
steps
	at 500ms name L leader
	at 2500ms await leader within 40s
	+0s await calls 1 within 20s
	+0s restart L
	+0s await leader within 40s
`,
}
