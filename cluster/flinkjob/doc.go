// Package flinkjob builds the job that runs on real Flink clusters, and reads
// what it has put out. Its Java source is in testdata/flink-job and begins at
// class Job.
//
// # Nouns, in order
//
//   - The job reads directories of sequential znodes, each a log, and follows one
//     configuration znode. It checks that records of a directory come in order,
//     and writes a line for each thing that it has read.
//   - A line is a JSON object: a record, a version of the configuration, or an
//     alert, when the job's own state says that something was lost or doubled.
//   - A sample is what a server said of itself (zookeeper/figures), written by a
//     monitor into that server's directory. The job adds up samples in windows of
//     their own times, and puts out the sum of each window, and a notice when it
//     raises or clears the server's alert. A window is closed when the samples of
//     all servers have passed it, so none is ever late.
//   - Jobs with the same barrier wait for each other: each reader of each job is a
//     party, and arrives at a round of the barrier with a checkpoint, by a znode that
//     is made when that is complete. It emits nothing until all parties have arrived,
//     and then the line of the round that it has passed.
//   - A batch is what one subtask committed at once, under a name that tells the
//     checkpoint and the subtask. It is a file in OUTPUT/committed, or a znode.
//   - The sinks are files, znodes, and attempt. Files are written before a
//     checkpoint and get their name after it. Znodes are made after it. Attempt is
//     znodes with a planted fault: the name has the task's attempt in it, so what
//     is committed again after a restart is in the output twice.
//   - In application mode JobManagers begin at class Application, in the same jar, and
//     run the job themselves.
//   - The jar has the job's classes and, in lib/, what ZooKeeper's own client
//     needs. Build makes it with the user's javac, from the pinned jars of a
//     release of Flink, and keeps it in the cache under a name with the sum of all
//     that went in.
//
// # Duties of the caller
//
// Create the input's directories and never delete from them; nothing but
// sequential znodes belongs there. Give all TaskManagers the same output folder.
// Choose the job's id, as package flink/rest says.
//
// To judge that a record is lost, wait until the job has read all and has
// completed a checkpoint after that: what a checkpoint has not confirmed is not
// in the output yet. Stopping the job with a savepoint does both.
//
// # Departures
//
//   - A batch's checkpoint is a lower bound. Flink does not tell a sink the number
//     of the checkpoint under way, so the sink counts from the one it was restored
//     from. The two differ after checkpoints were given up early.
//   - Files get their name by a hard link, which fails if the name is taken. A
//     rename would silently replace what another leader has committed.
//   - A batch found under its name with other content makes the job fail, again
//     and again: two leaders, or state that went back. Nothing is overwritten.
//
// # Weaknesses
//
// The sink's files need a file system with hard links. The log is listed as a
// whole at each look, which suits some ten thousand records. A record that is
// deleted before it was read makes the job fail.
package flinkjob
