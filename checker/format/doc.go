// Package format reads the histories that other programs record: Jepsen's, those
// of porcupine's tests, and plain JSON lines.
//
// # The nouns, in order
//
// A History is what clients asked of one kind of object, the Model: a register,
// registers read and written together, a key-value store, a lock, a set or a queue. It is told from the functions that
// the history calls. An Op is one call with its answer. Its Outcome is ok, failed
// (it had no effect), refused (the object said no, which is an observation), or
// unknown. A Value is a value in one way of writing it. A Name names a format;
// Guess tells it from a file's first bytes, and Decode reads the file.
//
// # Time
//
// Of times only the order counts: Call and Ret are the places of two events in
// the file. An operation comes before another if it was answered in an earlier
// line than the other was called in. Members :index and :time are held to that
// order and count for nothing else. Where there are indexes, times may be what
// they like. Where there are none, the times of a Jepsen history may step back by
// 10 ms between clients, since its workers note the time before they write the
// event; those of one client may not.
//
// # The formats
//
// jepsen is a history.edn: maps, one after another or in one vector, with
// :process, :type (:invoke, :ok, :fail, :info), :f and :value. A value [k v] has a
// key, as in independent tests; the first operation decides whether all have.
// Processes that are not numbers or strings, as :nemesis, are no clients. A :txn
// reads and writes several registers at one moment: [[:read x nil] [:write y 2]].
//
// etcd-log is what Jepsen's logger wrote of a history of etcd:
//
//	INFO  jepsen.util - 0	:invoke	:cas	[4 1]
//	INFO  jepsen.util - 0	:fail	:cas	[4 1]
//
// kv-log is written as jepsen is, with a member :key, and get, put and append.
//
// json-lines is one JSON object a line, and nothing else in the line:
//
//	process  a number or a string: the client. "nemesis" is none
//	type     "invoke", then "ok", "fail", "info" or "refused"
//	f        the function: read, write, cas; txn; get, put, append; acquire (lock),
//	         release (unlock); add, read; enqueue, dequeue
//	value    of a call: what is written, added or enqueued; [expected, new] of a
//	         cas; of a txn [["read", x, null], ["write", y, 2]]; else null or
//	         absent. Of an ok: what a read, get or dequeue gave, all elements as an
//	         array if a set was read, a txn's call with what it read. null, a number, a string,
//	         true, false, or an array of such
//	key      which object, if there are many; a number or a string
//	index    if there: ascending
//	time     if there and no index is: not descending
//
// Other members are left alone. Calls that are open at the end have an unknown
// outcome. Functions of different models may not be mixed.
//
// # What failed and what timed out
//
// An :info, and a call without an answer, may take effect at any later time, or
// never; the time at which the client gave up bounds nothing. A :fail had no
// effect and says nothing more. In an etcd-log a cas that failed saw another value
// than it expected: porcupine's tests read it so, and Jepsen's own checker leaves
// it out. On porcupine's 102 logs both readings give the same verdicts.
//
// The reading of what timed out matters. Of the 102 logs 23 are linearizable; only
// three are if nothing that timed out ever took effect. Over etcd_005 people have
// disagreed for this reason (jepsen-io/knossos, issue 5): whoever leaves out what timed out finds
// that nothing explains the read of 4 in line 88. A write of 4 was called in line
// 43 and timed out in line 48; a timeout tells nothing of the server, so it may
// have taken effect 40 lines later, and that log is linearizable.
//
// # The caller's duties
//
// Decode keeps the whole history in memory, some 200 bytes an operation, and no
// more than one operation of the text. The file name is for errors alone. All
// errors are *runlog.SyntaxError: one line, with the file and the line in it.
//
// # Departures
//
// The notation of Jepsen's files is read by a reader of our own. The library that
// exists for it knows no lines, and a history of a million operations with a
// mistake somewhere is of no use without. Any word is an atom, and tags are read
// over: what a history says is compared, never computed with.
//
// # Weaknesses
//
// A file that was cut between two lines is whole for all that can be seen. Plain
// values that are pairs are taken for key and value if the first operation writes
// one. Jepsen's drain of a queue is refused, and so are transactions of other
// things than registers (list-append), which are another tool's: Elle. 3 and 3.0
// are two values.
package format
