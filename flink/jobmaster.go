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

// jobMaster runs the job in one leadership.
type jobMaster struct {
	phase   phase
	since   int // the tick in which the phase began
	attempt int
	used    []paxos.ID // the workers that have tasks
	ready   []paxos.ID // those whose tasks run
	graph   handle     // of the job itself
	stored  int        // how often it was stored anew
	// finished are the workers whose tasks have ended.
	finished []paxos.ID
	coordinator
}

func (m *jobMaster) enter(j *JobManager, p phase) { m.phase, m.since = p, j.ticks }

func (m *jobMaster) tell(j *JobManager, text string) {
	j.tell(runlog.Event{Kind: runlog.JobState, Job: Job, Text: text, Attempt: m.attempt, Token: j.lead.token})
}

func (m *jobMaster) uses(id paxos.ID) bool { return slices.Contains(m.used, id) }

// The job in storage: its graph, and its result once it has ended
// (FileSystemJobResultStore).
const (
	graphFile   = "submittedJobGraph"
	dirtyResult = Job + "_DIRTY.json"
	cleanResult = Job + ".json"
)

// GraphPath is the pointer to the job itself.
const GraphPath = graphsDir + "/" + Job

// recover takes up the job that the leader before has left, if there is one.
func (j *JobManager) recover() {
	m, during := &j.lead.job, j.during()
	m.enter(j, recovering)
	switch {
	case j.cfg.Storage.Has(dirtyResult):
		m.graph.file = graphFile
		m.attach(j, func() { m.clean(j) })
		return
	case j.cfg.Storage.Has(cleanResult):
		m.enter(j, absent)
		return
	}
	j.conn.persist(during, get(GraphPath, false), func(reply *zookeeper.Reply) {
		if reply.Err != zookeeper.OK {
			m.enter(j, absent)
			return
		}
		if !j.cfg.Storage.Has(reply.Data) {
			j.die("the job's graph " + reply.Data + " is missing")
			return
		}
		m.graph = handle{path: GraphPath, file: reply.Data}
		m.attach(j, func() { m.start(j) })
	})
}

// attach finds the checkpoints, and locks them and the graph.
func (m *jobMaster) attach(j *JobManager, then func()) {
	during := j.during()
	m.graph.path = GraphPath
	j.lock(during, GraphPath, func(bool) {
		j.conn.persist(during, children(checkpointsDir, false), func(reply *zookeeper.Reply) {
			m.load(j, during, reply.Kids, then)
		})
	})
}

// load reads the pointers of the checkpoints, in their order.
func (m *jobMaster) load(j *JobManager, during func() bool, names []string, then func()) {
	if len(names) == 0 {
		then()
		return
	}
	path := checkpointsDir + "/" + names[0]
	j.lock(during, path, func(locked bool) {
		if !locked { // somebody was about to remove it
			j.conn.persist(during, remove(path), func(*zookeeper.Reply) { m.load(j, during, names[1:], then) })
			return
		}
		j.conn.persist(during, get(path, false), func(reply *zookeeper.Reply) {
			if reply.Err == zookeeper.OK {
				m.kept = append(m.kept, handle{path: path, file: reply.Data, ckpt: CheckpointAt(path)})
			}
			m.load(j, during, names[1:], then)
		})
	})
}

// start begins to run a job that is stored.
func (m *jobMaster) start(j *JobManager) {
	if last := m.last(); last.file != "" && !j.cfg.Storage.Has(last.file) {
		j.die("checkpoint " + last.file + " is missing")
		return
	}
	m.reconnects = j.reconnects
	m.prepare(j, func() {
		m.tell(j, runlog.JobCreated)
		m.enter(j, waiting)
	})
}

