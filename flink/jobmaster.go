package flink

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// phase is how far a job has come in a leadership.
type phase uint8

const (
	recovering phase = iota // looking for what the leader before has left
	absent                  // there is no job
	submitting              // it is being stored
	waiting                 // for TaskManagers, or for the delay before a restart
	deploying               // tasks are on their way
	isRunning
	ending // cancelled; its znodes are being removed
)

// The times of a job, in ticks.
const (
	restartDelay = 5
	deployLimit  = 30
)

// jobMaster runs a job in one leadership.
type jobMaster struct {
	number  int // of the job, from 1
	phase   phase
	since   int // the tick in which the phase began
	attempt int
	used    []paxos.ID // the workers that have tasks
	ready   []paxos.ID // those whose tasks run
	graph   handle     // of the job itself
	stored  int        // how often it was stored anew
	// finished are the workers whose tasks have ended.
	finished []paxos.ID
	// over: the job has ended under this leader, who will not run it again.
	over bool
	coordinator
}

func newJobMaster(number int) *jobMaster { return &jobMaster{number: number} }

func (m *jobMaster) id() string { return JobID(m.number) }

func (m *jobMaster) graphPath() string      { return GraphPath(m.number) }
func (m *jobMaster) checkpointsDir() string { return CheckpointsDir(m.number) }
func (m *jobMaster) counterPath() string    { return CounterPath(m.number) }

func (m *jobMaster) enter(j *JobManager, p phase) { m.phase, m.since = p, j.ticks }

func (m *jobMaster) tell(j *JobManager, text string) {
	j.tell(runlog.Event{Kind: runlog.JobState, Job: m.id(), Text: text, Attempt: m.attempt, Token: j.lead.token})
}

func (m *jobMaster) uses(id paxos.ID) bool { return slices.Contains(m.used, id) }

// file is the name of a file in storage that each job has: of the first one it is the
// name alone.
func (m *jobMaster) file(name string) string {
	if m.number == 1 {
		return name
	}
	return fmt.Sprintf("%s-of-%d", name, m.number)
}

// The job in storage: its graph, and its result once it has ended
// (FileSystemJobResultStore).
func (m *jobMaster) graphFile() string   { return m.file("submittedJobGraph") }
func (m *jobMaster) dirtyResult() string { return m.id() + "_DIRTY.json" }
func (m *jobMaster) cleanResult() string { return m.id() + ".json" }

// GraphPath is the pointer to job n itself.
func GraphPath(n int) string { return graphsDir + "/" + JobID(n) }

// recover takes up the jobs that the leader before has left.
func (j *JobManager) recover() {
	for _, m := range j.lead.jobs {
		m.recover(j)
	}
}

func (m *jobMaster) recover(j *JobManager) {
	during := j.during()
	m.enter(j, recovering)
	switch {
	case j.cfg.Storage.Has(m.dirtyResult()):
		m.graph.file = m.graphFile()
		m.attach(j, func() { m.clean(j) })
		return
	case j.cfg.Storage.Has(m.cleanResult()):
		m.none(j, true)
		return
	}
	j.conn.persist(during, get(m.graphPath(), false), func(reply *zookeeper.Reply) {
		if reply.Err != zookeeper.OK {
			m.none(j, false)
			return
		}
		if !j.cfg.Storage.Has(reply.Data) {
			j.die("the job's graph " + reply.Data + " is missing")
			return
		}
		m.graph = handle{path: m.graphPath(), file: reply.Data}
		m.attach(j, func() { m.start(j) })
	})
}

// attach finds the checkpoints, and locks them and the graph.
func (m *jobMaster) attach(j *JobManager, then func()) {
	during := j.during()
	m.graph.path = m.graphPath()
	j.lock(during, m.graphPath(), func(bool) {
		j.conn.persist(during, children(m.checkpointsDir(), false), func(reply *zookeeper.Reply) {
			m.load(j, during, reply.Kids.Names(), then)
		})
	})
}

// load reads the pointers of the checkpoints, in their order.
func (m *jobMaster) load(j *JobManager, during func() bool, names []string, then func()) {
	if len(names) == 0 {
		then()
		return
	}
	path := m.checkpointsDir() + "/" + names[0]
	j.lock(during, path, func(locked bool) {
		if !locked { // somebody was about to remove it
			j.conn.persist(during, remove(path), func(*zookeeper.Reply) { m.load(j, during, names[1:], then) })
			return
		}
		j.conn.persist(during, get(path, false), func(reply *zookeeper.Reply) {
			if reply.Err == zookeeper.OK {
				m.kept = append(m.kept, handle{job: m.number, path: path, file: reply.Data, ckpt: CheckpointAt(path)})
			}
			m.load(j, during, names[1:], then)
		})
	})
}

