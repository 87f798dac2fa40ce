package paxos

import "strconv"

// Kind is the type of a message.
type Kind uint8

// The messages. Those from Notification to Inform go between servers and have
// ZooKeeper's names (Leader.java, FastLeaderElection.java); those from Connect
// to SetWatches go between a client and its server; those after them are of the
// Paxos machines.
const (
	Notification Kind = iota + 1 // a vote, or the answer of one who is not looking
	FollowerInfo                 // learner → leader: my accepted epoch
	LeaderInfo                   // leader → learner: the new epoch
	AckEpoch                     // learner → leader: accepted; my current epoch and last zxid
	Diff                         // leader → learner: what you miss follows
	Trunc                        // leader → learner: cut your log back to this zxid
	Snap                         // leader → learner: the whole state
	Proposal                     // leader → learner: log this
	Ack                          // learner → leader: logged
	Commit                       // leader → learner: apply
	NewLeader                    // leader → learner: all sent, my epoch begins here
	UpToDate                     // leader → learner: serve
	Ping                         // leader → learner and back, with the sessions heard of
	Request                      // learner → leader: a client's write
	Sync                         // learner → leader and back
	Revalidate                   // learner → leader and back: is this session alive?
	ObserverInfo                 // observer → leader: my accepted epoch
	Inform                       // leader → observer: this is committed, log it and apply it
	// The next two are of a commit that puts a new configuration in force; Leader is
	// who shall lead from then on.
	CommitAndActivate
	InformAndActivate

	Connect    // client → server: open or take up a session
	Connected  // server → client: its session, or that it is over
	Call       // client → server
	Reply      // server → client
	WatchEvent // server → client
	ClientPing // client → server and back
	SetWatches // client → server: watches to be set again

	// The messages of paxos/synod and paxos/multi, in Lamport's words.

	Prepare     // proposer → acceptor: promise me the ballot Epoch
	Promise     // acceptor → proposer: promised; what I have accepted
	AcceptValue // proposer → acceptor: accept Cmd in the ballot Epoch
	Accepted    // acceptor → proposer: accepted, on disk
	Learn       // to learners: this was chosen
	Reject      // acceptor → proposer: I have promised the ballot Epoch
	CatchUp     // learner → leader: I lack what was chosen after Zxid

	RPC // between processes of package flink: Body says what
)

var kindNames = [...]string{
	Notification: "NOTIFICATION", FollowerInfo: "FOLLOWERINFO", LeaderInfo: "LEADERINFO", AckEpoch: "ACKEPOCH", Diff: "DIFF", Trunc: "TRUNC",
	Snap: "SNAP", Proposal: "PROPOSAL", Ack: "ACK", Commit: "COMMIT", NewLeader: "NEWLEADER", UpToDate: "UPTODATE", Ping: "PING",
	Request: "REQUEST", Sync: "SYNC", Revalidate: "REVALIDATE", ObserverInfo: "OBSERVERINFO", Inform: "INFORM", Connect: "CONNECT", Connected: "CONNECTED", Call: "CALL", Reply: "REPLY",
	WatchEvent: "EVENT", ClientPing: "CLIENTPING", SetWatches: "SETWATCHES",
	CommitAndActivate: "COMMITANDACTIVATE", InformAndActivate: "INFORMANDACTIVATE",
	Prepare: "PREPARE", Promise: "PROMISE", AcceptValue: "ACCEPT", Accepted: "ACCEPTED", Learn: "LEARN", Reject: "REJECT", CatchUp: "CATCHUP", RPC: "RPC",
}

func (k Kind) String() string {
	if int(k) < len(kindNames) && k != 0 {
		return kindNames[k]
	}
	return "kind" + strconv.Itoa(int(k))
}

// Conn numbers a connection; 0 is none. Numbers are not used again in a run.
type Conn uint32

// Message is what one process says to another. Which fields count depends on
// its Kind. What its pointers refer to never changes.
type Message struct {
	Kind     Kind
	Role     Role // Notification: what the sender is
	OK       bool // Revalidate: alive
	From, To ID
	Leader   ID // Notification: whom the sender votes for, or follows
	Conn     Conn
	// Epoch is the peer epoch of a vote, the epoch proposed or accepted.
	Epoch uint32
	// Round is a notification's logical clock.
	Round uint32
	Zxid  Zxid
	Cmd   Command // Proposal
	DB    *DB     // Snap
	// Members is a configuration: FollowerInfo, ObserverInfo, Notification: the one in
	// force at the sender; NewLeader: the last that the leader has seen; UpToDate: the
	// one in force.
	Members *Members
	// Session and Body belong to the layer above: a client's request and reply.
	Session int64
	Body    any
}

// Role is what a server is, as it sees itself.
type Role uint8

// The roles, with ZooKeeper's names (QuorumPeer.ServerState).
const (
	Looking Role = iota
	Following
	Leading
)

func (r Role) String() string { return [...]string{"looking", "following", "leading"}[r] }
