package incidents

var zookeeper1154 = &Incident{
	Name:  "zookeeper-1154",
	Title: "a returning server keeps a transaction that nobody else has",
	Story: "n3 leads and logs /x alone, and crashes. The others elect n2 and commit /y. When n3 comes back, its last transaction " +
		"lies between those that n2 remembers, but is none of them. n2 sends what came later and does not tell n3 to cut its log: " +
		"n3 has /x for good, and nobody else does.",
	Signature: "servers-agree", Affected: "zk-3.3.3", Fixed: "zk-3.4.10", FixedIn: "3.3.4, 3.4.0",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "lost"
client c2 n1
	+4s create /y "kept"
	+4s create /z "kept"
steps
	at 900ms cut n3 -- n1,n2
	at 1100ms crash n3
	+0s heal
	+0s await leader within 30s
	at 5s start n3
	+0s await ready within 40s
	+4s await leader within 10s
`,
}