// start begins to run a job that is stored.
func (m *jobMaster) start(j *JobManager) {
	// One that cannot be read is fatal, though a later one may be whole
	// (DefaultCompletedCheckpointStoreUtils.retrieveCompletedCheckpoints).
	for _, h := range m.kept {
		if !j.cfg.Storage.Has(h.file) {
			j.die("checkpoint " + h.file + " is missing")
			return
		}
	}
	m.reconnects = j.reconnects
	m.prepare(j, func() {
		m.tell(j, runlog.JobCreated)
		m.enter(j, waiting)
	})
}

// Submit asks a leader to run the jobs. It is harmless to ask again.
func (j *JobManager) Submit(out *paxos.Effects) {
	j.conn.out = out
	if j.lead == nil {
		return
	}
	for _, m := range j.lead.jobs {
		m.submit(j)
	}
	j.conn.listen()
}

func (m *jobMaster) submit(j *JobManager) {
	if m.phase != absent || m.over || j.cfg.Storage.Has(m.cleanResult()) {
		// It is a duplicate.
		return
	}
	m.enter(j, submitting)
	during := j.during()
	m.graph = handle{path: m.graphPath(), file: m.graphFile()}
	j.cfg.Storage.put(m.graphFile(), "")
	j.conn.ensure(during, []string{graphsDir, jobsDir, jobDir(m.number), m.checkpointsDir()}, func() {
		j.add(during, m.graph, func(written outcome) {
			switch {
			case written != refused:
				m.start(j)
			case j.cfg.Flink.Application: // a leader before has stored it after all
				m.recover(j)
			default:
				m.enter(j, absent)
			}
		})
	})
}

// hear takes what a worker says of this job's tasks.
func (m *jobMaster) hear(j *JobManager, from paxos.ID, msg *message) {
	switch msg.word {
	case running:
		m.started(j, from, msg.attempt)
	case failed:
		if msg.attempt == m.attempt {
			m.restart(j)
		}
	case ack:
		m.acknowledge(j, msg)
	case ended:
		m.taskEnded(j, from, msg.attempt)
	}
}

// first is the master of job 1, of which requests are that name no job; nil if this
// JobManager does not lead.
func (j *JobManager) first() *jobMaster {
	if j.lead == nil {
		return nil
	}
	return j.lead.jobs[0]
}

// Cancel asks a leader to cancel job 1.
func (j *JobManager) Cancel(out *paxos.Effects) {
	j.conn.out = out
	m := j.first()
	if m == nil || m.phase < waiting || m.phase == ending {
		return
	}
	m.end(j, runlog.JobCancelled)
	j.conn.listen()
}

// Stop asks a leader to end job 1 with a last checkpoint: it has then finished.
func (j *JobManager) Stop() {
	if m := j.first(); m != nil && m.phase == isRunning {
		m.stopping = true
	}
}

// taskEnded hears that a worker's tasks have ended; with the last of them the job
// has finished.
func (m *jobMaster) taskEnded(j *JobManager, id paxos.ID, attempt int) {
	if attempt != m.attempt || m.phase != isRunning || slices.Contains(m.finished, id) {
		return
	}
	if m.finished = append(m.finished, id); len(m.finished) == len(m.used) {
		m.end(j, runlog.JobFinished)
	}
}

// end is the end of the job, for good: it is written down before anything is
// cleaned up, so that whoever leads next cleans up, and does not run it again.
func (m *jobMaster) end(j *JobManager, how string) {
	if m.over = true; j.cfg.Quirks&ForgetResults == 0 {
		j.cfg.Storage.put(m.dirtyResult(), "")
	}
	m.stop(j)
	m.tell(j, how)
	m.clean(j)
}

// Rescale asks a leader to change what job 1 may use: the job is stored anew, and
// the pointer replaced (JobResourceRequirements).
func (j *JobManager) Rescale(out *paxos.Effects) {
	j.conn.out = out
	m, during := j.first(), j.during()
	if m == nil || m.phase < waiting || m.phase == ending {
		return
	}
	was := m.graph.file
	m.stored++
	file := fmt.Sprintf("%s-%s.%d", m.graphFile(), j.token, m.stored)
	j.cfg.Storage.put(file, "")
	j.replace(during, m.graph.path, file, func(o outcome) {
		switch o {
		case written:
			m.graph.file = file
			j.cfg.Storage.drop(was)
		case refused:
			j.cfg.Storage.drop(file)
		}
	})
	j.conn.listen()
}

