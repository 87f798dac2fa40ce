// Package multi is multi-Paxos: a sequence of slots, each chosen by Paxos as in
// package synod, with one leader that asks for promises once for all slots and
// then needs a single round of messages for each. Each server is a machine in the
// sense of package paxos, and carries any paxos.State.
//
// # The nouns, in order
//
// A slot is a place in the history, numbered from 1. A Vote is what a server has
// accepted in a slot, and in which ballot; the ballot Chosen says that the value
// is known to be chosen. A Membership is who chooses from a slot on. A Config is
// what does not change while a server lives. Durable is what a server has on
// disk: a promise for all slots, a snapshot, and its votes after it. A Server is
// Durable, or what is on its way there, and Volatile. It is in one of four
// phases:
//
//	following   it has a leader, or looks for one; it is learner and acceptor
//	preparing   phase 1: it has asked for promises
//	recovering  a quorum has promised; what they told of is brought to an end, and
//	            the gaps between are filled with no-ops
//	leading     all that is applied: it takes proposals
//
// # The messages
//
//	PREPARE   promise me this ballot, for every slot after Zxid
//	PROMISE   promised (on disk); all I have accepted after Zxid, what of it I know
//	          to be chosen, and the whole database if my log begins later
//	ACCEPT    accept this value in slot Zxid
//	ACCEPTED  accepted (on disk)
//	LEARN     with a value: slot Zxid holds it; without: all slots up to Zxid are
//	          chosen, with the values of my ballot
//	REJECT    I have promised, or follow, a higher ballot, or have granted a lease
//	PING      the leader's heartbeat, with its last applied slot, and its answer
//	CATCHUP   I have applied up to slot Zxid: teach me, or ask me
//	SNAP      the whole database
//
// Messages have no connection (Conn 0), and may be lost, doubled and reordered:
// the leader says again with each heartbeat what was not answered.
//
// # Slots as zxids
//
// The zxid of slot n is the number n: the upper half, ZAB's epoch, stays 0. So
// zxids rise by one, a layer above can compare and store them as it does ZAB's,
// and servers agree on them. An epoch is not to be had: a slot may be accepted in
// several ballots, and which of them chose it is no fact that servers share.
// Epoch and the Epoch of notes are the ballot of the leader followed. No-ops and
// changes of members take slots, too; they do not reach Effects.Applied, and the
// state does not see them, so a layer above sees gaps in the zxids.
//
// # The caller's duties
//
// Those of package paxos; and those of package zab to a layer above: Propose only
// while Serves is true on a leader; Effects.Applied holds what a step has
// applied. A Restored note from "snap" on a server that served comes after a
// RoleChanged: the slots between are not in Applied. A follower that wants to lead
// tells a RoleChanged, too: it serves no longer. There is no Append effect and no
// Logged event: each acceptance is a Persist of an AcceptedBallot, and Durable.Do
// carries it out. The database in a SaveSnapshot holds the
// memberships, too: only this package can unpack it.
//
// # Order
//
// Config.Outstanding is how many proposals a leader has under way. With 1, an
// entry made for the state after another is applied right after it, always, as
// ZAB has it (primary order). With more, that is lost: a new leader may learn a
// later proposal of the old one and not the earlier that it depends on, and fill
// the gap with something else (Junqueira, Reed, Serafini 2011, section 1; the
// transcript primary_order_lost). That is why ZooKeeper, whose transactions are
// results and not wishes, does not use plain multi-Paxos. A layer that makes
// entries from its state must take 1.
//
// # Members
//
// Reconfigure in slot i is in force from slot i+Alpha on; no slot is proposed
// before the one Alpha earlier is applied, so who chooses it is known. A leader
// fills the slots between with no-ops, and one that is not among the new members
// steps down. A server that is no member does not want to lead; when it hears of
// no leader it compares with the members, who may not know yet that they are.
//
// # Leases
//
// With Config.Lease, a server that hears its leader, and one that has just
// started, promises nobody else anything for that long; HoldsLease says whether a
// quorum has answered a heartbeat recently enough for the leader to read from its
// own state. It counts from when the heartbeat was sent. The clocks of timers may
// differ by a tenth.
//
// # The planted bugs
//
// Bugs lists twenty-one, each a switch that breaks one thing that safety or
// progress stands on. Random schedules (package schedule) kill nineteen, each by
// a named invariant: Agreement, Validity, OneValuePerBallot, PromiseKept, PromiseTells,
// DurableBeforeAnswer, SafeValue, LearnedIsChosen, NoGap, Window, PrimaryOrder,
// LeaseExclusive, Termination. The other two need so rare a run that a transcript
// plays it: old_acceptances, lease_forgotten.
//
// # Where it departs from the paper (Lamport, "Paxos Made Simple", section 3)
//
//   - The leader is not elected apart: a server that hears none for its time-out
//     takes a higher ballot. Time-outs differ by server and double.
//   - A leader serves only when all it found is applied; the paper lets it propose
//     beyond gaps at once.
//   - What a quorum has accepted is told cumulatively, in order. Chosen slots after
//     a gap wait.
//   - A server that knows a slot to be chosen marks it so in its log and answers
//     ACCEPT with it.
//   - A leader that hears of no quorum for a time-out steps down.
//
// # Known weaknesses
//
// Each acceptance is a synchronous write of its own: no group commit. The members
// of the past must run until a quorum of the new have heard of the change. A
// process that is stopped between its last timer and HoldsLease believes in its
// lease for too long. How far a server has applied is not on disk: after a crash
// it begins at its snapshot. A promise tells all votes in one message.
package multi
