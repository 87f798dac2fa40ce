package multi

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// Config is what does not change while a server lives. Machines share it.
type Config struct {
	ID paxos.ID
	// Members are the servers that choose from slot 1 on, until a Reconfigure.
	Members paxos.Set
	// Alpha is the window: a change of members in slot i is in force from slot
	// i+Alpha on, and no slot is proposed Alpha or more beyond the last applied.
	// At least 1, the same on all servers.
	Alpha int
	// Outstanding is how many of its own proposals a leader has under way at a
	// time, 1 to Alpha. With 1 the order in which it proposes is kept for good;
	// with more a new leader may keep a later one and lose an earlier.
	Outstanding int
	// Heartbeat, Timeout and Lease are in nanoseconds. A leader speaks each
	// Heartbeat; a server that hears none for Timeout, and a quarter of it for its
	// number, wants to lead. Timeout is at least four Heartbeats.
	Heartbeat, Timeout int64
	// Lease is for how long a server that hears its leader promises nobody else
	// anything; 0 is no leases. At least four Heartbeats, at most Timeout.
	Lease int64
	// SnapEvery is the number of slots between two snapshots, and Keep how many
	// slots before a snapshot stay in the log, for those that lag.
	SnapEvery, Keep int
	// Empty is the state before the first slot.
	Empty paxos.State
	Bugs  Bugs
}

// check panics on a configuration that no caller can mean.
func (c *Config) check() {
	switch {
	case !c.ID.IsServer():
		panic(fmt.Sprintf("multi: %d is no server", c.ID))
	case c.Alpha < 1 || c.Outstanding < 1 || c.Outstanding > c.Alpha:
		panic(fmt.Sprintf("multi: Alpha %d and Outstanding %d: want 1 <= Outstanding <= Alpha", c.Alpha, c.Outstanding))
	case c.Heartbeat <= 0 || c.Timeout < 4*c.Heartbeat:
		panic(fmt.Sprintf("multi: Heartbeat %d and Timeout %d: want at least four heartbeats in a timeout", c.Heartbeat, c.Timeout))
	case c.Lease != 0 && (c.Lease < 4*c.Heartbeat || c.Lease > c.Timeout):
		panic(fmt.Sprintf("multi: Lease %d: want 0, or four heartbeats to Timeout", c.Lease))
	case c.SnapEvery < 1 || c.Keep < 0 || c.Empty == nil:
		panic(fmt.Sprintf("multi: SnapEvery %d, Keep %d, Empty %v", c.SnapEvery, c.Keep, c.Empty))
	}
}

// wait is the time until this server wants to lead. It differs by server, and
// doubles with each attempt, so that one of two rivals gets its time.
func (c *Config) wait(tries int) int64 {
	return c.Timeout<<min(tries, 3) + int64(c.ID)*c.Timeout/4
}

// patience is for how many heartbeats a leader does without a quorum.
func (c *Config) patience() uint32 { return uint32(c.Timeout / c.Heartbeat) }

// leaseRounds is how many heartbeats after the one that a quorum has answered a
// leader still holds its lease. It counts from when that one was sent; the tenth
// that it leaves is for clocks that run at different speeds.
func (c *Config) leaseRounds() uint32 {
	if c.Lease == 0 {
		return 0
	}
	return uint32(c.Lease*9/10/c.Heartbeat) - 1
}

// Bugs is a set of planted bugs.
type Bugs uint32

// The planted bugs. Each breaks one thing that safety or progress stands on.
const (
	// PrepareMinority: one promise short of a quorum is enough to lead.
	PrepareMinority Bugs = 1 << iota
	// CommitMinority: one acceptance short of a quorum is enough to commit.
	CommitMinority
	// ForgetPromise: a promise is not written to disk.
	ForgetPromise
	// ForgetAccepted: an accepted value is not written to disk.
	ForgetAccepted
	// AnswerFirst: the answer is sent before the write.
	AnswerFirst
	// AcceptBelowPromise: an acceptor accepts below its promise.
	AcceptBelowPromise
	// IgnoreAccepted: a new leader fills with no-ops what others have accepted.
	IgnoreAccepted
	// AdoptLowest: of the values accepted, that of the lowest ballot is taken over.
	AdoptLowest
	// SkipNoOps: gaps are left as they are.
	SkipNoOps
	// StaleLeader: a leader goes on although a higher ballot was promised.
	StaleLeader
	// CountOldAccepted: acceptances of earlier ballots count.
	CountOldAccepted
	// CumulativeAccept: an acceptance counts for all slots below, as if messages
	// kept their order.
	CumulativeAccept
	// CommitAnyBallot: told that slots up to one are chosen, a follower applies
	// what it has accepted there, in whatever ballot.
	CommitAnyBallot
	// MembersAtOnce: a change of members is in force with the next slot.
	MembersAtOnce
	// SnapshotForgetsMembers: a snapshot holds the first members.
	SnapshotForgetsMembers
	// TruncateTail: a snapshot drops the whole log on disk, also what is not yet
	// chosen.
	TruncateTail
	// ReuseBallots: after a crash rounds begin anew.
	ReuseBallots
	// ServeEarly: a leader takes proposals before it has applied what it found.
	ServeEarly
	// LeaseFromAnswer: a lease counts from when the answers came.
	LeaseFromAnswer
	// BootWithoutWaiting: a restarted server forgets that it had granted a lease.
	BootWithoutWaiting
	// NeverCatchUp: a server that has missed something does not ask for it.
	NeverCatchUp
)

// bugNames are in the order of the constants.
var bugNames = paxos.Switches{
	"prepare-minority", "commit-minority", "forget-promise", "forget-accepted", "answer-first", "accept-below-promise",
	"ignore-accepted", "adopt-lowest", "skip-no-ops", "stale-leader", "count-old-accepted", "cumulative-accept",
	"commit-any-ballot", "members-at-once", "snapshot-forgets-members", "truncate-tail", "reuse-ballots", "serve-early",
	"lease-from-answer", "boot-without-waiting", "never-catch-up",
}

// BugNames lists the planted bugs.
func BugNames() []string { return bugNames }

// BugNamed is the bug of that name, and whether there is one. The empty name is
// no bug.
func BugNamed(name string) (Bugs, bool) {
	bit, ok := bugNames.Bit(name)
	return Bugs(bit), ok
}

func (b Bugs) has(bug Bugs) bool { return b&bug != 0 }

func (b Bugs) String() string { return bugNames.List(uint64(b)) }
