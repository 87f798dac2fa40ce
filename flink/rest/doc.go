// Package rest talks to the REST server of a Flink JobManager: it submits a job,
// asks how it fares, and ends it.
//
// # Nouns, in order
//
//   - A Client talks to one JobManager. Every call has a time-out.
//   - A Spec says how a jar is run. It has the job's id, chosen by the caller.
//   - A Job has a state and vertices; a vertex has subtasks, each in some attempt.
//     Checkpoints and Exceptions are what befell the job under this JobManager.
//   - An Error is a call that did not succeed. Its Outcome is fail when the call
//     certainly had no effect, and unknown when nobody can say. So a call that
//     changes something goes into a history as any client's does.
//
// # Lost replies
//
// Submit repeats itself until the outcome is known, which is safe as long as
// Flink remembers the job's id: while the job lives, and after its end while the
// same JobManager leads. Another one remembers it only if the cluster keeps the
// results of jobs; see the weaknesses. Savepoint and Stop have a trigger id of
// the caller, under which the result can be asked for again. Cancel may be
// repeated as it is. No other call changes anything.
//
// # Duties of the caller
//
// Choose ids that are new: 32 hexadecimal digits. Find the leader, by its address
// in ZooKeeper (package hastore) or by asking all (Answering). A JobManager that
// does not lead asks the leader, if it has one; one that wrongly thinks it leads
// answers for itself, and that is worth knowing.
//
// Do not take NotFound for the end of a job: a JobManager that has just been
// elected does not know its jobs yet.
//
// # Departures
//
// Only what the harness needs of each reply is read. What is not Flink's answer
// (no JSON, a proxy's page, a reply without its main field, one without end) is
// an error of one line that shows how it began. Proxies of the environment are
// not used and redirects not followed: servers are on this machine.
//
// # Weaknesses
//
// A job that has ended, and whose JobManager has failed since, is run a second
// time when it is submitted again. This was seen with Flink 1.20.3 and 2.3.0: by
// default a job's result is deleted once it is cleaned up. With the option
// job-result-store.delete-on-commit at false, and in 2.3 also
// application-result-store.delete-on-commit, both refused it. Without these, do
// not repeat Submit across the end of a job.
//
// TLS and authentication are not supported. The names of fields are those of
// Flink 1.20 to 2.3. Whether a submission was refused as a duplicate is read off
// the name of an exception.
package rest
