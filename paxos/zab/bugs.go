package zab

import (
	"slices"

	"github.com/schismlab/schism/paxos"
)

// Bugs is a set of planted bugs.
type Bugs uint64

// The planted bugs. Each breaks one thing that ZAB's proof stands on.
const (
	// AckBeforeSync: a server acknowledges what it has not yet on disk.
	AckBeforeSync Bugs = 1 << iota
	// MinorityCommit: a leader commits one acknowledgement short of a quorum.
	MinorityCommit
	// SkipTruncate: a server told to cut its log back goes on as it is.
	SkipTruncate
	// StaleEpochVote: votes compare counters without epochs, and a leader does
	// not mind followers that are ahead of it.
	StaleEpochVote
	// OutOfOrderDelivery: with two transactions waiting, a follower applies the
	// later one first.
	OutOfOrderDelivery
	// DeposedLeaderWrite: a leader goes on without its quorum, and takes the
	// silence of those it does not hear for consent.
	DeposedLeaderWrite
	// LoseLogTail: recovery forgets the last transaction of the log.
	LoseLogTail

	// The mutants: small wrong changes, by the part of the protocol.

	// VoteShortest: of two votes of an epoch the shorter history wins.
	VoteShortest
	// VoteWithoutZxid: votes of an epoch are compared by number alone.
	VoteWithoutZxid
	// VoteWithoutEpoch: votes are compared by zxid, and not by current epoch first.
	VoteWithoutEpoch
	// ElectMinority: one vote short of a quorum ends an election.
	ElectMinority
	// DecideAtOnce: a quorum of votes ends an election without the wait for a
	// better one.
	DecideAtOnce
	// FollowAnybody: a server joins whom a quorum names, though that one does not
	// say that it leads.
	FollowAnybody

	// EpochMinority: one accepted epoch short of a quorum is enough to propose the
	// next.
	EpochMinority
	// EpochNotRaised: the new epoch is the highest accepted, not one more.
	EpochNotRaised
	// ForgetAcceptedEpoch: the accepted epoch is not written to disk.
	ForgetAcceptedEpoch
	// ForgetCurrentEpoch: the current epoch is not written to disk.
	ForgetCurrentEpoch
	// CountOldPromise: a follower that had accepted the epoch before counts
	// towards the quorum.
	CountOldPromise
	// LeadBehind: a leader does not mind followers that are ahead of it.
	LeadBehind
	// AckEpochMinority: one ACKEPOCH short of a quorum is enough.
	AckEpochMinority

	// DiffSkipsOne: DIFF leaves out the first transaction that is missing.
	DiffSkipsOne
	// DiffRepeatsOne: DIFF begins with a transaction that the follower has.
	DiffRepeatsOne
	// TruncOneMore: TRUNC cuts off one transaction that both have.
	TruncOneMore
	// DiffForTrunc: a follower that is ahead is sent DIFF, and keeps what it has.
	DiffForTrunc
	// StaleSnap: SNAP holds the state as of the last snapshot on disk.
	StaleSnap
	// SkipOutstanding: what is proposed and not committed is not sent along.
	SkipOutstanding
	// ForwardLate: a follower gets new proposals only when it has acknowledged
	// NEWLEADER.
	ForwardLate
	// KeepIncomingOut: what came before NEWLEADER is not logged.
	KeepIncomingOut
	// AckNewLeaderEarly: NEWLEADER is acknowledged before the history is on disk.
	AckNewLeaderEarly
	// SnapInMemory: what SNAP or TRUNC brought is not saved at NEWLEADER.
	SnapInMemory
	// EstablishMinority: one ACK of NEWLEADER short of a quorum opens for clients,
	// as if a leader needed nobody.
	EstablishMinority

	// CounterGoesOn: an epoch's first proposal has the number after the last.
	CounterGoesOn
	// StaleEpochProposal: proposals carry the epoch before.
	StaleEpochProposal
	// AckTwice: the leader's own acknowledgement counts twice.
	AckTwice
	// CommitUnsynced: the leader counts itself before its own log is on disk.
	CommitUnsynced
	// CommitAll: a COMMIT applies all that is logged.
	CommitAll
	// CommitOneLess: a COMMIT applies what was before it.
	CommitOneLess
	// ApplyOnProposal: a follower applies what is proposed, not what is committed.
	ApplyOnProposal
	// CommitSkipsOne: of two transactions ready at once the leader drops the first.
	CommitSkipsOne
	// RecoverSnapshot: recovery reads the newest snapshot and not the log after it.
	RecoverSnapshot
	// SnapshotDropsLog: a snapshot on disk takes the log's tail with it.
	SnapshotDropsLog
	// NameScanLate: a snapshot that is read while transactions go on is named after
	// the last of them.
	NameScanLate
	// NoDialBack is read by the network below: a server that a smaller one has dialled
	// drops that connection, and does not dial back.
	NoDialBack

	// CommitByOld: while a reconfiguration is under way, a quorum of the old
	// configuration is enough.
	CommitByOld
	// CommitByNew: a quorum of the new one is.
	CommitByNew
	// ActivateAtProposal: a new configuration is in force as soon as it is proposed.
	ActivateAtProposal
	// ReconfigUnsynced: a configuration is proposed though no quorum of it follows.
	ReconfigUnsynced
	// IgnoreLastSeen: who looks for a leader, or begins to lead, asks for quorums of
	// the configuration in force alone, and leaves the one last seen as it is.
	IgnoreLastSeen
	// TwoReconfigs: a configuration is proposed while another is under way.
	TwoReconfigs
	// ForgetNextConfig: the configuration last seen is not written to disk.
	ForgetNextConfig
	// CommitOnceRemoved: a leader that is no voter any more goes on to commit.
	CommitOnceRemoved
)

