// Package distinct judges, in time O(n log n), whether the history of one simple
// object is linearizable: a register, counter, set, FIFO queue or lock, when
// values are distinct. It needs no witness such as zxids.
//
// Searching for an order takes exponential time in general: 1,000 operations of
// 30 clients on one register already defeat it. With distinct values every
// answer names the operation that it rests on, and what remains is a question
// about intervals of time.
//
// # The nouns, in order
//
// An Op is one operation with its times and its outcome. A history is a slice of
// them, in any order, all on one object. Each object has a function: Register,
// Counter, Set, Queue, Lock. It gives a Result: a Grade, with a sentence that
// says Why and the Ops, by index, that cannot all be.
//
//	Linearizable   one order explains every answer
//	Broken         none does
//	NotApplicable  the question is outside of what the algorithm decides; Why
//	               says which condition does not hold. It is never a guess.
//
// A span is a time in which something certainly held, whatever the order: a
// value was in the register from before the first answer that shows it until
// after the last call that does. Two operations of which one returned at the
// moment at which the other was called are concurrent, so spans are open
// intervals.
//
// # The algorithms
//
// Register: Gibbons and Korach, "Testing shared memories" (SIAM J. Comput. 26,
// 1997): each value has a zone; no two spans overlap, and no write whose value
// may have been there for a moment only lies wholly inside of another's span.
//
// Lock: the same argument. A hold has a span from the return of its acquire to
// the call of its release.
//
// Queue: Bouajjani, Emmi, Enea and Hamza, "On reducing linearizability to state
// reachability" (ICALP 2015), after Henzinger, Sezgin and Vafeiadis (CONCUR
// 2013): a queue is right unless an item is taken twice, before it was put in,
// or out of order, or something is found empty while items certainly were there
// all the time. Enqueues of unknown outcome whose item nobody took never
// happened: that is the best case for all others. Dequeues of unknown outcome
// are matched to the items that nobody took, earliest call to earliest item;
// crossing two such pairs never helps, which makes the matching exact.
//
// Set: elements are independent of each other. For one element the shortest time
// that it can have been in the set decides.
//
// Counter: increments by one are all alike but for their deadlines. A sweep over
// time counts as late as it can, and takes the increment with the earliest
// deadline first. An increment whose answer shows the sum has its place.
//
// Lee and Mathur, "Efficient decrease-and-conquer linearizability monitoring"
// (OOPSLA 2025), treat registers, sets, queues, stacks and priority queues with
// distinct values in one frame, in the same time. They asked the question; the
// algorithms here are the older ones, with outcomes that are unknown added.
//
// # Unknown outcomes
//
// An operation with the return time Never has an unknown outcome: it may take
// effect at any moment after its call, or never. One that reads says nothing and
// is left out.
//
// # The caller's duties
//
// A value stands for itself: intern texts to numbers. Times are of one clock,
// and no operation returns before it is called.
//
// # What is not applicable
//
// A value written, added, or enqueued twice; a lock's hold that is acquired
// twice; compare-and-set, increments by anything but one, reads of a whole set:
// for these the interval argument does not hold, or the problem is hard (sums of
// different increments hide the subset sum problem).
//
// # Weaknesses
//
// The counterexample of a Broken history names the operations that contradict
// each other, and is not always the smallest. One history is one object: the
// caller splits by key, which is sound, since linearizability is local (Herlihy
// and Wing, 1990).
package distinct
