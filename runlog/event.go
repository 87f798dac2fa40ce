package runlog

// Kind is what an event is about.
type Kind uint8

// The kinds, and the fields that each uses beside T and Cause.
const (
	// Start: server Node's process runs. Crash: it ended. Pause, Resume.
	Start Kind = iota + 1
	Crash
	Pause
	Resume
	// Role: server Node is now Text (looking, following, leading, serving), in
	// Epoch, with last Zxid and the digest Chain of its whole history. "serving"
	// means that clients are served.
	Role
	// Send, Recv, Drop: Node sent Msg to Peer, got it from Peer, or it was lost
	// on the way. Zxid and Epoch are the message's. Only in the model.
	Send
	Recv
	Drop
	// Write: Node began to write Text (currentEpoch, acceptedEpoch, log,
	// snapshot, truncate), Epoch or Zxid; for the log, Chain is the digest of the
	// log with it. Synced: that is on its disk. Model.
	Write
	Synced
	// Propose: leader Node proposed Zxid (Paxos: as Epoch, a value of digest Chain). Apply: Node applied the committed
	// Zxid; Chain is the digest of its history up to it. Model.
	Propose
	Apply
	// Restore: Node's state is now the history up to Zxid with digest Chain,
	// taken from Text (disk, snap, diff). Truncate: cut back to Zxid. Model.
	Restore
	Truncate
	// Vote: Node, which is looking, now votes for Peer, whose history ends at Zxid
	// in Epoch, in round Num. Threw: an exception, Text, ended what Node did, while
	// it handled Msg (a message's type, or start) of Zxid. Vote: model; Threw: of
	// real servers only as far as their logs tell, and without Zxid.
	Vote
	Threw
	// Members: Node knows the configuration of version Zxid, whose voters are Servers and
	// whose observers, by name, Kids; it is Text: proposed, or active. Model.
	Members
	// Reconfig: what step Num asked for was answered: Out, Err, and the Zxid of the
	// answer.
	Reconfig
	// Step: step number Num, Text, is in force; Servers are those it was
	// resolved to, and With the processes of Flink.
	Step
	// LinkState: what Node sends to Peer now fares as Text: up, cut, or slow
	// with its parameters.
	LinkState
	// Conn: client Client is connected to Node with Session. Lost: it no longer
	// is. Expired: its session is over, by the client's own word.
	Conn
	Lost
	Expired
	// Call: Client begins call Num: Op, Path, Data, Version, Mode, Parts. Op is
	// one of ZooKeeper's (get, set, create, delete, exists, children, sync,
	// multi, addWatch, removeWatches) or of a recipe's (OpAcquire and those after it).
	// Ret: it ended with Out and Err, and what the reply showed.
	Call
	Ret
	// Watch: Client was told that Path was changed, as Text says. Mode is Renewed
	// when it came while the client was setting its watches anew after it had
	// reconnected: the server then tells of what it finds, also if the client has
	// seen it meanwhile.
	Watch
	// Await: what step Num awaited has come.
	Await
	// Ready: the ensemble is healthy: Node leads in Epoch and all follow; Text
	// says at which point of the run.
	Ready
	// Begin: the clients start. Done: they have stopped.
	Begin
	Done
	// Txn: at the end, Servers have in their transaction logs under Zxid what
	// request Num of Session became: Op (error with Err if it was refused), Path,
	// Data, Version and Parts; Mode is that of a create, Kids what went with a
	// session that was closed. Real worlds.
	Txn
	// Final: at the end, server Node holds Path with Data, Version, Czxid,
	// Mzxid, Owner. Tree: that was all: Num znodes, as of Zxid.
	Final
	Tree
	// Violated: an invariant that is watched while the run goes on was broken;
	// Msg is its name, Text says how.
	Violated
	// End is the last event. Text is "" or why the run could not go on.
	End
)

