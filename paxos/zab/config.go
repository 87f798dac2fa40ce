package zab

import (
	"strings"

	"github.com/schismlab/schism/paxos"
)

// Config is what does not change while a server lives. Machines share it.
type Config struct {
	ID      paxos.ID
	Servers int
	// Tick is ZooKeeper's tickTime in nanoseconds. InitLimit and SyncLimit count
	// ticks.
	Tick                 int64
	InitLimit, SyncLimit int
	// CommittedLog is how many transactions a leader remembers in order to send
	// them to a server that lags; one that lags more gets the whole state
	// (ZKDatabase.commitLogCount, 500 there).
	CommittedLog int
	// SnapEvery is the number of transactions between two snapshots (snapCount).
	SnapEvery int
	// Empty is the state before the first transaction.
	Empty paxos.State
	Bugs  Bugs
	// Quirks are what the release that is modelled does otherwise.
	Quirks Quirks
}

func (c *Config) quorum() int { return c.Servers/2 + 1 }

// Bugs is a set of planted bugs.
type Bugs uint16

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
)

// bugNames are in the order of the constants.
var bugNames = []string{"ack-before-sync", "minority-commit", "skip-truncate", "stale-epoch-vote", "out-of-order-delivery", "deposed-leader-write", "lose-log-tail"}

// BugNames lists the planted bugs.
func BugNames() []string { return bugNames }

// BugNamed is the bug of that name, and whether there is one.
func BugNamed(name string) (Bugs, bool) {
	for i, n := range bugNames {
		if n == name {
			return 1 << i, true
		}
	}
	return 0, name == ""
}

func (b Bugs) has(bug Bugs) bool { return b&bug != 0 }

func (b Bugs) String() string {
	var names []string
	for i, n := range bugNames {
		if b>>i&1 == 1 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ",")
}
