package paxos

// EventKind is the type of an Event.
type EventKind uint8

// The events that a machine takes.
const (
	// Boot is the first event after New.
	Boot EventKind = iota + 1
	// Arrived: Msg has arrived. It belongs to the caller when Step returns.
	Arrived
	// Fired: timer Timer has run out.
	Fired
	// Logged: all entries up to Zxid that were appended are on disk.
	Logged
	// Dialled: From has dialled; answer with Accept or Close of Conn.
	Dialled
	// Opened: From has accepted the connection Conn that this machine dialled.
	Opened
	// Closed: the connection Conn with From has ended or could not be made.
	Closed
)

// Event is what happens to a machine.
type Event struct {
	Kind  EventKind
	Timer uint8
	From  ID
	Conn  Conn
	Zxid  Zxid
	Msg   *Message
}

// EffectKind is the type of an Effect.
type EffectKind uint8

// The effects, in which Index points into the slice of that kind in Effects.
const (
	Send       EffectKind = iota + 1 // Msgs[Index]
	Dial                             // to To; Opened or Closed will follow
	Accept                           // the connection Conn
	Close                            // the connection Conn
	SetTo                            // timer Index fires After ticks of a nanosecond from now
	Persist                          // Writes[Index], before anything else happens
	Background                       // Writes[Index], by a thread of its own: nothing waits for it
	Append                           // Entries[Index] to the log's queue
	Tell                             // Notes[Index], to whoever observes
	Exit                             // end this process: it has met what it cannot go on with
)

// Effect is one thing that a step wants done.
type Effect struct {
	Kind  EffectKind
	To    ID
	Conn  Conn
	Index int32
	After int64 // nanoseconds
}

// WriteKind is what a Persist effect writes.
type WriteKind uint8

// The writes.
const (
	AcceptedEpoch  WriteKind = iota + 1 // the file acceptedEpoch := Epoch
	CurrentEpoch                        // the file currentEpoch := Epoch
	SaveSnapshot                        // a snapshot file of DB
	TruncateLog                         // the log loses what is after Zxid, and snapshots later than it
	Drain                               // nothing: wait until the log's queue is on disk
	SaveScan                            // a snapshot file of DB, which was read while transactions went on
	PromisedBallot                      // Paxos: the ballot promised := Epoch
	AcceptedBallot                      // Paxos: slot Zxid holds Cmd, accepted in the ballot Epoch
	NextConfig                          // the file of the configuration last seen := Members
	ActiveConfig                        // the file of the configuration in force := Members
)

var writeNames = [...]string{AcceptedEpoch: "acceptedEpoch", CurrentEpoch: "currentEpoch", SaveSnapshot: "snapshot", TruncateLog: "truncate", Drain: "drain", SaveScan: "snapshot", PromisedBallot: "promised", AcceptedBallot: "accepted", NextConfig: "nextConfig", ActiveConfig: "activeConfig"}

func (w WriteKind) String() string { return writeNames[w] }

// Write is a synchronous write.
type Write struct {
	Kind  WriteKind
	Epoch uint32
	Zxid  Zxid
	Cmd   Command // AcceptedBallot
	DB    DB
	// Members is for NextConfig and ActiveConfig, whose version is Zxid, too.
	Members *Members
}

// NoteKind is what a Note is about.
type NoteKind uint8

// The notes.
const (
	RoleChanged NoteKind = iota + 1 // Role, Epoch, DB position
	Serving                         // clients are served from now on; as leader of Epoch or as its follower
	Proposed                        // leader proposed Zxid; Paxos: Chain is the digest of the value
	Applied                         // Zxid applied; Chain
	Restored                        // the database was replaced: DB position, Text where from
	Truncated                       // the history was cut back to Zxid, Chain
	Voted                           // looking: the vote is now for Leader, with Zxid and Epoch, in Round
	Threw                           // Text ended what the server did, at Msg (a message's kind, or start) of Zxid
	Configured                      // the configuration Members was last seen (Text proposed) or is in force (active)
)

// Note is something that an observer may want to know.
type Note struct {
	Kind  NoteKind
	Role  Role
	Epoch uint32
	Zxid  Zxid
	Chain uint64
	// Leader and Round are those of a vote.
	Leader ID
	Round  uint32
	Msg    string
	Text   string
	// Members are those of Configured.
	Members *Members
}

// Effects collects what a step wants done. It is reused: Reset keeps its memory.
type Effects struct {
	List    []Effect
	Msgs    []Message
	Writes  []Write
	Entries []Entry
	Notes   []Note
	// Applied are the transactions that the step has applied, in order, each with
	// the database right after it. They are for the layer above the protocol,
	// which answers clients.
	Applied []Outcome
}

// Outcome is a transaction and the database right after it.
type Outcome struct {
	Entry Entry
	DB    DB
}

// Reset empties e.
func (e *Effects) Reset() {
	e.List, e.Msgs, e.Writes, e.Entries, e.Notes = e.List[:0], e.Msgs[:0], e.Writes[:0], e.Entries[:0], e.Notes[:0]
	e.Applied = e.Applied[:0]
}

// Send asks for m to be sent to m.To, and gives it for filling in.
func (e *Effects) Send(to ID, conn Conn, kind Kind) *Message {
	e.List = append(e.List, Effect{Kind: Send, Index: int32(len(e.Msgs))})
	e.Msgs = append(e.Msgs, Message{Kind: kind, To: to, Conn: conn})
	return &e.Msgs[len(e.Msgs)-1]
}

// Dial asks for a connection to the given process.
func (e *Effects) Dial(to ID) { e.List = append(e.List, Effect{Kind: Dial, To: to}) }

// Accept accepts a connection.
func (e *Effects) Accept(c Conn) { e.List = append(e.List, Effect{Kind: Accept, Conn: c}) }

// Close ends a connection.
func (e *Effects) Close(c Conn) { e.List = append(e.List, Effect{Kind: Close, Conn: c}) }

// SetTimer makes the timer fire in ns nanoseconds, and not when it would have.
func (e *Effects) SetTimer(timer uint8, ns int64) {
	e.List = append(e.List, Effect{Kind: SetTo, Index: int32(timer), After: ns})
}

// Persist asks for a synchronous write.
func (e *Effects) Persist(w Write) {
	e.List = append(e.List, Effect{Kind: Persist, Index: int32(len(e.Writes))})
	e.Writes = append(e.Writes, w)
}

// Background asks for a write that nothing waits for.
func (e *Effects) Background(w Write) {
	e.List = append(e.List, Effect{Kind: Background, Index: int32(len(e.Writes))})
	e.Writes = append(e.Writes, w)
}

// Append hands an entry to the log's queue.
func (e *Effects) Append(entry Entry) {
	e.List = append(e.List, Effect{Kind: Append, Index: int32(len(e.Entries))})
	e.Entries = append(e.Entries, entry)
}

// Exit asks for the end of the process.
func (e *Effects) Exit() { e.List = append(e.List, Effect{Kind: Exit}) }

// Tell tells observers.
func (e *Effects) Tell(n Note) {
	e.List = append(e.List, Effect{Kind: Tell, Index: int32(len(e.Notes))})
	e.Notes = append(e.Notes, n)
}
