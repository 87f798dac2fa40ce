// Package synod is single-decree Paxos (Lamport, "Paxos Made Simple", 2001):
// some servers choose one value among those proposed, and never two, whatever
// messages are lost, doubled or late and whoever crashes. Each server is
// proposer, acceptor and learner in one machine, in the sense of package paxos.
//
// # The nouns, in order
//
// A value is a paxos.Command. A Ballot numbers an attempt to get a value chosen:
// a round, and the server whose attempt it is. A Config is what does not change
// while a server lives. Durable is what an acceptor has on disk: the highest
// ballot it has promised, the highest it has accepted, and what. A Server is
// Durable, or what is on its way there, and Volatile: where its own ballot is,
// and the value once it is Learned.
//
// # How a value is chosen
//
//	proposer → acceptor   PREPARE   promise me ballot b
//	acceptor → proposer   PROMISE   promised (on disk); what I have accepted, and in which ballot
//	proposer → acceptor   ACCEPT    of a quorum's promises: the value of the highest
//	                                ballot told; if none was told, my own wish
//	acceptor → proposer   ACCEPTED  accepted (on disk), since I have promised nothing higher
//	proposer → all        LEARN     a quorum has accepted: chosen
//	acceptor → proposer   REJECT    I have promised a higher ballot: this one
//
// A value is chosen when a quorum has accepted it in one ballot, also when nobody
// knows. A server that has taken part and is not told the end asks: after its
// timer runs out it begins a ballot, which finds the value if there is one.
//
// # The caller's duties
//
// Those of package paxos. Messages have no connection (Conn 0), and may be lost,
// doubled and reordered. Propose may be called at any time after Boot.
//
// A Persist effect is a PromisedBallot or an AcceptedBallot; Durable.Do carries
// it out. Of the notes, Proposed tells that phase 2 begins (Epoch is the ballot,
// Chain the value's digest), Applied that this server has learned (Chain is the
// digest).
//
// # Why it is safe
//
// A proposer proposes v in ballot b only if some quorum has promised b, and v is
// the value of the highest ballot below b that any of the quorum has accepted,
// or none has accepted any (P2c). Quorums meet and promises are kept, so a value
// chosen in a lower ballot is seen. The tests check this and, by name,
// Agreement, Validity, OneValuePerBallot, PromiseKept, PromiseTells,
// DurableBeforeAnswer, LearnedIsChosen and Termination.
//
// # The planted bugs
//
// Bugs lists eighteen, each a switch that breaks one thing the above stands on.
// They are read where the thing is decided, and nowhere else.
//
// # Where it departs from the paper
//
//   - The proposer remembers its ballots by its own acceptor's promise, written
//     before it asks others, rather than by a number of its own on disk.
//   - Acceptors refuse aloud (REJECT), which the paper calls an optimization. A
//     refusal is never needed.
//   - There is no distinguished proposer. Waiting times that double, and differ
//     by server, take its place; any message of another's ballot makes a server
//     wait anew.
//   - Acceptors tell only the proposer that they have accepted, and it tells the
//     learners; the paper allows any scheme. Whoever knows the value answers
//     PREPARE and ACCEPT with it.
//
// # Known weaknesses
//
// What was learned is not on disk: after a crash a server asks again. A server
// has one wish at a time. Membership is fixed.
package synod
