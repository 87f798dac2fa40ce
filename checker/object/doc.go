// Package object judges histories of simple objects: registers, alone or several
// read and written together, key-value stores, locks, sets and queues. They come
// from other programs, through package format.
//
// # The nouns, in order
//
// A history is taken apart into problems: one for each key, since objects that
// share nothing may be judged one by one (Herlihy and Wing, locality). A problem
// is cut into parts wherever its state is known: after an operation that nothing
// overlaps and whose answer tells the state. A kind is the object as a sequential
// machine. A part whose values are all distinct is decided by package distinct in
// next to no time; of the others porcupine is asked for an order, under a budget.
// The verdict is ok, violation, or unknown with the reason and the size.
//
// # Unknown outcomes
//
// An operation without an answer, or with the answer info, may take effect at any
// moment after its call, or never. It never ends, so the search may place it
// behind everything else, and there every kind takes it without a word: that is
// how it has never happened. Its own time of giving up bounds nothing, nor does
// what anybody else has seen of it. Reads without an answer are left out.
// A fail had no effect, and is left out too: it does not say why. Only where the
// format says that the object itself has refused does it count as an observation:
// a cas refused saw another value than it expected.
//
// A write of unknown outcome whose value no answer depends on is left out: each
// of them may double the time of the search, and it cannot help to explain
// anything.
//
// # What shortens the search
//
// Unknown outcomes are what makes a search long, so it does without three things.
// An operation of unknown outcome is placed only where it changes the state, for
// where it does not it might as well never have happened. Of several that do the
// same, the one called first is placed first. And nothing is placed behind the
// last answer. The tests hold all this to trying every order.
//
// # Weaknesses
//
// The search takes exponential time in the worst case: in the number of
// operations that are open at one moment, those without an answer included. The
// budget turns that into unknown. A lock is not asked who holds it. A queue is
// first in, first out; one that promises less will be found in violation.
package object
