package zab

import "github.com/schismlab/schism/paxos"

// Quirks is a set of behaviours that releases of ZooKeeper had, or have, and
// that their issues ask to be changed. Each is read where the thing is decided,
// and nowhere else.
type Quirks uint32

// The quirks, by the issue that is about each.
const (
	// EpochBeforeLog: at NEWLEADER the epoch is written and acknowledged before
	// the leader's history is on disk (ZOOKEEPER-4643, 4646, and 3911 whose
	// repair did not reach that far; until 3.8.4 and 3.9.1).
	EpochBeforeLog Quirks = 1 << iota
	// KeepLateSnapshot: a log that is cut back keeps snapshots of what was cut
	// off, and recovery takes the newest (ZOOKEEPER-4837, in every release).
	KeepLateSnapshot
	// KeepUnsavedSnap: what SNAP brought to memory stays there when the
	// connection breaks before it is on disk (ZOOKEEPER-2872, 3642; until 3.5.9
	// and 3.6.2).
	KeepUnsavedSnap
	// ForgetPending: what was logged and not committed is left out of memory when
	// an election begins, though it stays on disk (ZOOKEEPER-2845; until 3.4.11
	// and 3.5.3).
	ForgetPending
	// LeakLogQueue: the log's queue outlives the role it was filled in, and
	// reaches the disk when nobody counts on it any more (ZOOKEEPER-4712; until
	// 3.9.2).
	LeakLogQueue
	// HoleInCommittedLog: what a follower takes over before NEWLEADER is missing
	// from what it remembers for others, once it leads (ZOOKEEPER-4925; 3.9.3
	// alone).
	HoleInCommittedLog
	// DiffWithoutTrunc: a server whose last transaction lies between those the
	// leader remembers, but is none of them, keeps it (ZOOKEEPER-1154; until
	// 3.3.3).
	DiffWithoutTrunc
	// KeepUnsavedTrunc: what was committed to memory alone after TRUNC stays there
	// when the connection breaks before it is on disk (ZOOKEEPER-5094, in every
	// release; SNAP had the same mistake, see KeepUnsavedSnap).
	KeepUnsavedTrunc
	// ZxidFromDiff: DIFF alone, before any of its proposals has come, makes a
	// server believe that it has them (ZOOKEEPER-2355; until 3.4.10 and 3.5.3).
	ZxidFromDiff
	// LogAtUpToDate: what comes before UPTODATE is logged after it, although
	// NEWLEADER was acknowledged before (ZOOKEEPER-3911; until 3.5.9 and 3.6.2).
	LogAtUpToDate
	// CommitNeedsPending: what is not yet committed at NEWLEADER is logged with the
	// rest, and a COMMIT for it before UPTODATE finds nothing that is pending
	// (ZOOKEEPER-4394; 3.5.10 to 3.9.2).
	CommitNeedsPending
	// AckOutOfTurn: the log's queue acknowledges by itself what was handed to it
	// at NEWLEADER, and may be quicker than the acknowledgement of NEWLEADER
	// (ZOOKEEPER-4685; 3.5.10 to 3.8.4 and 3.9.1).
	AckOutOfTurn
	// NoEpochFiles: epochs are those of zxids. A vote is a zxid and a number, a
	// leader's epoch is one more than that of its last zxid, and a follower minds
	// a leader whose epoch is lower than its own last zxid (before 3.4.0:
	// ZOOKEEPER-335, 1081, 1082).
	NoEpochFiles
	// ZxidBeforeQuorum: a leader takes the first zxid of its epoch for its own
	// before anybody follows it (ZOOKEEPER-790; until 3.3.1).
	ZxidBeforeQuorum
	// EpochlessTie: of two votes with the same zxid the higher number wins,
	// whatever their epochs (ZOOKEEPER-1419; 3.4.0 to 3.4.3).
	EpochlessTie
	// RefuseLateZxid: a server whose last zxid is of a later epoch than the file
	// currentEpoch does not start: a crash between the snapshot and that file is
	// enough (ZOOKEEPER-1653; repaired in branch 3.4 from 3.4.6 on, and nowhere
	// else).
	RefuseLateZxid
	// SnapWithoutMemory: a leader that remembers no transaction, because its
	// newest snapshot holds them all, sends its whole state and not TRUNC; the
	// learner's log keeps what is later (ZOOKEEPER-2832; until 3.4.14).
	SnapWithoutMemory
	// SnapAtNewLeader: a follower writes a snapshot at every NEWLEADER, after DIFF,
	// too (until 3.4.9 and 3.5.2, ZOOKEEPER-2678).
	SnapAtNewLeader
	// BareCheck is read by the layer above: a check outside of a multi is made a
	// transaction that no server can read (ZOOKEEPER-2623; until 3.8.4 and 3.9.2).
	BareCheck
	// OneWatchMode is read by the layer above, too: a watch takes the place of one of
	// another mode on the same znode (ZOOKEEPER-4466; 3.6 to 3.8).
	OneWatchMode
	// NewLeaderBeforeSnap: the leader puts NEWLEADER into a learner's queue before it
	// reads the tree for SNAP, so what was committed in between comes after it
	// (ZOOKEEPER-3104; until 3.5.4, and in all of 3.4).
	NewLeaderBeforeSnap
	// ScanGoesOn: a snapshot that is being read is not given up when an election
	// begins, and takes in what is applied then without being committed (in every
	// release, as we read the code; no issue is known to us).
	ScanGoesOn
	// ActivateUncommitted: the configuration that came with NEWLEADER, which is the
	// last that the leader has seen, is in force with UPTODATE, though it may not be
	// committed yet (from 3.5 on, as we read the code, and as 3.9.5 showed; see
	// doc/findings/zookeeper-early-members.md).
	ActivateUncommitted
)

