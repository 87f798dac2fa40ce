package incidents

var zookeeper1653 = &Incident{
	Name:  "zookeeper-1653",
	Title: "a server does not start from its own disk",
	Story: "n3 leads and logs /x alone, and crashes; the others form epoch 2 and commit /y. n3 comes back, with a history that only the " +
		"whole state can mend. At NEWLEADER it writes that down as a snapshot, and crashes before it has written the epoch that it " +
		"belongs to. From then on it refuses to start: its last zxid is of epoch 2, its current epoch is 1. Release 3.4.6 marks that " +
		"an epoch is being written; the releases from 3.5 on never took that over, and refuse to this day (we read that in the code of " +
		"3.9.5).",
	Signature: "Recovery", Affected: "zk-3.4.5", Fixed: "zk-3.4.10", FixedIn: "3.4.6",
	script: `setup
	+0s create /r "0"
client c1 n3
	+1s create /x "lost"
client c2 n1
	+4s create /y "kept"
steps
	at 900ms cut n3 -- n1,n2
	at 1100ms crash n3
	+0s await leader within 30s
	+0s heal
	at 6s start n3
	when n3 logs snapshot #1: crash n3
	+1s start n3
	+0s await ready within 40s
`,
}
