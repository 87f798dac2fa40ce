package incidents

var zookeeper4925 = &Incident{
	Name:  "zookeeper-4925",
	Title: "a new leader passes on a hole in its history",
	Story: "n3 is down for two rounds of writes, n4 for the second. n4 comes back, takes over what it missed, and does not remember it " +
		"for others. It leads when n5 crashes. n3 comes back, and n4 sends it the first round from memory and then what is new: the " +
		"second round, all acknowledged, is missing on n3 for good. Killing and starting servers is all it takes.",
	Signature: "servers-agree", Affected: "zk-3.9.3", Fixed: "zk-3.9.5", FixedIn: "3.9.4",
	Release: "3.9.3", FixedRelease: "3.9.4",
	servers: 5,
	script: `setup
	+0s create /r "0"
	+0s create /set ""
client c1 n5
	+500ms create /set/a1 ""
	+10ms create /set/a2 ""
	+1s create /set/b1 ""
	+10ms create /set/b2 ""
	+10ms create /set/b3 ""
	+1s create /set/c1 ""
	+10ms create /set/c2 ""
	+10ms create /set/c3 ""
steps
	at 1s crash n3
	at 2s crash n4
	at 3s start n4
	+0s await ready within 60s
	+500ms crash n5
	+0s await leader except n5 within 60s
	+0s start n3
	+0s await ready within 60s
	+500ms start n5
	+0s await ready within 60s
`,
}
