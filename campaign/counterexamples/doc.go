// Package counterexamples measures how well bad runs are explained: it makes runs
// that go wrong, for every reason that can be planted in the model, and looks for
// the counterexample of each.
//
// # The nouns, in order
//
// A Source is what makes runs go wrong: a planted bug, in every scenario; an
// incident, on the variant that is affected; a mutant of ZAB, in the scenario that
// its table names, or of multi-Paxos, in some; a variant of a protocol that
// promises less. A Bad is a run of a source that broke a promise, with its
// counterexample. It is Well explained if there is one, of at most
// counterexample.Small operations or events, from which nothing can be taken away.
//
// # Weakness
//
// Mutants of single-decree Paxos, and those of multi-Paxos that show on random
// schedules alone, leave no log that could be cut down.
package counterexamples
