// Package mutants is the kill table of the protocols: small wrong changes, each
// with the check that notices it. A check that kills none of them is of no use,
// and a mutant that nothing kills says that a check is missing, or that the
// protocol does not stand on what was changed; then the table says why.
//
// # The nouns, in order
//
// A Mutant is a named switch of a protocol: of ZAB, of single-decree Paxos
// (synod) or of multi-Paxos. Each is read in one place, where the thing is
// decided. The table says By which check it is killed, and Within how many tries:
// some three times what it takes, so that a check that weakens shows. A try of a
// ZAB mutant is a run of a scenario in the model, In which it shows soonest, with
// the seeds 1, 2, …; a try of the others is a random schedule (see
// paxos/synod/schedule and paxos/multi/schedule).
//
// An Outcome is what a table's line came to. It is As the table says, or not:
// killed by another check, too late, or, of a survivor, killed at all.
//
// # Weakness
//
// A survivor is tried as long as the others, no longer: that it survives is no
// proof that its change is harmless. The mutants change one thing each; two
// changes together may break what neither breaks.
package mutants
