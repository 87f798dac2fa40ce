package incidents

var flink33053 = &Incident{
	Name:  "flink-33053",
	Title: "each job that has ended leaves watches on ZooKeeper's servers",
	Story: "A session cluster runs one short job after the other. Of each the TaskManagers and the resource manager follow the leader, by a watch on its " +
		"information. The job ends, the znode goes, and whoever followed watches for it to come back, for they learn of the znode's end before " +
		"they stop following. The servers keep each such watch for as long as the session lives. The repaired ones take their watches away.",
	Signature: "watch-leak",
	Affected:  "flink-33053", Fixed: "curator-5.9.0", FixedIn: "releases after September 2023",
	Release: "1.17.1", FixedRelease: "1.20.3",
	flink: "flink jobmanagers 2 taskmanagers 2 keys 2 checkpoint 500ms sink files",
	script: flinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s jobs 200
	+20s await checkpoints 1 within 60s
`,
	onServers: onServers{
		tick: "500ms", session: "6s",
		flink: "flink jobmanagers 1 taskmanagers 1 keys 2 checkpoint 1s sink files",
		// Curator's TreeCache, as it is closed, takes away the watches that it has, and not
		// the one that it is asking for. It asks for one when it hears that the znode is
		// gone; so the TaskManager is to hear of a job's end, from the JobManager, between
		// that and ZooKeeper's answer. More than eight of ten jobs leave a watch,
		// and a server is taken to gather them when it has more than a hundred, and three
		// times those at first, which with two processes are some thirty at most.
		script: slowFlinkClient + `steps
	at 1s await checkpoints 2 within 60s
	+0s slow zookeeper -> taskmanagers delay 200ms jitter 0s loss 0ppm
	+0s slow jobmanagers -> taskmanagers delay 320ms jitter 0s loss 0ppm
	+0s jobs 150
	+0s heal
	+0s await checkpoints 2 within 60s
`,
	},
}
