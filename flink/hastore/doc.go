// Package hastore reads what a Flink cluster with high availability keeps in
// ZooKeeper: who leads, which jobs there are, and where their checkpoints lie.
//
// # Nouns, in order
//
//   - A Tree is what is read from: a connection to a server (Conn), or any other
//     tree of znodes, such as the model's.
//   - A Store is one cluster's part of it, below the root path and the cluster id.
//   - A Candidate is a JobManager process in the election, a child of the latch.
//     The one with the lowest number leads.
//   - A Component is a part of a JobManager that others must find: dispatcher,
//     resource_manager, rest_server, and one for each job. Its Leader information
//     is an address and a token, which is the leader's session id and fences its
//     RPCs. All components of one leader have the same token.
//   - An Entry is a pointer with its locks. A Graph is the entry of a job that is
//     to be run; a Checkpoint is that of a completed one. The state itself lies in
//     files; a Pointer says in which.
//   - A job's counter is the number of its next checkpoint.
//
// # How it is written
//
// Leader information and pointers are streams of Java's object serialization, of
// which a decoder for the whole grammar is here, in stream.go. It was held
// against what Java writes: testdata/decode. Counters are four bytes.
//
// # Duties of the caller
//
// Take the answers for what one server had at several moments: they are no
// snapshot. What vanishes while it is read is left out, without an error. Call
// sync on the connection first where old answers would mislead.
//
// Data that cannot be read is no error of the call; it is in the field Bad of
// what it belongs to, since such data is a finding.
//
// # Departures
//
// Flink's paths can be configured, and changed in Flink 2 (jobgraphs became
// execution-plans). So folders of jobs are found by what is in them.
//
// # Weaknesses
//
// A class that is externalizable in the form of protocol version 1 cannot be
// decoded; Flink's handles have none. Handles to anything but files are shown by
// their class alone. Results of jobs are not in ZooKeeper, and not read here.
package hastore
