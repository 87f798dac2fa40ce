package flink

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

const (
	jobDir = jobsDir + "/" + Job
	// CheckpointsDir holds the pointers of the checkpoints.
	CheckpointsDir = jobDir + "/checkpoints"
	checkpointsDir = CheckpointsDir
	// CounterPath holds the number of the next checkpoint.
	CounterPath = jobDir + "/checkpoint_id_counter"
	counterPath = CounterPath
)

// retained is how many completed checkpoints are kept
// (execution.checkpointing.num-retained).
const retained = 1

// checkpointLimit is how many ticks a checkpoint may take.
const checkpointLimit = 50

// coordinator is what a job master knows of its checkpoints
// (CheckpointCoordinator, DefaultCompletedCheckpointStore).
type coordinator struct {
	kept    []handle // completed, the oldest first
	pending *pendingCheckpoint
	// storing is the pointer that is being written.
	storing *handle
	wanted  bool // a savepoint
	// stopping: the next checkpoint is the last one.
	stopping bool
	// reconnects is what the JobManager had counted when the counter began to
	// listen to the connection.
	reconnects int
}

// pendingCheckpoint waits for the parts of all subtasks.
type pendingCheckpoint struct {
	ckpt      int64
	savepoint bool
	final     bool // the job ends with it
	parts     []snapshot
	got       int
	since     int // tick
}

func (m *coordinator) last() handle {
	if len(m.kept) == 0 {
		return handle{}
	}
	return m.kept[len(m.kept)-1]
}

// prepare puts the counter where it belongs: beyond the last checkpoint.
func (m *jobMaster) prepare(j *JobManager, then func()) {
	slices.SortFunc(m.kept, func(a, b handle) int { return int(a.ckpt - b.ckpt) })
	during := j.during()
	j.conn.ensure(during, []string{jobsDir, jobDir, checkpointsDir}, func() {
		j.conn.persist(during, create(counterPath, "1", false), func(*zookeeper.Reply) {
			j.conn.persist(during, get(counterPath, false), func(reply *zookeeper.Reply) {
				n, _ := strconv.ParseInt(reply.Data, 10, 64)
				least := m.last().ckpt + 1
				switch {
				case j.cfg.Bugs&CounterResets != 0:
					n = 1
				case n >= least:
					then()
					return
				default:
					n = least
				}
				j.conn.persist(during, set(counterPath, strconv.FormatInt(n, 10), -1), func(*zookeeper.Reply) { then() })
			})
		})
	})
}

// Savepoint asks a leader for a savepoint, as soon as no checkpoint is under way.
func (j *JobManager) Savepoint() {
	if j.lead == nil {
		return
	}
	m := &j.lead.job
	m.wanted = m.pending == nil || !m.pending.savepoint
}

// trigger begins a checkpoint, unless one is under way. Its number comes from the
// counter in ZooKeeper: read, and set if nobody else did (SharedCount).
func (m *jobMaster) trigger(j *JobManager) {
	if m.phase != isRunning || m.pending != nil || m.storing != nil {
		return
	}
	p := &pendingCheckpoint{parts: make([]snapshot, j.cfg.tasks()), since: j.ticks, savepoint: m.wanted && !m.stopping, final: m.stopping}
	if j.cfg.Quirks&StuckCounter != 0 && j.reconnects != m.reconnects {
		return // its listener was told RECONNECTED, and only CONNECTED is good enough
	}
	m.pending, m.wanted, m.stopping = p, m.wanted && m.stopping, false
	alive := func() bool { return j.lead != nil && &j.lead.job == m && m.pending == p }
	j.conn.persist(alive, get(counterPath, false), func(reply *zookeeper.Reply) {
		n, err := strconv.ParseInt(reply.Data, 10, 64)
		if err != nil {
			m.pending = nil
			return
		}
		j.conn.do(alive, set(counterPath, strconv.FormatInt(n+1, 10), reply.Stat.Version), func(reply *zookeeper.Reply) {
			if reply == nil || reply.Err != zookeeper.OK {
				m.pending = nil // the next interval tries again
				return
			}
			p.ckpt = n
			m.note(j, p, runlog.Triggered)
			for _, id := range m.used {
				j.say(id, message{word: barrier, attempt: m.attempt, ckpt: n, final: p.final})
			}
		})
	})
}

