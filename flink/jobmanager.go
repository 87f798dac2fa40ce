package flink

import (
	"slices"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// Config is what does not change while a process lives.
type Config struct {
	ID   paxos.ID
	Name string // jm1, tm2
	// Life counts the starts of this process, so that no token comes twice.
	Life    int
	Servers []paxos.ID // of the ensemble, in the order they are tried
	// SessionTimeout is in nanoseconds.
	SessionTimeout int64
	Flink          plan.Flink
	// JobManagers are their IDs: jm1 has the first.
	JobManagers []paxos.ID
	Storage     *Storage
	Quirks      Quirks
	Bugs        Bugs
}

// tolerant says whether a leader stays in office while its connection is suspended.
func (c *Config) tolerant() bool { return c.Flink.Tolerant && c.Quirks&NeverTolerate == 0 }

// silence is how many ticks a process may be silent until it is taken for gone.
func (c *Config) silence() int {
	if c.Flink.Heartbeat == 0 {
		return 30
	}
	return int(int64(c.Flink.Heartbeat) / tick)
}

// JobManager takes part in the election. The one that leads runs the jobs. It is
// a machine as package paxos describes it; what an observer should know is
// appended to Told by each step.
type JobManager struct {
	cfg  *Config
	Told []runlog.Event

	conn  *connection
	latch *latch
	terms int
	lead  *leadership // nil while it does not lead
	// token is that of the present leadership, or of the last one.
	token string
	ticks int
	// checks counts the moments at which a checkpoint of some job is due.
	checks int
	// workers are the TaskManagers that have registered in this leadership.
	workers []worker
	// reconnects counts, for StuckCounter.
	reconnects int
	// wrong is leader information that must be corrected.
	wrong []func()
	// releasing is how many locks of former leaderships are still to be given up. The
	// job is recovered when there is none (waits).
	releasing int
	waits     bool
	shorts    shortJobs
	dead      bool
}

// worker is a TaskManager.
type worker struct {
	id    paxos.ID
	heard int // the tick in which it was last heard
}

// NewJobManager is a JobManager that begins at Boot.
func NewJobManager(cfg *Config) *JobManager {
	j := &JobManager{cfg: cfg, conn: newConnection(cfg)}
	j.latch = &latch{
		conn: j.conn, quirks: cfg.Quirks, name: cfg.Name, tolerant: cfg.tolerant(),
		blind: cfg.Bugs&LatchIgnoresSession != 0, change: j.isLeader,
	}
	j.latch.made = cfg.Life << 16
	j.conn.changed, j.conn.watched = j.changed, j.watched
	return j
}

// Step takes one event.
func (j *JobManager) Step(ev *paxos.Event, out *paxos.Effects) {
	j.conn.out = out
	switch {
	case j.dead:
	case ev.Kind == paxos.Arrived && ev.Msg.Kind == paxos.RPC:
		j.hear(ev.Msg.From, ev.Msg.Body.(*message))
		j.conn.listen()
	case ev.Kind == paxos.Fired && ev.Timer == timerTick:
		j.tick()
		j.conn.listen()
	case ev.Kind == paxos.Fired && ev.Timer == timerCheck:
		j.check()
		j.conn.listen()
	default:
		if ev.Kind == paxos.Boot {
			out.SetTimer(timerTick, tick)
			out.SetTimer(timerCheck, j.cfg.betweenChecks())
		}
		j.conn.step(ev)
	}
}

// check begins a checkpoint of the job whose turn it is: jobs have the same interval,
// and their moments lie apart.
func (j *JobManager) check() {
	j.conn.out.SetTimer(timerCheck, j.cfg.betweenChecks())
	if j.lead != nil {
		j.lead.jobs[j.checks%len(j.lead.jobs)].trigger(j)
	}
	j.checks++
}

// betweenChecks is the time from a checkpoint of one job to that of the next.
func (c *Config) betweenChecks() int64 { return int64(c.Flink.Checkpoint) / int64(c.Flink.JobCount()) }

func (j *JobManager) tell(e runlog.Event) {
	e.Proc = j.cfg.Name
	j.Told = append(j.Told, e)
}

// die ends the process: its supervisor starts another one.
func (j *JobManager) die(why string) {
	j.dead = true
	j.tell(runlog.Event{Kind: runlog.Crash, Text: why})
}

func (j *JobManager) changed(s state) {
	if s == reconnected {
		j.reconnects++
		if l := j.lead; l != nil { // it has kept its office; the watches may be gone
			for _, c := range j.cfg.components() {
				j.guard(j.during(), infoPath(c), j.cfg.Name+" "+l.token)
			}
		}
	}
	j.latch.changed(s)
}

func (j *JobManager) watched(e zookeeper.WatchedEvent) {
	j.latch.fired(e)
	j.shorts.watched(j.conn, e)
	if j.lead != nil && slices.ContainsFunc(j.cfg.components(), func(c string) bool { return infoPath(c) == e.Path }) {
		j.guard(j.during(), e.Path, j.cfg.Name+" "+j.lead.token)
	}
}

// tick sends heartbeats, and gives up workers that do not answer them.
func (j *JobManager) tick() {
	j.conn.out.SetTimer(timerTick, tick)
	j.ticks++
	j.conn.tick()
	wrong := j.wrong
	j.wrong = nil
	for _, correct := range wrong {
		correct()
	}
	if j.lead == nil {
		j.workers = nil
		return
	}
	var gone []paxos.ID
	j.workers = slices.DeleteFunc(j.workers, func(w worker) bool {
		late := j.ticks-w.heard > j.cfg.silence()
		if late {
			gone = append(gone, w.id)
		}
		return late
	})
	for _, w := range j.workers {
		j.conn.out.Send(w.id, 0, paxos.RPC).Body = j.lead.beat
	}
	for _, m := range j.lead.jobs {
		if slices.ContainsFunc(gone, m.uses) {
			m.restart(j)
		}
	}
	for _, m := range j.lead.jobs {
		m.tick(j)
	}
}

// say sends a message of this leader.
func (j *JobManager) say(to paxos.ID, m message) {
	m.token = j.lead.token
	send(j.conn.out, to, m)
}

func (j *JobManager) hear(from paxos.ID, m *message) {
	if j.lead == nil || m.token != j.lead.token {
		return
	}
	i := slices.IndexFunc(j.workers, func(w worker) bool { return w.id == from })
	if i < 0 {
		if m.word != register {
			return
		}
		j.workers = append(j.workers, worker{id: from})
		slices.SortFunc(j.workers, func(a, b worker) int { return int(a.id) - int(b.id) })
		i = slices.IndexFunc(j.workers, func(w worker) bool { return w.id == from })
	}
	j.workers[i].heard = j.ticks
	switch m.word {
	case register:
		j.say(from, message{word: registered})
		for _, job := range j.lead.jobs {
			if job.uses(from) { // it has lost its tasks, and come back
				job.restart(j)
			}
		}
	case shortDone:
		j.shortDone(from, m.attempt)
	case running, failed, ack, ended:
		j.lead.jobs[m.job-1].hear(j, from, m)
	}
}

// Leads is the token with which it leads, "" if it does not.
func (j *JobManager) Leads() string {
	if j.lead == nil {
		return ""
	}
	return j.lead.token
}

// Workers is how many TaskManagers have registered with this leader.
func (j *JobManager) Workers() int { return len(j.workers) }

// Running says whether every job runs here, with all its tasks.
func (j *JobManager) Running() bool {
	return j.lead != nil && !slices.ContainsFunc(j.lead.jobs, func(m *jobMaster) bool { return m.phase != isRunning })
}
