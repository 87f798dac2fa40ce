package flink

import (
	"slices"
	"strings"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// TaskManager runs tasks for the JobManager whose information ZooKeeper holds. It
// is a machine as package paxos describes it; what an observer should know is
// appended to Told by each step.
type TaskManager struct {
	cfg  *Config
	Told []runlog.Event

	conn  *connection
	ticks int
	// lastInfo is the leader information it was last told of.
	lastInfo   string
	leader     paxos.ID // 0 none
	token      string
	beat       *message
	registered bool
	heard      int // the tick in which the leader was last heard
	// attempts are the last of each job, whose number less one is the place.
	attempts []int
	tasks    []*task
	shorts   shortJobs
}

// NewTaskManager is a TaskManager that begins at Boot.
func NewTaskManager(cfg *Config) *TaskManager {
	t := &TaskManager{cfg: cfg, conn: newConnection(cfg), attempts: make([]int, cfg.Flink.JobCount())}
	t.conn.changed, t.conn.watched = t.changed, t.watched
	return t
}

// Step takes one event.
func (t *TaskManager) Step(ev *paxos.Event, out *paxos.Effects) {
	t.conn.out = out
	switch {
	case ev.Kind == paxos.Arrived && ev.Msg.Kind == paxos.RPC:
		t.hear(ev.Msg.Body.(*message))
		t.conn.listen()
	case ev.Kind == paxos.Fired && ev.Timer == timerTick:
		t.tick()
		t.conn.listen()
	default:
		if ev.Kind == paxos.Boot {
			out.SetTimer(timerTick, tick)
		}
		t.conn.step(ev)
	}
}

func (t *TaskManager) tell(e runlog.Event) {
	e.Proc = t.cfg.Name
	t.Told = append(t.Told, e)
}

// changed follows the connection (ZooKeeperLeaderRetrievalDriver): who is without
// ZooKeeper does not know who leads, and stops working for whom it knew.
func (t *TaskManager) changed(s state) {
	switch s {
	case connected:
		t.conn.ensure(always, t.cfg.roots(), func() {})
		t.retrieve()
	case reconnected:
		t.retrieve()
		for _, k := range t.tasks {
			k.look(t)
		}
	case suspended, lost:
		if t.cfg.Quirks&TasksOutlive != 0 || s == suspended && t.cfg.tolerant() {
			return
		}
		if t.cfg.Quirks&NoSecondWord == 0 {
			t.lastInfo = ""
		}
		t.follow("")
	}
}

func (t *TaskManager) watched(e zookeeper.WatchedEvent) {
	if e.Path == infoPath(jobComponent) {
		t.retrieve()
	}
	t.shorts.watched(t.conn, e)
	for _, k := range t.tasks {
		k.watched(t, e.Path)
	}
}

// retrieve reads who leads, and leaves a watch.
func (t *TaskManager) retrieve() {
	path := infoPath(jobComponent)
	t.conn.persist(always, get(path, true), func(reply *zookeeper.Reply) {
		if reply.Err != zookeeper.OK {
			t.conn.persist(always, exists(path, true), func(reply *zookeeper.Reply) {
				if reply.Err == zookeeper.OK {
					t.retrieve()
				}
			})
		}
		if reply.Data != t.lastInfo {
			t.lastInfo = reply.Data
			t.follow(reply.Data)
		}
	})
}

// follow works for another leader from now on, or for none.
func (t *TaskManager) follow(info string) {
	address, token := ParseInfo(info)
	if token == t.token {
		return
	}
	t.stop()
	t.leader, t.token, t.registered = 0, token, false
	clear(t.attempts)
	t.beat = beat(token)
	if n := plan.ProcessNumber(address) - plan.JobManager(1); n >= 0 && n < len(t.cfg.JobManagers) {
		t.leader = t.cfg.JobManagers[n]
	}
}

func (t *TaskManager) tick() {
	t.conn.out.SetTimer(timerTick, tick)
	t.ticks++
	t.conn.tick()
	if t.leader == 0 {
		return
	}
	if t.registered && t.ticks-t.heard > t.cfg.silence() {
		t.stop()
		t.registered = false
	}
	if !t.registered {
		t.say(message{word: register})
	}
	for n, attempt := range t.attempts {
		some, done := false, true
		for _, k := range t.tasks {
			if k.job == n+1 {
				some, done = true, done && k.ended()
			}
		}
		if some && done {
			t.say(message{word: ended, job: n + 1, attempt: attempt})
		}
	}
}

// of are the tasks of a job.
func (t *TaskManager) of(job int) []*task {
	var list []*task
	for _, k := range t.tasks {
		if k.job == job {
			list = append(list, k)
		}
	}
	return list
}

// runs says whether a message is about an attempt that may have tasks here.
func (t *TaskManager) runs(m *message) bool {
	return m.job > 0 && m.attempt == t.attempts[m.job-1]
}

func (t *TaskManager) say(m message) {
	m.token = t.token
	send(t.conn.out, t.leader, m)
}

func (t *TaskManager) hear(m *message) {
	if m.token != t.token || t.leader == 0 {
		return
	}
	t.heard = t.ticks
	switch m.word {
	case registered:
		t.registered = true
	case heartbeat:
		if t.registered {
			t.conn.out.Send(t.leader, 0, paxos.RPC).Body = t.beat
		}
	case deploy:
		if m.attempt > t.attempts[m.job-1] {
			t.deploy(m)
		}
	case cancel:
		if t.runs(m) {
			t.stopJob(m.job)
		}
	case barrier:
		if t.runs(m) {
			for _, k := range t.of(m.job) {
				k.final = k.final || m.final
				t.say(message{word: ack, job: m.job, attempt: m.attempt, ckpt: m.ckpt, part: k.snapshot(t, m.ckpt)})
			}
		}
	case complete:
		if t.runs(m) {
			for _, k := range t.of(m.job) {
				k.commit(t, m.ckpt)
				k.arrive(t, m.ckpt)
			}
		}
	case runShort:
		t.shorts.follow(t.conn, m.attempt, func() { t.say(message{word: shortDone, attempt: m.attempt}) })
	case shortOver:
		t.shorts.leave(t.conn, m.attempt, t.cfg.Quirks)
	}
}

func (t *TaskManager) deploy(m *message) {
	t.stopJob(m.job)
	t.attempts[m.job-1] = m.attempt
	for i := range m.tasks {
		t.tasks = append(t.tasks, newTask(t, m, m.tasks[i]))
	}
	for _, k := range t.of(m.job) {
		k.commit(t, m.ckpt) // what the checkpoint says is still to be committed
		k.arrive(t, m.ckpt)
		k.look(t)
	}
	t.say(message{word: running, job: m.job, attempt: m.attempt})
	t.tellTasks(m.job)
}

func (t *TaskManager) stop() {
	for n := range t.attempts {
		t.stopJob(n + 1)
	}
}

func (t *TaskManager) stopJob(job int) {
	had := len(t.of(job)) > 0
	t.tasks = slices.DeleteFunc(t.tasks, func(k *task) bool { return k.job == job })
	if had {
		t.tellTasks(job)
	}
}

func (t *TaskManager) tellTasks(job int) {
	t.tell(runlog.Event{Kind: runlog.Tasks, Job: JobID(job), Num: len(t.of(job)), Token: t.token, Attempt: t.attempts[job-1]})
}

// Drained says whether the task of key i runs here for the leader with this
// token, has read its directory up to the record of number last and the
// configuration up to version config, and has committed all that it read.
func (t *TaskManager) Drained(token string, key, last int, config int32) bool {
	i := slices.IndexFunc(t.tasks, func(k *task) bool { return k.at.subtask == key })
	if i < 0 || t.token != token {
		return false
	}
	k := t.tasks[i]
	return k.at.read >= last && (key != 1 || k.at.config >= config) && !k.owes()
}

// SequenceNumber is the number at the end of a sequential znode's name, -1 if
// there is none.
func SequenceNumber(name string) int {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	return sequence(name)
}
