// Package report makes a page out of a run log: what happened, in sentences, on
// a time axis and in tables, and what the checks say of it.
//
// # The nouns, in order
//
// A Report is a log with its verdict, the checks' results, the plan, and the
// command line that makes the run again. HTML writes it as one file that needs
// no network and nothing beside it.
//
// A Counterexample, if there is one, is told on top of the page under "In short":
// its picture is SVG made here and needs no script.
//
// From the log's events come: a timeline (what each server was, what each
// client was connected to and called), the faults (spans of time in which
// servers, processes of Flink, links or clients were disturbed), and the story (sentences, each
// with the moment it speaks of).
//
// # Times
//
// The page counts from the start of the run, as the log does and the sentences of
// the checks, so that a time that is read in one place is found in another. A
// plan counts from when the clients began, which the page marks. Times on the
// page are in microseconds inside and printed in seconds.
//
// # Bounds
//
// A page stays below 5 MB. It holds at most MaxOps operations, those nearest to
// the first violation or fault, and says what it left out; the overview above
// the lanes counts all of them. Long texts are cut, with an ellipsis.
//
// # Duties of the caller
//
// Events are a whole log, in order. The page shows what the log holds: data of
// znodes and the plan are in it.
//
// # Known weaknesses
//
// Messages between servers, which only the model's logs have, are not drawn.
// In a real world roles are polled, so that a span may begin up to a poll late.
package report
