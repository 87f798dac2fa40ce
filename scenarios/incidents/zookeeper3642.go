package incidents

var zookeeper3642 = &Incident{
	Name:  "zookeeper-3642",
	Title: "a snapshot that reached memory only is built upon",
	Story: "n1 lags so far behind that the leader sends it the whole state. The connection breaks before n1 has written that to disk, " +
		"but it keeps it in memory and votes for it. The next leader sees nothing missing. n1 logs what comes after, and when it is " +
		"restarted, all that the snapshot held is gone. (Found together with ZOOKEEPER-2872.)",
	Signature: "servers-agree", Affected: "zk-3.5.5", Fixed: "zk-3.7.1", FixedIn: "3.5.10, 3.6.3, 3.7.0",
	script: `setup
	+0s create /set ""
client c1 n2
` + creates(160, "5ms", "a") + `	+9s create /set/b1 ""
	+2s create /set/b2 ""
` + creates(40, "300ms", "c") + `steps
	at 2ms crash n1
	+0s await calls 155 within 30s
	+1s start n1
	when n1 receives SNAP #1: cut n3 -- n1
	+6s crash n3
	+0s heal
	+0s await leader within 30s
	+0s await calls 5 within 30s
	+0s restart n1
	+0s await calls 5 within 30s
	+0s start n3
	+0s await ready within 40s
`,
}
