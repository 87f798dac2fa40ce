// Package counterexample cuts a run that broke a promise down to the few
// operations that suffice to break it, and tells them in sentences.
//
// A run has thousands of operations; three of them show what is wrong. Who reads
// these three understands the bug, and who reads thousands does not.
//
// # The nouns, in order
//
// An item is what can be taken away: a client's operation, a server's final read,
// a watch that fired, the end of a session, an event. A part is some items with the znodes
// that count. The closure of a part adds what explains its answers in the whole
// run. The projection of a closed part is a log as a world would have written it
// had there been nothing else, so that the check can judge it like any log. A
// Counterexample is a closed part from which nothing can be taken away, and its
// Story: what there was at first, sentences with their moments, which promise that
// breaks, and the same as spans for a picture.
//
// Find takes a judged run. Of the checks that it broke, it takes the one whose
// counterexample is told best: what clients were told and servers held at the end;
// then Flink, recipes and transaction logs; then the invariants; last that the
// ensemble did not recover.
// Where nothing was broken and a stale read was permitted, it tells of that
// read, with how far it lagged in transactions and in time. Of does one check.
//
// An account says how runs are taken apart for a check that is about other events
// than those of znodes: which of them can go, what must stay with one, and which a
// reader asks for although the check does not.
//
// # How it minimises
//
// By delta debugging (Zeller and Hildebrandt, 2002): it takes away all that some
// clients did, then znodes, then stretches of time, ever shorter, in the end
// single items; and asks after each step only the check concerned whether the same
// signature is still there. What is left is 1-minimal: without any one item the
// promise is kept, or the closure brings the item back.
//
// # Why taking away is sound
//
// To drop a write and keep a read of its value would break a promise that the run
// kept. So a part is closed first: with a read stay the writes that may have
// written what it shows, with a refused guard what moved the version on, with a
// znode its creates, with one that came and went the whole life in question, with
// a list the lives of the children that count. Then what is left out must not be
// missed: the versions of a znode are numbered anew without gaps, multis and
// lists keep what is about znodes that count (linearizability is local to
// znodes, so a projection keeps it), and Stats say nothing of children. The rule
// is: a part of a good run is good. A test holds parts of good runs, drawn at
// random, to it, for every check.
//
// The sentences and the pictures use the run's own versions and numbers.
//
// Of accounts the same holds: with a grant of leadership stays its end, with a
// record all that appended it and put it out, with a fault its end, with a write its
// client's next answer, with a tenure of a lock its end and that of the session, with
// a final read the last transaction of each log, and so on. Another test holds parts
// of the good histories in testdata, and of runs with Flink, to that. Events of which
// only the number counts are told in one sentence, and count as one.
//
// Of invariants the events are kept that make the watch say the same words of the
// same event, and nothing before it. Of ZAB, what a server had applied before is put
// in its place as a whole, and which history is the beginning of which is told
// beforehand. Of multi-Paxos, who led, what was proposed and what was accepted for
// earlier slots stays, and is not told. Beside these events stand, up to twelve in
// all, those that a reader asks for: who logged or accepted what is at stake, who
// crashed, who led. An exception in a server, which speaks for itself, stands with
// what that server did last.
//
// Beside the operations that suffice a story tells, as far as there is room, the
// plan's steps meanwhile and who wrote what servers differ in. They do not count.
//
// # The caller's duties
//
// The results are those of the run. Bounds count judgements and look at no clock;
// only the budget of a single judgement does. Who needs the same answer on every
// machine gives a budget that no judgement comes near: the default is a hundred
// times what they need.
//
// # Weaknesses
//
// The stories of accounts and of multi-Paxos count from the beginning of the run, as
// the checks' own sentences do, which they end with; the others from their first
// moment.
//
// Of the sum of a shared counter all additions stay. What a multi-Paxos server has
// learned from a snapshot is not told.
//
// Of watches only the promises about the order of what is told are taken apart,
// before a client first loses its connection; that a watch tells once, of the
// right kind, and misses nothing depends on every read that left one.
//
// 1-minimal is not smallest. Several counterexamples of one run are not told
// apart: the first that holds is taken, preferring early ones. Of a znode that was
// deleted and created again, writes without an answer all stay. For the sum of a
// bank all accounts stay, and for a counter all counts without an answer; their
// story counts what it leaves out.
package counterexample
