// Package run carries a plan out on an ensemble of real ZooKeeper servers and
// writes down what happened.
//
// # The nouns, in order
//
// Plan takes a plan.Plan, a cluster.Ensemble and a runlog.Sink, and does what
// package plan promises of every world: health, setup, clients and steps, undo,
// settle, final reads. Each client of the plan is one connection of the Go
// client for ZooKeeper, with all servers in its list and its own first. Its
// bytes pass a gate, which Silence shuts. The servers are asked all the time
// what they are (srvr); a change becomes a Role event, and the steps' role words
// and awaits are resolved from these answers.
//
// The gate also listens (zookeeper/wire). The client library hides the zxids of
// replies from its users, and tells of watches and replies on different
// goroutines; on the wire the zxids are there and everything has one order. So a
// Ret has the zxid of its reply, and a Watch stands before or after it as it
// came.
//
// What the library cannot ask for, a check outside of a multi and watches that stay
// (addWatch, removeWatches), is a frame that the harness puts among the library's,
// on the client's own connection: it is of the client's session, in its order, and
// held by the same gate. On each new connection of a session the harness asks for
// the watches that stay again, before the library says anything (setWatches2).
//
// What servers say in their logs is read as it is written, for exceptions that
// ended what a server did. Two kinds are known, by the frames of their stacks: a
// follower that cannot read a proposal, and a server that cannot load what is on its
// disk. They become Threw events, as in the model, and a Violated where no server
// may be thrown by such a thing. A process that ends by itself becomes a Crash, with
// what it said in Text; it stays down until the plan starts it, or the end of the
// run does. One that then ends again is not waited for: the run ends unwell.
//
// # Flink
//
// WithFlink also starts a Flink cluster (cluster/flink) when the setup calls are
// made, and its jobs (cluster/flinkjob), and closes the cluster at the end. What
// JobManagers say of leadership, of jobs and of checkpoints is taken from their
// logs as they are written; what ZooKeeper holds of them is asked for ten times a
// second over a session of the run's own; what the sink has committed is read at
// the end. After the clients have stopped, the run waits until each job has
// completed six checkpoints that were triggered later (Drained), and, where jobs meet at
// a barrier, until they have met once more. A job's id is made of the scenario, the seed
// and its number. Who has arrived at the barrier is read as it happens; nothing is ever
// removed there, so what was missed is read at the end.
//
// When the plan ends the job of a cluster in application mode, that is taken from what
// JobManagers say in their logs, since the one that is asked may be gone before it has
// answered. The run then waits until every JobManager has ended with the exit code 0, or
// one of them runs the job once more.
//
// A call whose value is the figures of a server asks that server (mntr, srvr) when
// it is made, for half a second at most, and counts the lines that its log has
// gained. Alerts of the job are logged when they are seen in the output, sums at
// the end.
//
// # Duties of the caller
//
// The ensemble's servers are running when it is handed over, and nobody else
// touches it until Plan returns. Closing the ensemble, and flushing the log,
// stay with the caller. The sink need not be safe for concurrent use.
//
// # Outcomes
//
// A call is "fail" only when a server has answered it with a refusal that
// ZooKeeper makes before it proposes anything: NoNode, BadVersion and their
// kind. "exists" on a missing znode is such a refusal, NoNode, as it is on the
// wire. All else that is not a success is unknown: the connection broke, the
// session expired, the call was given up after three session time-outs. An
// unknown call may take effect later, since bytes that a silenced client sent
// are delivered when it is heard again, as TCP would do it.
//
// # The end
//
// The last event is always End. Its text is empty, or says in one line why the
// run did not go as planned: an await that timed out, an ensemble that did not
// get well. That is a result, and no error of Plan, which returns one when the
// plan needs the model, the ensemble refuses a fault, or the context ends.
//
// # Where it departs from the model, and known weaknesses
//
//   - Messages are not seen, so protocol points and clock jumps are refused.
//   - Roles are polled every 50 ms: a leader that lives shorter than that may
//     never be seen, and the time of a Role event is late by up to that.
//   - srvr of a follower shows the epoch of its last transaction. To see that
//     all are in one epoch, a health check may open and close a session of its
//     own, which is a transaction; these sessions are not in the log.
//   - The client library pauses for a second once it has tried every server in
//     its list in vain.
//   - The job has its own connections to ZooKeeper, for its input and its znode
//     sinks. They go to the servers directly: a cut between a TaskManager and
//     ZooKeeper holds Flink's own client, not the job's.
//   - Flink's processes run on this machine in every real world, also beside servers
//     in containers.
//   - Of leader information that changes more often than ten times a second only a
//     part is seen. Zxids of such events are those of the last change seen.
package run
