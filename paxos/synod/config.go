package synod

import "github.com/schismlab/schism/paxos"

// Config is what does not change while a server lives. Machines share it.
type Config struct {
	ID paxos.ID
	// Servers is how many there are, 1 to paxos.MaxServer.
	Servers int
	// Retry is how long, in nanoseconds, a proposer waits for a ballot to come to
	// something. It should be some round trips. It doubles with each attempt, up
	// to 32 times, and each server adds half of Retry for its number.
	Retry int64
	Bugs  Bugs
}

func (c *Config) quorum() int { return c.Servers/2 + 1 }

// wait is the time until the next ballot. Servers that wait alike would outbid
// one another for ever; the spread takes the place of a random draw, which a
// machine cannot make.
func (c *Config) wait(tries int) int64 {
	return c.Retry<<min(tries, 5) + int64(c.ID)*c.Retry/2
}

// Bugs is a set of planted bugs.
type Bugs uint32

// The planted bugs. Each breaks one thing that the proof stands on, or the one
// thing that progress stands on.
const (
	// PrepareMinority: one promise short of a quorum is enough.
	PrepareMinority Bugs = 1 << iota
	// AcceptMinority: one acceptance short of a quorum is enough.
	AcceptMinority
	// ForgetPromise: a promise is not written to disk.
	ForgetPromise
	// ForgetAccepted: an accepted value is not written to disk.
	ForgetAccepted
	// AnswerFirst: the answer is sent before the write.
	AnswerFirst
	// IgnoreAccepted: a proposer with a wish proposes it, whatever was accepted.
	IgnoreAccepted
	// AdoptLowest: of the values accepted, the one of the lowest ballot is taken
	// over.
	AdoptLowest
	// AcceptBelowPromise: an acceptor accepts below its promise.
	AcceptBelowPromise
	// PromiseLower: an acceptor promises what it is asked, also below its promise.
	PromiseLower
	// LazyPromise: accepting a ballot does not promise it.
	LazyPromise
	// HideAccepted: a promise does not tell what was accepted.
	HideAccepted
	// SharedBallots: ballots do not hold the server.
	SharedBallots
	// ReuseBallots: after a crash rounds begin anew.
	ReuseBallots
	// CountOldPromises: promises of earlier ballots count.
	CountOldPromises
	// CountOldAccepted: acceptances of earlier ballots count.
	CountOldAccepted
	// CountTwice: an acceptance that comes twice counts twice.
	CountTwice
	// LearnAccepted: a server takes what it has accepted for chosen.
	LearnAccepted
	// GiveUp: a proposer whose ballot fails does not begin another.
	GiveUp
)

// bugNames are in the order of the constants.
var bugNames = paxos.Switches{
	"prepare-minority", "accept-minority", "forget-promise", "forget-accepted", "answer-first", "ignore-accepted",
	"adopt-lowest", "accept-below-promise", "promise-lower", "lazy-promise", "hide-accepted", "shared-ballots", "reuse-ballots",
	"count-old-promises", "count-old-accepted", "count-twice", "learn-accepted", "give-up",
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
