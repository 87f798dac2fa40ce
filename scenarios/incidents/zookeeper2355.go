package incidents

var zookeeper2355 = &Incident{
	Name:  "zookeeper-2355",
	Title: "an ephemeral znode outlives its session on one server",
	Story: "n1 is down while a session ends that owns /e. It comes back and is told by DIFF that the end of the session follows, and " +
		"takes the zxid in DIFF for its own at once; then the connection breaks, before the transaction is taken over. n1 begins an " +
		"election with that zxid, finds the leader at the same one, and is sent an empty DIFF. It never hears of the end of the " +
		"session, and keeps /e for good. (In the issue a read error breaks the connection; here the network does.)",
	Signature: "servers-agree", Affected: "zk-3.4.10", Fixed: "zk-3.4.14", FixedIn: "3.4.11, 3.5.4",
	script: `setup
	+0s create /r "0"
client c1 n2
	+500ms create /e "" ephemeral
	+1s get /r
client c2 n3
	+9s create /y ""
steps
	at 1s crash n1
	at 2s start n1
	when n1 receives PROPOSAL with n3 #1: cut n3 -- n1
	+6s heal
	+0s await ready within 40s
	at 10s await leader within 10s
`,
}
