package runlog

import "strings"

// The kinds that tell of a Flink cluster, and the fields that each uses beside
// T, Cause and Proc, the process that it is about. The kinds Start, Crash, Pause
// and Resume have a Proc in place of a Node, too; a Crash whose Text is not
// empty is a process that ended itself, and why. A LinkState has Proc or Node
// for where the link begins, With or Peer for where it ends.
//
// What a real world learns only by asking (LeaderInfo, Latch, Counter, Pointer),
// it writes when it saw it change; what is told by logs and by REST (Grant,
// Revoke, Job, Checkpoint), at the time when it was told.
const (
	// Grant: Proc leads from now on, by its own word, with the fencing token
	// Token. Revoke: it no longer does.
	Grant Kind = End + 1 + iota
	Revoke
	// LeaderInfo: ZooKeeper holds leader information of the component Path
	// (dispatcher, resource_manager, rest_server, job-…): address Data, Token,
	// Owner, Czxid, Mzxid, as of Zxid. Without a Token, it holds none.
	LeaderInfo
	// Latch: the children of the election's znode, in the order of their sequence
	// numbers, as of Zxid. A Part has the name as Path and the owner's session, in
	// hexadecimal (0x…), as Data.
	Latch
	// JobState: Job is now Text: created, running, restarting, suspended,
	// cancelled, finished or failed, by the word of Proc, which led with Token.
	// Attempt counts how often its tasks were started in this leadership.
	JobState
	// Checkpoint: checkpoint number Ckpt of Job was Text: triggered, completed (it
	// is in ZooKeeper, by the word of Proc), subsumed (the pointer was removed),
	// restored (tasks start from it; Ckpt 0 is the beginning), discarded (its state
	// was deleted) or declined. By Proc, which led with Token. A savepoint has
	// Mode SavepointMode.
	Checkpoint
	// Pointer: the znode Path points to the state of checkpoint Ckpt of Job (Ckpt 0:
	// to the job itself), and that state is Text: present, missing, or marked (the
	// pointer is marked for deletion, so it does not matter). As of Zxid.
	Pointer
	// Counter: the counter of Job's checkpoints in ZooKeeper holds Num, as of Zxid.
	Counter
	// Output: the sink of Job has committed a record: Data, read from the directory
	// Path, where its sequence number is Num. By subtask Subtask in Attempt, with
	// checkpoint Ckpt. One Output is one record in the output: who finds it there
	// twice writes it twice. The order of one Path is the order in the output.
	Output
	// Config: Job has emitted the config znode's Data, as of Version and Mzxid. One
	// Config is one in the output, as with Output.
	Config
	// Watches: server Node holds Num watches, as of Zxid (mntr).
	Watches
	// Drained: since the clients stopped, the job has read all that there is to
	// read, and has completed and committed a checkpoint triggered after that. Num
	// is that checkpoint. What is not in the output now never will be.
	Drained
	// Tasks: Proc, a TaskManager, runs Num tasks of Job from now on, those of Attempt
	// of the leader with Token; Num 0: it has stopped them. Model.
	Tasks
	// Window: Job has put out what window Num of the samples of Path, a server's
	// directory, adds up to: Data, as package zookeeper/figures writes it. One Window
	// is one in the output, as with Output.
	Window
	// Alert: Job has put out that with window Num the server of Path is in trouble,
	// Text raised, or no longer, cleared. Written when it was seen in the output.
	Alert
	// Arrived: ZooKeeper holds, as of Zxid, the znode Path by which a task of Job says
	// that it has arrived at round Num of the barrier where jobs meet, with checkpoint
	// Ckpt, which is complete. It was made at Czxid. Path ends with the task's name,
	// which begins with the job's.
	Arrived
	// Passed: the task that has the name at the end of Path has put out, in the output
	// of Job, that it has passed round Num of the barrier, and goes on. One Passed is
	// one in the output, as with Output. Czxid is when it was committed, 0 if the sink
	// is not in ZooKeeper.
	Passed
	// Exit: Proc, of a cluster in application mode, ended itself with the exit code 0:
	// it has done what it was there for, and nobody starts it again. Text are its last
	// words, in real worlds.
	Exit
)

// OfFlink says whether k tells of Flink alone.
func (k Kind) OfFlink() bool { return k >= Grant && k <= Exit }

// OfProcess says whether e is a process of Flink's that starts or ends, is stopped or
// goes on, or a link from or to one.
func (e *Event) OfProcess() bool {
	return e.Kind <= Resume && e.Proc != "" || e.Kind == LinkState && (e.Proc != "" || e.With != "")
}

// shows says whether events of kind k have the fields of znodes and calls.
func (k Kind) shows() bool { return k >= Conn && k <= Final || k.OfFlink() }

// The states of a JobState.
const (
	JobCreated    = "created"
	JobRunning    = "running"
	JobRestarting = "restarting"
	JobSuspended  = "suspended"
	JobCancelled  = "cancelled"
	JobFinished   = "finished"
	JobFailed     = "failed"
)

// JobOver says whether a job in that state has ended for good.
func JobOver(state string) bool {
	return state == JobCancelled || state == JobFinished || state == JobFailed
}

// EndsJob says whether e tells that a job has ended for good.
func (e *Event) EndsJob() bool { return e.Kind == JobState && JobOver(e.Text) }

// What a Checkpoint says.
const (
	Triggered = "triggered"
	Completed = "completed"
	Subsumed  = "subsumed"
	Restored  = "restored"
	Discarded = "discarded"
	Declined  = "declined"
)

// What a Pointer says of its state.
const (
	Present = "present"
	Missing = "missing"
	Marked  = "marked"
)

// JobName is a job's id, shortened for people: without leading zeros, or its beginning.
func JobName(id string) string {
	if short := strings.TrimLeft(id, "0"); len(short) < 8 {
		return short
	}
	return id[:min(8, len(id))]
}

// Party is the task that arrives or passes, by the name at the end of a path: its
// job's id and its number in it. What follows these does not make it another one.
func Party(path string) string {
	words := strings.SplitN(path[strings.LastIndexByte(path, '/')+1:], "-", 3)
	return strings.Join(words[:min(2, len(words))], "-")
}

// PartyText is the task that arrives or passes, for people.
func PartyText(path string) string {
	job, task, found := strings.Cut(Party(path), "-")
	if !found {
		return job
	}
	return "task " + task + " of job " + JobName(job)
}

// flink writes the fields that only Flink's events have.
func (o *object) flink(e *Event) {
	o.str("token", e.Token)
	o.str("job", e.Job)
	o.num("attempt", int64(e.Attempt))
	o.num("subtask", int64(e.Subtask))
	o.num("ckpt", e.Ckpt)
}

// flink takes a member that only Flink's events have; false if it is none.
func (d *decoder) flink(e *Event, key []byte) (bool, error) {
	switch string(key) {
	case "token":
		return true, d.text(&e.Token)
	case "job":
		return true, d.text(&e.Job)
	case "attempt":
		return true, decodeInt(d, &e.Attempt)
	case "subtask":
		return true, decodeInt(d, &e.Subtask)
	case "ckpt":
		return true, d.int(&e.Ckpt)
	}
	return false, nil
}

// SavepointMode is the Mode of a Checkpoint that somebody has asked for.
const SavepointMode = "savepoint"
