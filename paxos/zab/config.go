package zab

import (
	"cmp"

	"github.com/schismlab/schism/paxos"
)

// Config is what does not change while a server lives. Machines share it.
type Config struct {
	ID      paxos.ID
	Servers int
	// Observers are those of the servers that, in the first configuration, follow and
	// serve, and neither vote nor count for a quorum.
	Observers paxos.Set
	// Spares are those that are in no configuration at first.
	Spares paxos.Set
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
	// LastCounter is the last counter of an epoch, 0 for ZooKeeper's own,
	// 0xfffffffe: a leader that has used it begins an election.
	LastCounter uint32
	// Empty is the state before the first transaction.
	Empty paxos.State
	Bugs  Bugs
	// Quirks are what the release that is modelled does otherwise.
	Quirks Quirks
}

// lastCounter is by default ZooKeeper's: 0xffffffff is never given away
// (ZOOKEEPER-1277).
func (c *Config) lastCounter() uint32 { return cmp.Or(c.LastCounter, 0xfffffffe) }
