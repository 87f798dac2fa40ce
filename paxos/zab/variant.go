package zab

import "strings"

// Quirks is a set of behaviours that releases of ZooKeeper had, or have, and
// that their issues ask to be changed. Each is read where the thing is decided,
// and nowhere else.
type Quirks uint16

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
)

var quirkNames = []string{
	"epoch-before-log", "keep-late-snapshot", "keep-unsaved-snap", "forget-pending", "leak-log-queue", "hole-in-committed-log",
	"diff-without-trunc",
}

// variants are protocol versions, the newest last.
var variants = []struct {
	name   string
	quirks Quirks
}{
	{"zk-3.3.3", EpochBeforeLog | KeepLateSnapshot | KeepUnsavedSnap | ForgetPending | LeakLogQueue | DiffWithoutTrunc},
	{"zk-3.4.10", EpochBeforeLog | KeepLateSnapshot | KeepUnsavedSnap | ForgetPending | LeakLogQueue},
	{"zk-3.4.14", EpochBeforeLog | KeepLateSnapshot | KeepUnsavedSnap | LeakLogQueue},
	{"zk-3.5.5", EpochBeforeLog | KeepLateSnapshot | KeepUnsavedSnap | LeakLogQueue},
	{"zk-3.7.1", EpochBeforeLog | KeepLateSnapshot | LeakLogQueue},
	{"zk-3.8.0", EpochBeforeLog | KeepLateSnapshot | LeakLogQueue},
	{"zk-3.8.6", KeepLateSnapshot | LeakLogQueue},
	{"zk-3.9.3", KeepLateSnapshot | HoleInCommittedLog},
	{"zk-3.9.5", KeepLateSnapshot},
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
func (q Quirks) String() string {
	var names []string
	for i, n := range quirkNames {
		if q>>i&1 == 1 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ",")
}