var quirkNames = paxos.Switches{
	"epoch-before-log", "keep-late-snapshot", "keep-unsaved-snap", "forget-pending", "leak-log-queue", "hole-in-committed-log",
	"diff-without-trunc", "keep-unsaved-trunc", "zxid-from-diff", "log-at-up-to-date",
	"commit-needs-pending", "ack-out-of-turn", "no-epoch-files", "zxid-before-quorum", "epochless-tie", "refuse-late-zxid", "snap-without-memory", "snap-at-new-leader", "bare-check", "one-watch-mode",
	"new-leader-before-snap", "scan-goes-on", "activate-uncommitted",
}

// What many releases have in common.
const (
	everRelease = KeepLateSnapshot | KeepUnsavedTrunc | ScanGoesOn
	until35     = BareCheck | KeepUnsavedSnap | LeakLogQueue | LogAtUpToDate
	until34     = ForgetPending | ZxidFromDiff | SnapWithoutMemory | NewLeaderBeforeSnap
	before34    = everRelease | until35 | until34 | SnapAtNewLeader | DiffWithoutTrunc | NoEpochFiles
	from35      = ActivateUncommitted
	from37      = from35 | RefuseLateZxid | LeakLogQueue | CommitNeedsPending | OneWatchMode
)

// variants are protocol versions, the newest last.
var variants = []struct {
	name   string
	quirks Quirks
}{
	{"zk-3.3.1", before34 | ZxidBeforeQuorum},
	{"zk-3.3.3", before34},
	{"zk-3.4.3", everRelease | until35 | until34 | SnapAtNewLeader | RefuseLateZxid | EpochlessTie},
	{"zk-3.4.5", everRelease | until35 | until34 | SnapAtNewLeader | RefuseLateZxid},
	{"zk-3.4.9", everRelease | until35 | until34 | SnapAtNewLeader},
	{"zk-3.4.10", everRelease | until35 | until34},
	{"zk-3.4.14", everRelease | until35 | SnapWithoutMemory | NewLeaderBeforeSnap},
	{"zk-3.5.5", everRelease | from35 | until35 | RefuseLateZxid},
	{"zk-3.7.1", everRelease | from37 | EpochBeforeLog | AckOutOfTurn | BareCheck},
	{"zk-3.8.0", everRelease | from37 | EpochBeforeLog | AckOutOfTurn | BareCheck},
	{"zk-3.8.6", everRelease | from37},
	{"zk-3.9.3", everRelease | from35 | RefuseLateZxid | HoleInCommittedLog},
	{"zk-3.9.4", everRelease | from35 | RefuseLateZxid},
	{"zk-3.9.5", everRelease | from35 | RefuseLateZxid},
	// What no release does yet: the newest, with the open issues repaired.
	{Repaired, 0},
}

// Repaired is the variant without quirks. It is the default: what is found in it
// is a mistake of the model, or news.
const Repaired = "zk-repaired"

// VariantNames lists the variants, the oldest first.
func VariantNames() []string {
	names := make([]string, len(variants))
	for i, v := range variants {
		names[i] = v.name
	}
	return names
}

// VariantNamed is the quirks of the variant of that name, and whether there is
// one. The name "" is Repaired.
func VariantNamed(name string) (Quirks, bool) {
	for _, v := range variants {
		if v.name == name {
			return v.quirks, true
		}
	}
	return 0, name == ""
}

func (q Quirks) has(quirk Quirks) bool { return q&quirk != 0 }

// String lists the quirks by name.
func (q Quirks) String() string { return quirkNames.List(uint64(q)) }