var kindNames = [...]string{
	Start: "start", Crash: "crash", Pause: "pause", Resume: "resume", Role: "role", Send: "send", Recv: "recv", Drop: "drop",
	Write: "write", Synced: "synced", Propose: "propose", Apply: "apply", Restore: "restore", Truncate: "truncate", Vote: "vote", Threw: "threw",
	Members: "members", Reconfig: "reconfig",
	Step: "step", LinkState: "link", Conn: "conn", Lost: "lost", Expired: "expired", Call: "call", Ret: "ret", Watch: "watch",
	Await: "await", Ready: "ready", Begin: "begin", Done: "done", Txn: "txn", Final: "final", Tree: "tree", Violated: "violated", End: "end",
	Grant: "grant", Revoke: "revoke", LeaderInfo: "leaderinfo", Latch: "latch", JobState: "job", Checkpoint: "checkpoint",
	Pointer: "pointer", Counter: "counter", Output: "output", Config: "config", Watches: "watches", Drained: "drained",
	Tasks:  "tasks",
	Window: "window", Alert: "alert", Arrived: "arrived", Passed: "passed",
	Exit: "exit",
}

func (k Kind) String() string { return kindNames[k] }

// Renewed is the Mode of a Watch.
const Renewed = "renewed"

// The outcomes of a Ret.
const (
	OK      = "ok"
	Fail    = "fail"
	Unknown = "unknown"
)

// Event is one line of a log. Which fields count depends on its Kind.
type Event struct {
	T     int64 // nanoseconds since the run began
	Kind  Kind
	Cause int64 // number of an earlier event, 0 none

	Node   int // server, 1…; 0 none
	Peer   int // server, or for Recv and Send a client as -1-number
	Client int // client number plus 1 (c0 is 1), 0 none
	Num    int // call or step number, from 0; a count for Tree

	Msg   string
	Text  string
	Epoch uint32
	Zxid  uint64
	Chain uint64

	Session int64
	Op      string
	Path    string
	Data    string
	// Version is a znode version, or the guard of a call.
	Version  int32
	Cversion int32
	Mode     string // words: "ephemeral", "sequential", "watch", "recursive"
	Out      string
	Err      string // ZooKeeper's name of the error: NoNode, BadVersion
	Czxid    uint64
	Mzxid    uint64
	Pzxid    uint64
	Owner    int64
	Kids     []string
	Parts    []Part
	Servers  []int

	// Proc is a process of Flink, jm1 or tm2; With is the other one of two, or a
	// list of them, joined by commas, in a Step.
	Proc, With string
	// Of Flink's events alone: the fencing token of a leader, the job, attempt and
	// subtask of a task, and the number of a checkpoint.
	Token, Job       string
	Attempt, Subtask int
	Ckpt             int64
}

// Part is one part of a multi, and in a Ret its result.
type Part struct {
	Op      string
	Path    string
	Data    string
	Version int32
	Mode    string
	Err     string
}

// Header is the first line of a log.
type Header struct {
	Scenario string
	Seed     uint64
	World    string // sim, local, docker
	Protocol string // of the model, "" ZAB
	Variant  string // of the model, or the version of the real servers
	Bug      string
	Servers  int
	Clients  int
	// Session is the time-out of sessions, in nanoseconds: checks reckon with it
	// where one process may learn late of what others know. Checkpoint is the time
	// between two checkpoints of a Flink job, 0 if there is none.
	Session, Checkpoint int64
	// Tolerant: a JobManager keeps its office while its connection to ZooKeeper is
	// suspended.
	Tolerant bool
	// Application: the Flink cluster is in application mode.
	Application bool
	// Join is tickTime times initLimit, in nanoseconds: how long a server may take
	// to join a leader. What a check calls soon is a multiple of it.
	Join int64
	// Window is the length of the windows in which a Flink job adds up servers'
	// figures, in nanoseconds, 0 if it does not.
	Window int64
	// Parties is how many tasks arrive at each round of the barrier where jobs meet, 0
	// if there is none.
	Parties int
}