func (m *jobMaster) note(j *JobManager, p *pendingCheckpoint, text string) {
	e := runlog.Event{Kind: runlog.Checkpoint, Job: Job, Ckpt: p.ckpt, Text: text, Token: j.lead.token, Attempt: m.attempt}
	if p.savepoint {
		e.Mode = runlog.SavepointMode
	}
	j.tell(e)
}

// acknowledge takes a subtask's part; with the last one the checkpoint can be
// stored.
func (m *jobMaster) acknowledge(j *JobManager, msg *message) {
	p := m.pending
	if p == nil || msg.ckpt != p.ckpt || msg.attempt != m.attempt || p.parts[msg.part.subtask-1].subtask != 0 {
		return
	}
	p.parts[msg.part.subtask-1] = msg.part
	if p.got++; p.got < len(p.parts) {
		return
	}
	m.pending = nil
	if p.savepoint {
		j.cfg.Storage.put(fmt.Sprintf("savepoint-%d", p.ckpt), p.parts)
		m.note(j, p, runlog.Completed)
		return
	}
	m.store(j, p)
}

// store writes the state of a checkpoint, and then its pointer. Only when the
// pointer is there the checkpoint is complete, and the sinks may commit.
func (m *jobMaster) store(j *JobManager, p *pendingCheckpoint) {
	h := handle{
		path: fmt.Sprintf("%s/%019d", checkpointsDir, p.ckpt), ckpt: p.ckpt,
		file: fmt.Sprintf("completedCheckpoint-%d-%s", p.ckpt, j.lead.token),
	}
	j.cfg.Storage.put(h.file, p.parts)
	m.storing = &h
	attempt := m.attempt
	j.add(j.during(), h, func(o outcome) {
		m.storing = nil
		if o == refused || o == uncertain && j.discardsUncertain() {
			j.dropState(h)
		}
		if o != written {
			m.note(j, p, runlog.Declined)
			return
		}
		m.kept = append(m.kept, h)
		m.note(j, p, runlog.Completed)
		if attempt == m.attempt {
			for _, id := range m.used {
				j.say(id, message{word: complete, attempt: attempt, ckpt: p.ckpt})
			}
		}
		m.subsume(j, retained, func() {})
	})
}

func (j *JobManager) discardsUncertain() bool {
	return j.cfg.Quirks&DiscardUncertain != 0 || j.cfg.Bugs&DropUncertainState != 0
}

// uncertain is what becomes of a pointer that is being written when leadership
// ends: nobody will wait for its reply.
func (m *jobMaster) uncertain(j *JobManager) {
	if m.storing != nil && j.discardsUncertain() {
		j.dropState(*m.storing)
	}
}

// subsume removes the oldest checkpoints until so many are left. One that
// somebody else has locked stays in ZooKeeper.
func (m *jobMaster) subsume(j *JobManager, keep int, then func()) {
	if len(m.kept) <= keep {
		then()
		return
	}
	oldest := m.kept[0]
	j.discard(j.during(), oldest, func(gone bool) {
		if gone {
			j.tell(runlog.Event{Kind: runlog.Checkpoint, Job: Job, Ckpt: oldest.ckpt, Text: runlog.Subsumed, Token: j.lead.token})
		}
		if !gone && keep == 0 {
			then()
			return
		}
		if len(m.kept) > 0 && m.kept[0] == oldest {
			m.kept = m.kept[1:]
		}
		m.subsume(j, keep, then)
	})
}

// abandon gives up the checkpoint under way, because its tasks are stopped.
func (m *jobMaster) abandon(j *JobManager) {
	if p := m.pending; p != nil && p.ckpt != 0 {
		m.note(j, p, runlog.Declined)
	}
	m.pending = nil
}

func (m *jobMaster) expire(j *JobManager) {
	if p := m.pending; p != nil && j.ticks-p.since > checkpointLimit {
		m.abandon(j)
	}
}
