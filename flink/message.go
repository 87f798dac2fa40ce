package flink

import "github.com/schismlab/schism/paxos"

// word is the kind of a message between a JobManager and a TaskManager.
type word uint8

const (
	register   word = iota + 1 // TaskManager → JobManager: I am here
	registered                 // JobManager → TaskManager: you are mine
	heartbeat                  // JobManager → TaskManager, and back
	deploy                     // JobManager → TaskManager: run these tasks
	running                    // TaskManager → JobManager: they run
	cancel                     // JobManager → TaskManager: stop all tasks
	failed                     // TaskManager → JobManager: the attempt has failed
	barrier                    // JobManager → TaskManager: take your part of checkpoint ckpt
	ack                        // TaskManager → JobManager: a subtask's part
	complete                   // JobManager → TaskManager: ckpt is complete
	ended                      // TaskManager → JobManager: the tasks have taken the last checkpoint, and committed
	runShort                   // JobManager → TaskManager: run a task of short job number attempt
	shortDone                  // TaskManager → JobManager: it has ended
	shortOver                  // JobManager → TaskManager: the short job is over
)

// message is what Flink's processes say to each other. It is lost on a link that
// is cut. Whoever gets one with another token than that of the leader it knows
// drops it: that is what fencing tokens are for.
type message struct {
	word    word
	token   string
	job     int // its number; 0 where a message is about none
	attempt int
	ckpt    int64
	tasks   []snapshot // deploy: where they begin
	part    snapshot   // ack
	final   bool       // barrier: nothing comes after this checkpoint
}

// beat is a message that is sent over and over, so it is made once.
func beat(token string) *message { return &message{word: heartbeat, token: token} }

// send sends a message over no connection: it keeps its place among those to the
// same process, and is lost when the link is cut.
func send(out *paxos.Effects, to paxos.ID, m message) {
	out.Send(to, 0, paxos.RPC).Body = &m
}

// snapshot is what a checkpoint keeps of one subtask: how far its source has
// read, and which parts its sink has still to commit.
type snapshot struct {
	subtask int
	read    int   // the number of the last record read, -1 none
	config  int32 // the version of the last configuration read, -1 none
	pending []Part
	// round is the last round of the barrier that it has arrived at, 0 none.
	round int
	monitor
}
