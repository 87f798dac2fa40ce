// Package sim is the deterministic world: it carries a plan out on the model, in
// virtual time, in one goroutine. The same plan gives the same events, and so
// the same bytes of run log, on every machine.
//
// # The nouns, in order
//
// A World runs plans. Within it, a kernel takes the earliest item from its queue
// and gives the process concerned its event; the process's machine answers with
// effects, which the kernel carries out in order. Items of the same time happen
// in the order in which they were put.
//
// A process is a machine with its timers, and for a server its disk. It may be
// down, paused (its events wait), or in the middle of a synchronous write (its
// events, and the effects after the write, wait). A crash takes the machine and
// what waits; the disk stays.
//
// The network carries packets over directed links. A connection keeps order and
// loses nothing while it lives; what a cut link would carry is held back until it
// heals, as TCP sends again. A process that crashes hangs up on everybody, as far
// as the links let it. All of multi-Paxos has no connection: a cut link loses it.
// ZAB's election messages have connections of their own, which the network makes by
// itself and machines do not see (QuorumCnxManager): between two servers one, made by
// the one of the larger number; when the other dials, it is dropped and dialled back.
// They go one at a time between two servers, of those that wait only the newest is
// kept, and some come twice if the plan says so. A cut link holds them back, and lets
// no new connection be made, in either direction.
// Latency is drawn between bounds, with a tail; a lost packet of a stream
// comes later.
//
// A server has two disks, one for the log and one for snapshots and epochs, each with
// its own times. The log is written in batches: one write and sync at a time, taking
// all that has gathered meanwhile. A crash keeps a part of the batch under way, from
// its beginning: the record that was torn is dropped by its checksum. A file that is
// replaced as a whole has either been, or not. A disk that a step stalls brings
// nothing to an end until it is let go on, and a crash keeps nothing of what it had
// under way.
//
// # Randomness
//
// What a plan leaves open is drawn from streams split by purpose (network, disk,
// clocks, boot), so that a change of the disks' times moves no draw of the
// network's. They are drawn in the order of the run, though: a plan with one
// fault less runs apart from that fault's moment on.
//
// # What is watched
//
// The checker.Invariants of the protocol watch every event. The first
// invariant that breaks is told by a violated event, and the run goes on.
//
// # Speed
//
// See BenchmarkKernel: a million events a second of one core's time. An ensemble
// without clients allocates nothing; with clients, their calls do, what the first
// server to apply a transaction makes of the tree (the others share it:
// zookeeper.NewSharedTree), and the lists of sessions that followers send with their
// pings: see TestAllocations. Runs of different plans may go on in several goroutines,
// each with a World of its own.
//
// # Where it departs from life
//
//   - Clocks run up to 200 ppm fast or slow. They jump only if a plan says so,
//     and since ZooKeeper 3.5 no timer hangs on the wall clock, so nothing
//     follows from a jump.
//   - A machine takes its event in no time; only disks and links take time.
//   - A dial for election messages that meets silence is made again after a second,
//     when there is something to say; TCP does so by itself.
//   - A paused process's connections are not refused when their backlog is full.
//   - The final reads look at each server's tree directly, once all servers have
//     applied what the leader has: that is what a sync would wait for.
package sim
