package flink

import "slices"

// Quirks are mistakes of released versions of Curator and Flink, long repaired or
// not. Each is named for the issue that tells of it.
type Quirks uint32

// The quirks.
const (
	// OwnByName: a latch whose znode comes first takes it for its own, though the
	// session that owns it may be an earlier one of this process (CURATOR-696).
	OwnByName Quirks = 1 << iota
	// StayWithoutPath: a latch that finds its directory missing does nothing more
	// (CURATOR-724).
	StayWithoutPath
	// ResetOnGap: a latch whose predecessor went between the listing and the
	// watch starts all over, and on each reconnection, too (CURATOR-645).
	ResetOnGap
	// NoSecondWord: a process that was told that its leader's information is gone
	// is not told again when it comes back unchanged (FLINK-19557).
	NoSecondWord
	// TasksOutlive: a TaskManager without a connection to ZooKeeper goes on with
	// the tasks of a leader that may be deposed (FLINK-18677).
	TasksOutlive
	// StuckCounter: the checkpoints' counter takes a connection that came back for
	// a broken one (FLINK-14091).
	StuckCounter
	// DiscardUncertain: the state of a checkpoint is discarded when nobody knows
	// whether its pointer was written (FLINK-22494).
	DiscardUncertain
	// DiscardOnRetry: that a pointer exists when it is written again is taken for
	// a no, and its state is discarded (FLINK-24543).
	DiscardOnRetry
	// ReplaceOnce: that a pointer has another version when it is replaced again is
	// taken for a no, and the new state is discarded (FLINK-26068).
	ReplaceOnce
	// NeverTolerate: a connection that is suspended costs a leader its office,
	// whatever the configuration says (FLINK-10052).
	NeverTolerate
	// ForgetResults: nobody keeps in mind that a job has ended, but the leader that
	// ended it (FLINK-21928).
	ForgetResults
	// UnboundedBackoff: a call that fails for want of a connection is made again
	// after waits that double without bound (FLINK-38499).
	UnboundedBackoff
	// KeepWatches: who no longer follows a job's leader leaves its watch behind
	// (FLINK-33053).
	KeepWatches
	// AddBeyondOffice: the transaction that makes a pointer, and whose reply was lost, is
	// made again though its maker has lost its office meanwhile. No issue tells of it,
	// and no release is without it (doc/findings/flink-dangling-pointer.md).
	AddBeyondOffice
)

// Bugs are mistakes that we plant; nobody ever released them.
type Bugs uint32

// The bugs.
const (
	// SinkKeyedByAttempt: the znode sink names what it commits by the attempt.
	SinkKeyedByAttempt Bugs = 1 << iota
	// CommitBeforeCheckpoint: the sink commits when its part of a checkpoint is
	// taken, not when the checkpoint is complete.
	CommitBeforeCheckpoint
	// LatchIgnoresSession: a latch goes on believing in its znode when its session
	// is over.
	LatchIgnoresSession
	// CounterResets: each leader counts checkpoints from 1 again.
	CounterResets
	// DropUncertainState: as DiscardUncertain.
	DropUncertainState
	// WindowsOutsideState: what a window has added up so far is not in the
	// checkpoint, so a restart loses it.
	WindowsOutsideState
	// BarrierByAttempt: a task makes its znode at the barrier under a name with the
	// attempt in it, so each restart lets it arrive once more.
	BarrierByAttempt
)

var bugs = []struct {
	name string
	bug  Bugs
}{
	{"sink-keyed-by-attempt", SinkKeyedByAttempt},
	{"commit-before-checkpoint", CommitBeforeCheckpoint},
	{"latch-ignores-session", LatchIgnoresSession},
	{"counter-resets", CounterResets},
	{"drop-uncertain-state", DropUncertainState},
	{"windows-outside-state", WindowsOutsideState},
	{"barrier-by-attempt", BarrierByAttempt},
}

var variants = []struct {
	name   string
	quirks Quirks
}{
	{"curator-5.3.0", ResetOnGap},
	{"curator-5.4.0", OwnByName | StayWithoutPath},
	{"flink-10052", NeverTolerate},
	{"flink-14091", StuckCounter},
	{"flink-18677", TasksOutlive},
	{"flink-19557", NoSecondWord},
	{"flink-21928", ForgetResults},
	{"flink-22494", DiscardUncertain | DiscardOnRetry},
	{"flink-24543", DiscardOnRetry},
	{"flink-26068", ReplaceOnce},
	{"flink-33053", KeepWatches},
	{"flink-38499", UnboundedBackoff},
	{"flink-2.3.0", AddBeyondOffice},
	{Newest, 0},
}

// Newest is the variant without quirks: Curator as Flink 2.3.0 has it, and what is open
// in that release repaired. What is open is in flink-2.3.0.
const Newest = "curator-5.9.0"

// VariantNames lists the variants. Those that bear an issue's name are as Flink
// was before the issue was repaired.
func VariantNames() []string {
	var names []string
	for _, v := range variants {
		names = append(names, v.name)
	}
	return names
}

// VariantNamed gives a variant's quirks, those of Newest for "".
func VariantNamed(name string) (Quirks, bool) {
	for _, v := range variants {
		if v.name == name {
			return v.quirks, true
		}
	}
	return 0, name == ""
}

// BugNames lists the bugs that can be planted.
func BugNames() []string {
	var names []string
	for _, b := range bugs {
		names = append(names, b.name)
	}
	return names
}

// BugNamed is the bug of that name, none for "".
func BugNamed(name string) (Bugs, bool) {
	i := slices.IndexFunc(bugs[:], func(b struct {
		name string
		bug  Bugs
	},
	) bool {
		return b.name == name
	})
	if i < 0 {
		return 0, name == ""
	}
	return bugs[i].bug, true
}
