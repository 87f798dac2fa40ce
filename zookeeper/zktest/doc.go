// Package zktest is a ZooKeeper ensemble for anybody's Go tests, as
// net/http/httptest is a web server for them. It needs no Java and no files:
//
//	func TestMyClient(t *testing.T) {
//		e := zktest.Start(t, 3)
//		conn, events, err := zk.Connect(e.Servers(), time.Second)
//		…
//		e.Crash(e.Leader())
//		e.AwaitLeader()
//		…
//	}
//
// # The nouns, in order
//
// An Ensemble is the servers of package zookeeper on ZAB, the same that the model
// of package sim runs, in one process and in real time. Each listens on a port of
// 127.0.0.1 and speaks ZooKeeper's client protocol, so any client can use it: Go's,
// Curator, kazoo. What the servers say to each other stays within the process.
//
// Faults are methods: Crash and Start, Pause and Resume, Partition and Heal,
// Disconnect, ExpireSession. A server that has crashed keeps its port and what it
// had synced to its disk, and takes nobody in.
//
// # What is real and what is not
//
// Elections, epochs, quorums, sessions, watches and the order of things are those
// of the protocol. Disks write at once, and messages between servers take no time.
// A tick is 100 ms, so a session may last 200 ms to 2 s; WithTick says otherwise.
//
// # The caller's duties
//
// The ensemble ends with the test. Its methods may be called by any goroutine, and
// fail the test where they cannot do what they say.
//
// # Weaknesses
//
// Persistent and recursive watches, TTLs and reconfig are refused with
// Unimplemented. Containers are made as plain znodes, ACLs are taken and forgotten,
// SASL is not spoken. A Stat shows no times. Time is real, so a run here is not
// repeated by a seed: package sim is for that.
package zktest
