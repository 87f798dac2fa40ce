// Package runlog holds what happened in a run: an append-only file of JSON
// lines, one event a line, each with the event that caused it.
//
// The model and the real worlds write the same kind of log, and nothing but
// this log passes from a world to the checks and the report. The model sees
// every message; a real world sees its clients, the faults it makes, and what
// servers say when asked. So a check names the kinds of event that it needs.
//
// # The nouns, in order
//
// A log begins with a Header: which scenario, seed and world. Then come
// Events, numbered from 1. An Event has a time T, in nanoseconds since the run
// began (virtual in the model, monotonic in a real world), a Kind, and the
// fields that its kind uses; the zero value of a field is not written. Cause is
// the number of an earlier event.
//
// A Writer writes a log, a Reader reads one; what a Reader has read, a Writer
// writes again byte for byte. The writer's bytes are a function of the events
// alone, so equal runs have equal bytes.
//
// A History is the clients' part: Operations with their invocation and
// completion, gathered from call and ret events. An operation has one of three
// outcomes: ok, fail (it had certainly no effect: ZooKeeper refused it), or
// unknown (the connection broke: it may have taken effect, may still, or never
// will). An operation that has no ret event is unknown, too.
//
// A log may tell of a Flink cluster beside the ensemble. Its processes have names
// (jm1, tm2) rather than numbers, in the field Proc. See the file flink.go.
//
// Above ZooKeeper's own calls stand those of recipes: a lock acquired, an item
// taken from a queue. They are call and ret events, too; OpAcquire and the
// constants after it say which fields they use.
//
// # The caller's duties
//
// Events must be put in the order of their times. A Writer does not buffer
// more than one block; Flush it before the file is closed. It keeps the first
// error of the writer below and reports it from Flush.
//
// # Kinds
//
// See the constants of Kind: each names who writes it and which fields it uses.
package runlog