// planted is how many of the names are of bugs that a scenario is held to catch;
// the others are mutants.
const planted = 7

// bugNames are in the order of the constants.
var bugNames = paxos.Switches{
	"ack-before-sync", "minority-commit", "skip-truncate", "stale-epoch-vote", "out-of-order-delivery", "deposed-leader-write", "lose-log-tail",
	"vote-shortest", "vote-without-zxid", "vote-without-epoch", "elect-minority", "decide-at-once", "follow-anybody",
	"epoch-minority", "epoch-not-raised", "forget-accepted-epoch", "forget-current-epoch", "count-old-promise", "lead-behind", "ack-epoch-minority",
	"diff-skips-one", "diff-repeats-one", "trunc-one-more", "diff-for-trunc", "stale-snap", "skip-outstanding", "forward-late",
	"keep-incoming-out", "ack-new-leader-early", "snap-in-memory", "establish-minority",
	"counter-goes-on", "stale-epoch-proposal", "ack-twice", "commit-unsynced", "commit-all", "commit-one-less", "apply-on-proposal",
	"commit-skips-one", "recover-snapshot", "snapshot-drops-log", "name-scan-late", "no-dial-back",
	"commit-by-old", "commit-by-new", "activate-at-proposal", "reconfig-unsynced", "ignore-last-seen", "two-reconfigs", "forget-next-config", "commit-once-removed",
}

// BugNames lists the planted bugs that have a scenario of their own.
func BugNames() []string { return slices.Clip(bugNames[:planted]) }

// MutantNames lists all: those of BugNames, and smaller ones.
func MutantNames() []string { return slices.Clip(bugNames) }

// BugNamed is the bug or mutant of that name, and whether there is one. The empty
// name is no bug.
func BugNamed(name string) (Bugs, bool) {
	bit, ok := bugNames.Bit(name)
	return Bugs(bit), ok
}

func (b Bugs) has(bug Bugs) bool { return b&bug != 0 }

// short is one less of a quorum, under a bug.
func (b Bugs) short(bug Bugs) int {
	if b.has(bug) {
		return 1
	}
	return 0
}

func (b Bugs) String() string { return bugNames.List(uint64(b)) }
