package incidents

var zookeeper2845 = &Incident{
	Name:  "zookeeper-2845",
	Title: "a server votes for what is in memory, and has more on disk",
	Story: "n3 leads, is cut off, and logs /x alone. It begins an election with what it had applied, without /x, and follows n2, " +
		"which sees nothing to cut back and sends an empty DIFF. /x stays on n3's disk, and comes to life when n3 is restarted.",
	Signature: "servers-agree", Affected: "zk-3.4.10", Fixed: "zk-3.4.14", FixedIn: "3.4.12, 3.5.4, 3.6.0",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "lost"
client c2 n1
	+7s create /y "kept"
	+5s create /z "kept"
steps
	at 900ms cut n3 -- n1,n2
	+0s await leader except n3 within 30s
	+500ms heal
	+0s await ready within 40s
	at 9s restart n3
	+0s await ready within 40s
	at 14s await leader within 10s
`,
}