// clean removes all that the job has in ZooKeeper and storage.
func (m *jobMaster) clean(j *JobManager) {
	m.enter(j, ending)
	during := j.during()
	m.subsume(j, 0, func() {
		if len(m.kept) > 0 {
			return // another process has its lock there: tick tries again
		}
		j.discard(during, m.graph, func(gone bool) {
			if !gone {
				return
			}
			j.conn.persist(during, remove(m.counterPath()), func(*zookeeper.Reply) {
				if j.cfg.Storage.drop(m.dirtyResult()) && j.cfg.Flink.KeepResults {
					j.cfg.Storage.put(m.cleanResult(), "")
				}
				m.none(j, true)
			})
		})
	})
}

func (m *jobMaster) tick(j *JobManager) {
	late := j.ticks - m.since
	switch {
	case m.phase == waiting && late >= restartDelay && m.manned(j):
		m.deploy(j)
	case m.phase == deploying && late > deployLimit:
		m.restart(j)
	case m.phase == ending && late > restartDelay:
		m.clean(j)
	}
	m.expire(j)
}

// deploy sends the tasks out, those of each TaskManager in one message, from the
// last checkpoint.
func (m *jobMaster) deploy(j *JobManager) {
	m.attempt++
	last := m.last()
	var from []snapshot
	for _, n := range j.cfg.tasks(m.number) {
		from = append(from, snapshot{subtask: n, read: -1, config: -1})
	}
	if last.file != "" && !j.cfg.Storage.Has(last.file) {
		// Somebody else has discarded it. The job fails, and is tried again.
		m.tell(j, runlog.JobRestarting)
		m.enter(j, waiting)
		return
	}
	if last.file != "" {
		copy(from, j.cfg.Storage.get(last.file).([]snapshot))
	}
	j.tell(runlog.Event{Kind: runlog.Checkpoint, Job: m.id(), Ckpt: last.ckpt, Text: runlog.Restored, Token: j.lead.token, Attempt: m.attempt})
	shares := make([][]snapshot, len(j.workers))
	for i := range from {
		w := i % len(j.workers)
		shares[w] = append(shares[w], from[i])
	}
	m.used, m.ready, m.finished = nil, nil, nil
	for i, share := range shares {
		if len(share) > 0 {
			m.used = append(m.used, j.workers[i].id)
			m.say(j, j.workers[i].id, message{word: deploy, attempt: m.attempt, ckpt: last.ckpt, tasks: share})
		}
	}
	m.enter(j, deploying)
}

// say sends a message about this job.
func (m *jobMaster) say(j *JobManager, to paxos.ID, msg message) {
	msg.job = m.number
	j.say(to, msg)
}

func (m *jobMaster) started(j *JobManager, id paxos.ID, attempt int) {
	if attempt != m.attempt || m.phase != deploying || slices.Contains(m.ready, id) {
		return
	}
	if m.ready = append(m.ready, id); len(m.ready) == len(m.used) {
		m.enter(j, isRunning)
		m.tell(j, runlog.JobRunning)
	}
}

// restart stops all tasks and lets them begin again at the last checkpoint.
func (m *jobMaster) restart(j *JobManager) {
	if m.phase != deploying && m.phase != isRunning {
		return
	}
	m.stop(j)
	m.tell(j, runlog.JobRestarting)
	m.enter(j, waiting)
}

func (m *jobMaster) stop(j *JobManager) {
	m.abandon(j)
	for _, id := range m.used {
		m.say(j, id, message{word: cancel, attempt: m.attempt})
	}
	m.used, m.ready = nil, nil
}

// suspend is what remains to be done when leadership is over: the locks go.
func (m *jobMaster) suspend(j *JobManager, token string) {
	if m.phase >= waiting && m.phase < ending {
		j.tell(runlog.Event{Kind: runlog.JobState, Job: m.id(), Text: runlog.JobSuspended, Attempt: m.attempt, Token: token})
	}
	m.uncertain(j)
}

// CheckpointAt is the number of the checkpoint whose pointer is at path, 0 if it
// is none.
func CheckpointAt(path string) int64 {
	var id int64
	below, ok := strings.CutPrefix(path, jobsDir+"/")
	_, name, found := strings.Cut(below, "/"+checkpointsName+"/")
	if !ok || !found || strings.Contains(name, "/") {
		return 0
	}
	if _, err := fmt.Sscanf(name, "%d", &id); err != nil {
		return 0
	}
	return id
}
