package incidents

var flinkDanglingPointer = &Incident{
	Name:  "flink-dangling-pointer",
	Title: "a deposed JobManager brings a pointer back whose state is gone, and no leader starts any more",
	Story: "A JobManager writes the pointer of a checkpoint. It is written, and the answer is lost with the connection. The next leader finds the pointer, " +
		"starts the job from it, completes checkpoints of its own, and removes the old one, pointer and state. Then the first JobManager is let through " +
		"again. It leads no longer, but the thread that writes knows nothing of that: the same transaction is made again, and as the znode is gone it " +
		"succeeds. Now a pointer leads to nothing. Nobody notices until the next fail-over: whoever is elected reads all pointers, fails over this one, " +
		"and ends itself, and so does the next one, though the newest checkpoint is whole. The cluster does not come back until somebody removes the znode by hand.",
	Signature: "pointer-without-state",
	Affected:  "flink-2.3.0", Fixed: "curator-5.9.0",
	seed:  1,
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files",
	// What ZooKeeper says is late, so there is time between the pointer and the answer.
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name J jobleader
	+0s slow zookeeper -> J delay 400ms jitter 0s loss 0ppm
	+100ms await pointers 1 within 60s
	+100ms cut J -- zookeeper
	+0s await job-leader except J within 60s
	+0s await checkpoints 2 within 60s
	+0s heal
	+3s crash jobleader
	+10s start all
`,
	Release: "2.3.0",
	onServers: onServers{
		tick: "500ms", session: "6s",
		flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 2s sink files",
		script: slowFlinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s name J jobleader
	+0s await checkpoints 1 within 60s
	+0s slow zookeeper -> J delay 1500ms jitter 0s loss 0ppm
	+200ms await pointers 1 within 60s
	+200ms cut J -- zookeeper
	+0s await job-leader except J within 40s
	+0s await checkpoints 2 within 60s
	+0s heal
	+8s crash jobleader
	+15s await job-leader within 60s
`,
	},
}
