// Package schedule plays multi-Paxos on random schedules, and watches its
// invariants. It is how the mutants of the protocol are killed, and how the
// protocol itself is held to be sound.
//
// # The nouns, in order
//
// A schedule is an ensemble of five servers in virtual time, shaped by a seed: who
// are members, how wide the window is, whether there are leases. Messages overtake
// each other, vanish and come twice; servers are cut off, change members, crash
// between any two effects and come back. Then everything is healed, and within a
// fair time a new proposal must be chosen.
//
// A watcher sees messages as they leave, writes as they reach the disk, and what
// servers tell, and keeps what an omniscient observer would know. The invariants,
// by the names that Run gives:
//
//	Agreement            a slot has one chosen value (Lamport 2001, section 2.2)
//	Validity             what is proposed was asked for, or is a no-op
//	OneValuePerBallot    a ballot has one value in a slot
//	PromiseKept          nobody accepts, or promises, below a promise (P1a)
//	PromiseTells         a promise tells all that was accepted
//	DurableBeforeAnswer  an answer is on disk before it leaves
//	SafeValue            a quorum of promises allows what is proposed (P2c)
//	LearnedIsChosen      what is applied was chosen
//	NoGap                slots are applied in order
//	Window               nothing is proposed before it is known who chooses it
//	PrimaryOrder         with one proposal outstanding, an entry is applied to the
//	                     state that it was made for
//	LeaseExclusive       nobody leads in a higher ballot while a lease is held
//	Termination          the fair time suffices
//
// # Weakness
//
// Random schedules are no proof. Two planted bugs need so rare a run that none of
// ten thousand meets it.
package schedule
