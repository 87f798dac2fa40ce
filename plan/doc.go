// Package plan holds what is to happen in a run, as a value and as text.
//
// A scenario and a seed make a plan; a world carries it out. A plan says all
// that was drawn, so it stands on its own: a seed is good only together with
// the commit that drew from it, a plan is good for ever. Print writes a plan,
// Parse reads it back to the same value, and people may edit it in between.
//
// # The nouns, in order
//
// A Plan has a Topology (how many servers, their time-outs, and what the
// model's network and disks draw from), Setup calls, Clients with the Calls
// each makes, and Steps, which are the faults and what is waited for.
//
// A Call is one client operation. It is made After a pause that begins when
// the client's previous call has ended, so a client has one call open at a
// time. addWatch leaves a watch that stays, on a znode and its children, or,
// recursive, on a znode and all below it; removeWatches takes away what the client
// watches a znode with.
//
// A call may depend on what the client has read: version "seen" is the
// version that this client last saw at that path, value "seen+5" the number
// it last read there, plus five. Memory resolves such calls; both worlds use
// it, so that they agree on what a call means. A call that depends on
// something never seen is left out of the run.
//
// A Step is one action and its Moment: at a time since the clients started,
// some time after the step before, or when a protocol point is reached. Steps
// are carried out one after the other; an await step ends when what it waits
// for has come, or fails the run as unfinished when it has not come in time.
//
// # Flink
//
// A plan may have a line about Flink: a cluster beside the ensemble with
// one job, which reads what clients append to /in/k1, /in/k2, … and follows the
// znode /conf. See Flink. Its processes jm1, …, tm1, … are targets of crash,
// start, restart, pause, resume, cut, slow, heal and name; jobleader, jobstandby,
// jobmanagers, taskmanagers and zookeeper are role words:
//
//	flink jobmanagers 2 taskmanagers 2 keys 4 checkpoint 500ms sink files
//	…
//	at 2s name J jobleader
//	+0s cut J -- zookeeper
//	+0s await job-leader except J within 30s
//	+0s await checkpoints 3 within 30s
//	+1s heal
//
// A JobManager is asked for a savepoint, to cancel the job, to stop it with a
// savepoint, so that it is finished, to take it once more (submit), for further
// jobs beside it, and, in the model, to let it use something else (rescale), for
// which the pointer to the job is replaced. Erase removes znodes of Flink's own, as an operator would by hand;
// a world whose Flink has its root elsewhere takes paths below FlinkRoot as below
// that root.
//
// The world starts Flink after the setup calls, submits the job, and starts the
// clients when it runs. A JobManager or TaskManager that ends by itself is
// started again, as a supervisor would; one that a step crashed is not, until a
// step says so or the steps are over. In application mode a step may end the job, and
// its cluster with it: a JobManager that then ends by itself, having done its work, is
// not started again by anybody but a step. After the clients have stopped, the world
// waits until the job has read all there is and has completed a checkpoint that
// was triggered after that: what it has not put out by then it never will.
//
// With "window 1s" on its line the job also reads the samples of each server n, in
// /in/n1, /in/n2, …, adds them up in windows, and raises an alert when a server
// serves at no moment of one. A client takes such a sample with the value "figures
// n2": what n2 says of itself when the call is made (see zookeeper/figures). "await
// alerts 1" waits until the job has told of one.
//
// "await pointers 1" waits until the pointer of a further checkpoint is in ZooKeeper,
// whether its maker has heard so or not.
//
// With "jobs 2" on its line the cluster runs two jobs, which share out the keys: job 1
// reads /in/k1, /in/k3, … and follows /conf, job 2 reads /in/k2, …; each has a sink of
// its own. With "barrier" behind it they meet in rounds, in /barrier: what a job reads
// after one of its checkpoints it reads when all jobs have come as far (see BarrierRoot).
// Awaits are fulfilled when they are for every job; savepoint and rescale are asked of
// job 1. At the end every job's output is awaited: each has read all there is, and with a
// barrier a further round has been completed.
//
// # Changes of the ensemble
//
// With a line "spares 2" the last two servers run and are in no configuration: they
// follow the leader and serve clients, without a voice. A step takes servers in, as
// voters or observers, and lets others go:
//
//	servers 5
//	spares 2
//	…
//	at 2s name L leader
//	+0s reconfig add n4 observe n5 remove L
//	+1ms crash n2
//	+0s await reconfigured within 60s
//
// An operator of its own makes each request, and makes it again until it is granted.
// The model does this on ZAB, and containers do; processes on one machine see each
// other through proxies, where no configuration has one address of a server for all.
//
// # What every world does around the steps
//
//  1. Start all servers; wait until one leads and all others follow it.
//  2. Make the setup calls, one after the other, as client c0.
//  3. Start the clients, and carry out the steps.
//  4. Undo what the steps left in force: heal links, unbar, start and resume
//     servers, connect clients. Wait until the ensemble is healthy as in 1.
//  5. Let the clients go on for Topology.Settle, then stop each after the call
//     it has open.
//  6. On every server: sync, then read every znode. These are the final reads.
//
// A client that has made all its calls is done; a scenario draws enough of
// them to outlast its steps.
//
// # Text form
//
// One item a line; indentation and blank lines mean nothing; # begins a
// comment at the start of a line. The first line is "schism plan 1".
//
//	schism plan 1
//	scenario leader-partition
//	seed 1
//	servers 3
//	observers 1
//	tick 500ms
//	…
//	setup
//		+0s create /r "0"
//	client c1 n1
//		+12ms get /r
//		+3ms set /r "c1.1" seen
//	steps
//		at 1s name L leader
//		+0s cut L -- others
//		+0s await leader except L within 20s
//		+1s heal
//
// A line "data-disk sync 2ms jitter 0s" gives the disk of snapshots and epochs times
// of its own. "stall log n1" makes a disk of n1 hang, "unstall log n1" lets it go on;
// the other disk is "data".
//
// # Weaknesses
//
// Clients are closed loops; a plan cannot say that two calls of one client
// overlap. Times are kept in nanoseconds, without a calendar.
package plan
