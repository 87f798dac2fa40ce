package incidents

var zookeeper2832 = &Incident{
	Name:  "zookeeper-2832",
	Title: "what was cut off for all is still in one log",
	Story: "n3 is down; n2 leads n1, logs /x alone, and both crash. n1 and n3 form epoch 3 without it, and n3 writes a snapshot. Now n2 " +
		"and n3 come up: n3 leads, and remembers nothing, for its snapshot holds it all; so it sends n2 the whole state. n2 writes " +
		"that down as a snapshot that is older than /x, and its log goes on behind /x with what comes next. When n2 is restarted, it " +
		"replays /x from its log. The issue is open, but from 3.5.0 on a leader that remembers nothing sends TRUNC in this place (we " +
		"read that in the code), so the same plan is well there.",
	Signature: "servers-agree", Affected: "zk-3.4.9", Fixed: "zk-3.5.5", FixedIn: "3.5.0, not by name",
	script: `setup
	+0s create /r "0"
client c1 n2
	+4s create /x "lost"
client c2 n3
	+14s create /y "kept"
	+5s create /z "kept"
steps
	at 500ms crash n3
	+0s await leader except n3 within 30s
	at 3900ms cut n2 -- n1
	at 4100ms crash n1,n2
	+100ms heal
	+0s start n1,n3
	+0s await leader except n2 within 30s
	+500ms crash n1,n3
	+0s start n2,n3
	+0s await leader within 30s
	at 16s restart n2
	+0s await leader within 40s
	at 20s start n1
	+0s await ready within 40s
`,
}
