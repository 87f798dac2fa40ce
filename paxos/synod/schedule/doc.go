// Package schedule plays single-decree Paxos on random schedules, and watches its
// invariants. It is how the mutants of the protocol are killed, and how the
// protocol itself is held to be sound.
//
// # The nouns, in order
//
// A schedule is an ensemble of three or five servers under a scheduler that lets
// any message be next, be lost or come twice, any running timer fire, and a crash
// fall between any two effects. Then a fair time follows, in which everything
// arrives and everybody must learn a value.
//
// A watcher sees what leaves a server and what is on its disk at that moment,
// nothing of the machines' own minds. The invariants, by the names that Run gives:
//
//	Agreement            one value is chosen (Lamport 2001, section 2.1)
//	Validity             what is proposed was asked for
//	OneValuePerBallot    a ballot has one value
//	PromiseKept          nobody accepts, or promises, below a promise (P1a)
//	PromiseTells         a promise tells the highest ballot accepted
//	DurableBeforeAnswer  an answer is on disk before it leaves
//	SafeValue            a quorum of promises allows what is proposed (P2c)
//	LearnedIsChosen      what is learned was accepted by a quorum
//	Termination          the fair time suffices
package schedule
