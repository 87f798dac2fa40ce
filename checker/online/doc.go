// Package online judges a run while it goes on, one event after the other, with
// bounded memory.
//
// # The nouns, in order
//
// A Judge observes the events of a log in their order. What breaks a promise is
// an Alarm, given at once: the check, the signature and why. A signature is given
// once. Checks says which promises are judged here, Left which of package checker
// need the whole run.
//
// # What is judged
//
//	invariants     what the world's own watch of the invariants reports
//	session-fifo   the zxids of a session's answers never go back, and a write's is
//	               higher than any that its session was shown before
//	write-order    a write that is called after another was answered has the
//	               higher zxid: the order of the writes is that of real time
//	unique-zxids   no zxid stands for two writes
//	prefix-reads   a read shows no transaction later than the zxid in its answer,
//	               and none older than the last acknowledged change of its znode
//	               up to that zxid
//	sequential     two reads of one transaction's result show the same
//	watches-order  after a watch has fired, its session's next answer is of a later
//	               state than what the session had been shown
//
// Each alarm is a broken promise, no guess. The reverse does not hold: only that
// is seen which one entry a znode and client can show.
//
// # Memory
//
// One entry for each client, one for each znode that was written and not
// deleted, and the zxids of the writes that were answered while an older call was
// still open. So it does not grow with the length of a run.
//
// # The caller's duties
//
// Events come in the order of the log, as runlog.Reader gives them. Answers
// without zxids are taken note of and judged by nothing here.
//
// # Weaknesses
//
// A znode is forgotten when its deletion is acknowledged, so a read of what was
// deleted is left to the whole run. A call that never ends keeps the zxids that
// come after it. A client's next call ends the one before it.
package online
