package incidents

var zookeeper4394 = &Incident{
	Name:  "zookeeper-4394",
	Title: "a follower falls over a commit that comes early",
	Story: "n2 joins n3, which leads, while /x is on its way: /x comes as a proposal before NEWLEADER. n2 logs it with the rest and " +
		"forgets that it is pending. Then /x is committed, before n2 is told UPTODATE; n2 looks for the proposal that the COMMIT is " +
		"about, finds none, and throws a NullPointerException, which ends its following.",
	Signature: "CommitConsistent", Affected: "zk-3.8.6", Fixed: "zk-3.9.3", FixedIn: "3.9.3",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "kept"
steps
	at 500ms crash n2
	at 900ms cut n1 -> n3
	at 1100ms start n2
	when n2 receives NEWLEADER with n3 #1: heal n1 -> n3
	+0s await ready within 30s
`,
}
