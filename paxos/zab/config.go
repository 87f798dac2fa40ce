package zab

import "github.com/schismlab/schism/paxos"

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
	// Readable says whether a transaction can be read back from a log or a
	// proposal; nil: each can.
	Readable func(paxos.Command) bool
	// Empty is the state before the first transaction.
	Empty paxos.State
	Bugs  Bugs
	// Quirks are what the release that is modelled does otherwise.
	Quirks Quirks
}

func (c *Config) quorum() int { return c.Servers/2 + 1 }
