package flink

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

const checkpointsName = "checkpoints"

func jobDir(n int) string { return jobsDir + "/" + JobID(n) }

// CheckpointsDir holds the pointers of job n's checkpoints.
func CheckpointsDir(n int) string { return jobDir(n) + "/" + checkpointsName }

// CounterPath holds the number of job n's next checkpoint.
func CounterPath(n int) string { return jobDir(n) + "/checkpoint_id_counter" }

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
	token     string
	parts     []snapshot
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
	j.conn.ensure(during, []string{jobsDir, jobDir(m.number), m.checkpointsDir()}, func() {
		j.conn.persist(during, create(m.counterPath(), "1", false), func(*zookeeper.Reply) {
			j.conn.persist(during, get(m.counterPath(), false), func(reply *zookeeper.Reply) {
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
				j.conn.persist(during, set(m.counterPath(), strconv.FormatInt(n, 10), -1), func(*zookeeper.Reply) { then() })
			})
		})
	})
}

// Savepoint asks a leader for a savepoint of job 1, as soon as no checkpoint is under
// way.
func (j *JobManager) Savepoint() {
	if m := j.first(); m != nil {
		m.wanted = m.pending == nil || !m.pending.savepoint
	}
}

// trigger begins a checkpoint, unless one is under way. Its number comes from the
// counter in ZooKeeper: read, and set if nobody else did (SharedCount).
func (m *jobMaster) trigger(j *JobManager) {
	if m.phase != isRunning || m.pending != nil || m.storing != nil {
		return
	}
	p := &pendingCheckpoint{since: j.ticks, savepoint: m.wanted && !m.stopping, final: m.stopping, token: j.lead.token}
	if j.cfg.Quirks&StuckCounter != 0 && j.reconnects != m.reconnects {
		return // its listener was told RECONNECTED, and only CONNECTED is good enough
	}
	m.pending, m.wanted, m.stopping = p, m.wanted && m.stopping, false
	during := j.during()
	alive := func() bool { return during() && m.pending == p }
	j.conn.persist(alive, get(m.counterPath(), false), func(reply *zookeeper.Reply) {
		n, err := strconv.ParseInt(reply.Data, 10, 64)
		if err != nil {
			m.pending = nil
			return
		}
		j.conn.do(alive, set(m.counterPath(), strconv.FormatInt(n+1, 10), reply.Stat.Version), func(reply *zookeeper.Reply) {
			if reply == nil || reply.Err != zookeeper.OK {
				m.pending = nil // the next interval tries again
				return
			}
			p.ckpt = n
			m.note(j, p, runlog.Triggered)
			for _, id := range m.used {
				m.say(j, id, message{word: barrier, attempt: m.attempt, ckpt: n, final: p.final})
			}
		})
	})
}

func (m *jobMaster) note(j *JobManager, p *pendingCheckpoint, text string) {
	e := runlog.Event{Kind: runlog.Checkpoint, Job: m.id(), Ckpt: p.ckpt, Text: text, Token: p.token, Attempt: m.attempt}
	if p.savepoint {
		e.Mode = runlog.SavepointMode
	}
	j.tell(e)
}

// acknowledge takes a subtask's part; with the last one the checkpoint can be
// stored.
func (m *jobMaster) acknowledge(j *JobManager, msg *message) {
	p := m.pending
	if p == nil || msg.ckpt != p.ckpt || msg.attempt != m.attempt || slices.ContainsFunc(p.parts, func(s snapshot) bool { return s.subtask == msg.part.subtask }) {
		return
	}
	if p.parts = append(p.parts, msg.part); len(p.parts) < len(j.cfg.tasks(m.number)) {
		return
	}
	slices.SortFunc(p.parts, func(a, b snapshot) int { return a.subtask - b.subtask })
	m.pending = nil
	if p.savepoint {
		j.cfg.Storage.put(m.file(fmt.Sprintf("savepoint-%d", p.ckpt)), p.parts)
		m.note(j, p, runlog.Completed)
		return
	}
	m.store(j, p)
}

// store writes the state of a checkpoint, and then its pointer. Only when the
// pointer is there the checkpoint is complete, and the sinks may commit.
func (m *jobMaster) store(j *JobManager, p *pendingCheckpoint) {
	h := handle{
		job: m.number, path: fmt.Sprintf("%s/%019d", m.checkpointsDir(), p.ckpt), ckpt: p.ckpt,
		file: m.file(fmt.Sprintf("completedCheckpoint-%d-%s", p.ckpt, j.lead.token)),
	}
	j.cfg.Storage.put(h.file, p.parts)
	m.storing = &h
	attempt, during := m.attempt, j.during()
	alive := during
	if j.cfg.Quirks&AddBeyondOffice != 0 {
		alive = always
	}
	j.add(alive, h, func(o outcome) {
		m.storing = nil
		if !during() {
			if o == written { // it says so all the same, and nobody acts on it
				m.note(j, p, runlog.Completed)
			}
			return
		}
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
				m.say(j, id, message{word: complete, attempt: attempt, ckpt: p.ckpt})
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
			j.tell(runlog.Event{Kind: runlog.Checkpoint, Job: m.id(), Ckpt: oldest.ckpt, Text: runlog.Subsumed, Token: j.lead.token})
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