// Submit asks a leader to run the job. It is harmless to ask again.
func (j *JobManager) Submit(out *paxos.Effects) {
	j.conn.out = out
	if j.lead == nil || j.lead.job.phase != absent || j.lead.over || j.cfg.Storage.Has(cleanResult) {
		// It is a duplicate.
		return
	}
	m := &j.lead.job
	m.enter(j, submitting)
	during := j.during()
	m.graph = handle{path: GraphPath, file: graphFile}
	j.cfg.Storage.put(graphFile, "")
	j.conn.ensure(during, []string{graphsDir, jobsDir, jobsDir + "/" + Job, checkpointsDir}, func() {
		j.add(during, m.graph, func(written outcome) {
			if written == refused {
				m.enter(j, absent)
				return
			}
			m.start(j)
		})
	})
	j.conn.listen()
}

// Cancel asks a leader to cancel the job.
func (j *JobManager) Cancel(out *paxos.Effects) {
	j.conn.out = out
	if j.lead == nil || j.lead.job.phase < waiting || j.lead.job.phase == ending {
		return
	}
	j.lead.job.end(j, runlog.JobCancelled)
	j.conn.listen()
}

// Stop asks a leader to end the job with a last checkpoint: it has then finished.
func (j *JobManager) Stop() {
	if j.lead != nil && j.lead.job.phase == isRunning {
		j.lead.job.stopping = true
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
	if j.lead.over = true; j.cfg.Quirks&ForgetResults == 0 {
		j.cfg.Storage.put(dirtyResult, "")
	}
	m.stop(j)
	m.tell(j, how)
	m.clean(j)
}

// Rescale asks a leader to change what the job may use: the job is stored anew, and
// the pointer replaced (JobResourceRequirements).
func (j *JobManager) Rescale(out *paxos.Effects) {
	j.conn.out = out
	if j.lead == nil || j.lead.job.phase < waiting || j.lead.job.phase == ending {
		return
	}
	m, during := &j.lead.job, j.during()
	was := m.graph.file
	m.stored++
	file := fmt.Sprintf("%s-%s.%d", graphFile, j.token, m.stored)
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
			j.conn.persist(during, remove(counterPath), func(*zookeeper.Reply) {
				if j.cfg.Storage.drop(dirtyResult) && j.cfg.Flink.KeepResults {
					j.cfg.Storage.put(cleanResult, "")
				}
				m.enter(j, absent)
			})
		})
	})
}

func (m *jobMaster) tick(j *JobManager) {
	late := j.ticks - m.since
	switch {
	case m.phase == waiting && late >= restartDelay && len(j.workers) > 0:
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
	from := make([]snapshot, j.cfg.tasks())
	for i := range from {
		from[i] = snapshot{subtask: i + 1, read: -1, config: -1}
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
	j.tell(runlog.Event{Kind: runlog.Checkpoint, Job: Job, Ckpt: last.ckpt, Text: runlog.Restored, Token: j.lead.token, Attempt: m.attempt})
	shares := make([][]snapshot, len(j.workers))
	for i := range from {
		w := i % len(j.workers)
		shares[w] = append(shares[w], from[i])
	}
	m.used, m.ready, m.finished = nil, nil, nil
	for i, share := range shares {
		if len(share) > 0 {
			m.used = append(m.used, j.workers[i].id)
			j.say(j.workers[i].id, message{word: deploy, attempt: m.attempt, ckpt: last.ckpt, tasks: share})
		}
	}
	m.enter(j, deploying)
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
		j.say(id, message{word: cancel, attempt: m.attempt})
	}
	m.used, m.ready = nil, nil
}

// suspend is what remains to be done when leadership is over: the locks go.
func (m *jobMaster) suspend(j *JobManager, token string) {
	if m.phase >= waiting && m.phase < ending {
		j.tell(runlog.Event{Kind: runlog.JobState, Job: Job, Text: runlog.JobSuspended, Attempt: m.attempt, Token: token})
	}
	m.uncertain(j)
}

// CheckpointAt is the number of the checkpoint whose pointer is at path, 0 if it
// is none.
func CheckpointAt(path string) int64 {
	var id int64
	name, ok := strings.CutPrefix(path, checkpointsDir+"/")
	if !ok || strings.Contains(name, "/") {
		return 0
	}
	if _, err := fmt.Sscanf(name, "%d", &id); err != nil {
		return 0
	}
	return id
}
