// Package flink is Flink's coordination as pure machines: who leads, who knows
// it, what of a job survives, and when its output counts. They are clients of the
// model ensemble: their sessions, watches and broken connections are those of
// package zookeeper. All of it is pure, in the sense of package paxos.
//
// # The nouns, in order
//
// A connection is a ZooKeeper client as Curator keeps it: calls wait for it, and
// listeners are told CONNECTED, SUSPENDED, LOST and RECONNECTED. LOST comes when a
// server says that the session has expired, or when the connection has been
// suspended for a session time-out, whatever the servers know: then the client
// begins a new session, and the old one's ephemeral znodes may still be there.
//
// A latch is Curator's LeaderLatch. A JobManager whose latch leads is granted
// leadership: it draws a fencing token, writes leader information for each
// component, and takes up the job that the leader before has left. It loses
// leadership when its connection is suspended, or, if that is tolerated, lost.
//
// A handle is a pointer in ZooKeeper to state in Storage, which all processes
// share. Locks beside the pointer, one ephemeral znode for each user, keep it from
// being removed under somebody's feet.
//
// A jobMaster runs one job in one leadership: it deploys tasks to the
// TaskManagers that have registered, restarts them all from the last checkpoint
// when one fails, and its coordinator makes checkpoints. A checkpoint takes its
// number from a counter in ZooKeeper, sends barriers, gathers a snapshot of each
// subtask, stores them, and writes the pointer. With that the checkpoint is
// complete, and the sinks commit.
//
// A TaskManager learns from ZooKeeper who leads, and works for nobody else. A
// task is a source, which reads a directory of sequential znodes as a log, chained
// to a sink with two phases: what was read between two barriers is a Part, pending
// with the first snapshot that holds it, committed when that checkpoint is
// complete, and committed again by whoever starts from it.
//
// A job ends when it is cancelled, or stopped: then it takes a last checkpoint,
// commits, and has finished. Its result is written down before its znodes go, and
// forgotten when they are gone, unless results are kept.
//
// In application mode nobody hands the job in. Whoever becomes leader runs it, unless a
// leader before has left a pointer to it, or its result; and when it is over the leader
// gives up its leadership, erases what the cluster has in ZooKeeper, and ends for good
// (an event of kind exit).
//
// With Flink.Window the job has a task more for each server of the ensemble: it
// reads the samples that a monitor writes of that server and adds them up in
// windows of the samples' own times (zookeeper/figures). The open window is part
// of the task's snapshot.
//
// Of several jobs each has its own keys, pointers, counter and output. With
// Flink.Barrier they meet in rounds: a task arrives at the next round with its part of
// a checkpoint, and reads nothing after that; its znode in the round's directory is
// made when the checkpoint is complete, and it reads on when all tasks of all jobs have
// theirs there. The znode has the task's name, in whichever attempt, so who starts from
// that checkpoint finds that it has arrived. That it has passed is a record of its
// output.
//
// A Variant is a set of Quirks, mistakes of released versions; Bugs are planted.
//
// # The caller's duties
//
// Those of package paxos. A process is started by Boot and needs five timers.
// Config.Life rises with each start of a process. Told is emptied after each
// step; an event of kind crash in it says that the process has ended itself, one of
// kind exit that it did so for good. The caller is the REST client, too: Submit,
// Savepoint and Cancel are asked of whoever leads, and asked again until they are seen
// to be done.
//
// # Where it departs from Flink
//
//   - Dispatcher, resource manager and job master are one machine; two components
//     have leader information, dispatcher and each job's. Contenders confirm at
//     once, so no event falls between grant and confirmation.
//   - A TaskManager has room for all tasks. Of several jobs it follows the first one's
//     leader, which is the others' too, and their checkpoints lie apart by an equal share
//     of the interval. Cancel, Stop, Savepoint and Rescale are about the first. There is no
//     network between tasks: barriers come straight from the JobManager, and are
//     aligned by nature. A snapshot has no size and takes no time.
//   - An application is its one job: no main runs, and none fails. A leader that finds
//     its cluster's znodes erased under it, by one that has left, ends itself, as Flink
//     does; there a deadlock may keep it for five seconds more (see FLINK-11813 in
//     doc/findings).
//   - There are no watermarks: a window is closed by the next sample of the same
//     server, where the real job waits until all servers' samples have passed it.
//   - Storage is perfect: it is there for all, never slow and never full. Its
//     ghosts are those of the protocol: state without a pointer, or the reverse.
//   - Leader information, counter and pointers are text, not Java's encodings. The
//     pointer's znode holds the name of the state's file.
//   - A message between Flink's processes is lost when its link is cut; heartbeats
//     find out.
//   - A call to ZooKeeper that was lost is made again when there is a connection,
//     and without end. Pointers are given up as uncertain after two retries, and when
//     leadership ends; in Flink the thread that writes them hears nothing of that (the
//     quirk AddBeyondOffice, of the variant flink-2.3.0). Locks of a leadership that is
//     over are given up with an exponential back-off, and the next one in that process
//     waits for it.
//   - Of the double barrier there is the half that enters. Rounds are never removed.
//   - Short jobs beside the job have leader information, and those who follow it;
//     their tasks do nothing.
//   - A JobManager that loses leadership tells its TaskManagers nothing. They learn
//     it from ZooKeeper, or miss its heartbeats.
//   - A leader corrects foreign leader information once a tick, not at once, so that
//     two that fight for it do not fill the log.
//   - The election's znodes lie in plain directories, not containers: they go when
//     somebody erases them.
//
// # Known weakness
//
// Machines keep closures for what follows from a reply, so they cannot be copied
// or fingerprinted, as those of package paxos can: a search over states would
// need that.
package flink
