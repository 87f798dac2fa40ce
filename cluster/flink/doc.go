// Package flink is a real Flink cluster, in session or in application mode:
// unmodified JobManagers and TaskManagers, which find each other through a ZooKeeper
// ensemble that runs already. Each is a JVM on this machine or, where the ensemble
// gives lodging, one in a container of its own in the ensemble's network.
//
// # Nouns, in order
//
//   - A Cluster is started with Options. Its processes are jm1, jm2, …, tm1, …;
//     the ensemble's servers are n1, n2, … as everywhere.
//   - Each process has a folder Dir/NAME with conf/, tmp/ and log, which stay after
//     Close. Beside these lie ha/ (what ZooKeeper's pointers point to),
//     checkpoints/, savepoints/ and jars/, which all share, as a cluster in
//     production shares a file system.
//   - A site is where the processes are. Here, they are processes on loopback with
//     gates between them; lodged (Options.Lodging), machines with addresses of their
//     own, whose links the ensemble's network has.
//   - A gate is a listener on 127.0.0.1 in front of something. Each process has one
//     for each server of the ensemble, and one that it advertises to the other
//     processes as its own address. So the way from one process to one other can be
//     cut alone: to ZooKeeper's servers by which gate was dialled, between
//     processes by who says, in the handshake of Pekko's remoting, that it dials.
//   - A leader is a JobManager that leads by its own word: its dispatcher has said
//     in its log that it was granted leadership, and not since that it was revoked.
//     Several may lead; that is for a check to judge.
//   - In session mode jobs are handed in over REST. In application mode
//     (Options.Application) the cluster is there for one job: every JobManager has its
//     jar, and the dispatcher of the one that becomes the leader runs the job's main
//     method itself, or, where ZooKeeper holds a pointer to the job, runs it on from
//     there. The id of the job is in the configuration, so that all leaders mean the
//     same. When the job ends its JobManager does.
//   - The supervisor starts a process again, a second after it ended itself. Only one
//     of a cluster in application mode that ended with the exit code 0 stays down, until
//     Start: its application has come to its end.
//
// # Faults
//
// Kill is SIGKILL, and the process stays down until Start. Pause is SIGSTOP. A cut
// lets nothing pass in one direction, on connections that exist and on those to
// come; what was sent arrives after it heals, and a dialler that hung up meanwhile
// has never been there.
//
// # Duties of the caller
//
// Close the cluster before the ensemble; ending the context given to Start closes
// it too. Await readiness before anything is asked of it. Call leftover.Clean when
// a program starts: what happens when the harness dies is told in cluster/local,
// and is the same here.
//
// # Where it departs from a cluster in production
//
// Memory is small: 256 MiB of heap each, no managed memory. The client of ZooKeeper
// tries as often as it can, first after half a second and never after more than three,
// where Flink knows such a bound (from 2.0.1 on, and its own is a minute), before it
// gives up and its process ends; Flink's own 3 times make every outage of half a
// minute end the JobManagers. The
// session time-out is short (Options.Session). The ensemble tracker is off, since
// it would find addresses past the gates. Restarts of a job are unlimited. What
// elections say is logged at DEBUG.
//
// # Known weaknesses
//
// On this machine calls between processes pass the gates; the blob server, from which
// TaskManagers fetch jars, the exchange of records between tasks, and REST do not, and
// no cut affects them, nor does it affect the job's own connections to ZooKeeper. In
// containers a cut takes all of these, for it takes packets. Connections of others than
// the cluster's own processes are never cut. A dial to a dead process is accepted by its
// gate and then reset where a network would refuse it. Leadership is read from logs,
// every 10 ms, so it is known that much later than it was said.
//
// In containers all processes share one folder of this machine, and no cut takes that
// file system from them.
//
// Flink's own entry point for application mode on standalone clusters is in no jar of
// a Maven repository. Ours (class Application of testdata/flink-job) is a few lines on
// the same base class, ApplicationClusterEntryPoint, and without its options: no folder
// of user's jars, no savepoint to start from. At the job's end its
// JobManager removes all of the cluster from ZooKeeper, also what the standby has there
// that is elected at that moment; the standby may fall over that, and be started again
// like any that failed. Whether it then runs the job once more is decided by the result
// of the job, which is kept or is not: see Options.KeepResults, and FLINK-11813 in
// scenarios/incidents.
//
// It needs a Unix system.
package flink
