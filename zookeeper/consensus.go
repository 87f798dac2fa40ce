package zookeeper

import "github.com/schismlab/schism/paxos"

// Consensus is what a Server needs of the protocol that orders its transactions:
// a machine as package paxos describes it, and what it says of itself. It is
// zab.Server, or multi.Server with one proposal outstanding: transactions are
// results, so each must be applied to the state that it was made for.
type Consensus interface {
	Step(ev *paxos.Event, out *paxos.Effects)
	// Propose begins a transaction and gives the zxid it will have, or 0 when there
	// is none left and the leader has stepped down. It may be called only on a leader
	// that serves.
	Propose(cmd paxos.Command, out *paxos.Effects) paxos.Zxid
	// Database is what was applied so far.
	Database() paxos.DB
	// Pending is the number of transactions proposed and not yet applied,
	// LastProposed the zxid of the last of them, or of the last applied.
	Pending() int
	LastProposed() paxos.Zxid
	// Role is what this server is, as it sees itself; Epoch that of the leader it
	// is or follows. Serves says whether clients may be served.
	Role() paxos.Role
	Epoch() uint32
	Serves() bool
	// LeaderConn is the leader, and how to reach it, while this server follows
	// and serves; LearnerConn says whether what came from a server in that way is
	// to be taken as a learner's.
	LeaderConn() (leader paxos.ID, conn paxos.Conn, follows bool)
	LearnerConn(from paxos.ID, conn paxos.Conn) bool
}

// Config is what does not change while a server lives. Machines share it.
type Config struct {
	ID paxos.ID
	// Tick is ZooKeeper's tickTime in nanoseconds.
	Tick int64
	// Timer is the number of the consensus's timer that fires each half tick.
	Timer uint8
	// OwnTimer: the consensus has no such timer, and the server sets it itself.
	OwnTimer bool
	// BareCheck: a check outside of a multi becomes a transaction, which no server
	// can read back (ZOOKEEPER-2623; until 3.8.4 and 3.9.2).
	BareCheck bool
	// OneWatchMode: a watch takes the place of one of another mode that the client
	// has on the same znode (ZOOKEEPER-4466; 3.6 to 3.8).
	OneWatchMode bool
}
