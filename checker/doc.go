// Package checker judges runs: did the system keep what it promises?
//
// It reads the log of a run and nothing else, so it knows nothing of worlds: a
// run of the model and a run of real servers are judged alike.
//
// # The nouns, in order
//
// A Run is a log with its History, the clients' calls. A Check judges one
// promise. It gives a Result: a Verdict, Why in sentences for people, and a
// Signature for programs. A Budget bounds what a check may cost.
//
// The verdicts, from best to worst:
//
//	ok         the promise was kept
//	permitted  not linearizable, yet within ZooKeeper's contract: a stale read
//	vacuous    what the run is about never happened
//	unknown    the check could not finish, or the run could not; Why says what
//	           was lacking, and how large the question was
//	violation  the promise was broken
//
// A Signature names the broken promise and what it is about: "durable /r". It
// holds no times, values or counts, so the same bug has the same signature in
// the next run. Of a path it keeps the first name, which is the workload's.
//
// # What ZooKeeper promises
//
// Writes are linearizable: each takes effect at one moment between its call
// and its return, and all servers agree on the order. So are refused writes,
// such as a set with a stale version guard: the leader decided on them. Reads
// are answered by the server that the client is connected to, which may lag:
// they are only sequentially consistent. A client's own view never goes back.
//
// The check "linearizable" therefore asks twice. First, is there one order of
// all calls that explains every answer? Then the run is ok. If not: is there
// one for the writes and the final reads, and do the other reads keep the
// weaker promises of the check "sequential"? Then the run is permitted.
//
// Where the answers carry zxids, as in the model, no search is needed: package
// witness replays the history in the order that they name, and writes its
// acceptance down as a certificate, which package certificate verifies on its own. The check "witness" says
// how good that order is, and "linearizable" takes its word. Only what the zxids
// do not explain is searched for by values: if the search finds an order, the
// signature is "zxids-only". Single promises about zxids have checks of their own
// names: unique-zxids, write-order, session-fifo, replay, prefix-reads,
// durable-zxids, session-ends. The check "fresh-sync" never gives more than
// permitted: ZooKeeper does not promise it.
//
// # Unknown outcomes
//
// A write whose connection broke may take effect at any time after its call,
// or never. The search may place it anywhere after its call, and what it puts
// behind everything else has never happened. Reads without an answer say
// nothing and are left out. Versions help much here: a version that an
// acknowledged write was given cannot be an unknown write's, and one that
// nobody has seen needs no explanation.
//
// # Conventions about znodes
//
// Some checks concern workloads, which they know by the paths: /counter is
// counted up by one with a version guard, the numbers under /bank keep their
// sum, every child created under /set stays. A Check says whether it Applies
// to a run.
//
// # Recipes
//
// Other checks judge what applications build upon ZooKeeper, by the operations
// that package runlog names, whoever recorded them:
//
//	mutual-exclusion   one client at a time holds a lock; fencing tokens grow from
//	                   holder to holder; a resource takes none after a greater one
//	election           the same of leaders
//	queue              items leave once each, in order, and none was invented
//	barrier            nobody enters before all have come, nobody leaves before
//	                   all have finished
//	membership         lists of a group lag by a bounded time at most, one's own
//	                   membership never
//	shared-counter     a sum is the number of additions
//	cache-convergence  a cache never goes back in mzxid and ends at the last value
//
// They know what ZooKeeper does not promise. A client that pauses may believe
// that it holds a lock when another one already does; a list of members, the sum
// of a counter and the emptiness of a queue may be read from a server that lags:
// permitted, with the lesson. What is unlimited there is bounded here by soon: six
// times tick times initLimit, which the header of a log gives (Join; without it,
// that of ZooKeeper's sample configuration, 20 s). The check recovery holds the
// ensemble to the same bound after the last fault was undone.
//
// Simple objects whose values are distinct are judged by package distinct, in
// log-linear time, without zxids and without a search.
//
// # Other programs' histories
//
// Package format reads what Jepsen and others record, package object judges it,
// and package distinct does so quickly where values are distinct. They know
// nothing of runs.
//
// # Flink
//
// Where a run has a Flink cluster beside the ensemble, the checks one-job-leader
// and those whose names begin with flink- judge that, too: leadership and its
// fencing tokens, leader information, checkpoints and their pointers, the output against what clients
// appended under /in, the configuration, what has ended, recovery, and quiet. One
// process may learn late of what another knows: there the session time-out, from
// the log's header, is the bound. Two JobManagers that both lead for longer than
// that break the promise; so does one that was paused, from the moment it goes on.
//
// What an observer can ask of a cluster, and which check asks it:
//
//	I1   all leader information has one token, and the owner of the first latch  flink-leader-info
//	I2   a token that another has followed never comes back                      flink-leader-info
//	I3   who leads by its own word does so alone, for longer than a session      one-job-leader
//	I4   the counter of checkpoints never goes back, no number is used twice     flink-checkpoints
//	I5   the newest checkpoint that is complete never goes back                  flink-checkpoints
//	I6   each pointer that is not marked for deletion has its state              flink-pointers
//	I7   tasks start from the newest checkpoint that was complete                flink-checkpoints
//	I8   what was cancelled stays cancelled                                      flink-ended
//	I9   what has finished is not run again                                      flink-ended
//	I10  what clients wrote is in the output once, in order, and nothing else    flink-exactly-once, flink-config
//	L1   after the last fault somebody leads and the job runs, within a grace    flink-recovery
//	L2   checkpoints are completed from then on, none later than that            flink-recovery
//	L3   nothing is written over and over, no watch and no candidate gathers     flink-quiet
//	     jobs go on from a round of the barrier only when all have arrived there   flink-barrier
//	     a deposed leader's tasks stop                                           flink-tasks
//	     a tolerant leader keeps its office while its session lives              flink-office
//
// Of several jobs each is held to all of it. What jobs tell each other at a barrier must
// not be taken back: who arrives there must have come with a checkpoint that somebody saw
// complete, and nobody may pass, by the transactions that made arrivals and output,
// before all have arrived.
//
// I5 is asked when a checkpoint is complete, I7 when tasks start: that is when an older
// one would do harm. flink-tasks needs to be told of tasks, which only the
// model does; flink-office applies to clusters that tolerate suspended connections.
//
// Whether these checks notice what they claim to is measured: testdata/falsified tells how
// many lies of 35 kinds, put into the logs of good runs one at a time, each of them finds.
// All are found but these:
//
//	a version of the configuration that is not the last is lacking   who reads a znode may pass it over
//	watches grow, and a server still ends with 100 or fewer          so many it has when all clients are with it
//	checkpoints stop in a log that ends within the grace period      unknown, and not ok
//
// Nor is what a job had not read by the time that it was ended asked of it, and of output in
// files nobody knows when it was committed: there flink-barrier goes by the arrivals alone.
//
// A record whose client was never answered is asked for, too, where it is in ZooKeeper at
// the end and a later one of its directory was acknowledged or put out. Leader information
// is asked to be settled only while the ensemble can have a quorum: without one nothing
// can change there.
//
// # The caller's duties
//
// A run begins with an empty tree: what the setup creates is in the history.
// An exists that found nothing has the outcome fail with NoNode, or ok with
// version -1. Times are of one clock. Final and Tree events come after Done,
// and were read after a sync while the ensemble was healthy. A recipe's release,
// resign or part is ok only if it gave up what the client had, and fails if that
// was gone. A lock is not entered twice by one client at a time. Items of one
// queue differ.
//
// # Weaknesses
//
// The search for an order takes exponential time in the worst case; Budget
// turns that into unknown. What would need more memory than allowed even in the
// best case is not begun: of it the beginning alone is searched, for a violation. Memory is measured for the whole process, so checks
// that run side by side share it. Sequential names given to creates whose
// answer was lost are matched to those creates greedily. A watch that was left
// again on a new connection tells of what the server finds: of such events little
// is asked. A watch that stays (addWatch) is not held to what happened between the
// end of a connection and the first answer on the next one: ZooKeeper tells of none
// of it. Of several watches on a znode the library tells each; of the server's one
// event all are taken to have been told. The final reads of one server count as one
// moment.
package checker
