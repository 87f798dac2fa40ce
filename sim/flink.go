package sim

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/figures"
)

// The cluster's own times, in virtual nanoseconds.
const (
	lookAround   = int64(50 * plan.Millisecond)  // between two looks at what an await may wait for
	countWatches = int64(plan.Second)            // between two counts of the servers' watches
	supervise    = int64(plan.Second)            // until a process that ended itself is started again
	firstLimit   = int64(60 * plan.Second)       // for the job to run at the start
	drainLimit   = int64(60 * plan.Second)       // for the job to put out all there is
	forkTime     = int64(300 * plan.Millisecond) // between the starts of processes
)

// cluster is a Flink cluster in a run: its processes, the storage they share, and
// what an observer of ZooKeeper sees of it.
type cluster struct {
	*run
	storage *flink.Storage
	procs   []*flinkProcess // JobManagers first
	grants  int

	jobs []jobSeen // in the order of their numbers
	// What await steps still miss, and what was asked for and not yet granted.
	outputsLeft                               int
	alertsLeft, pointersLeft                  int
	cancelWanted, stopWanted, savepointWanted bool
	// ended: the job has, so the client that handed it in does not do so again. again: it
	// ran after that.
	ended, again bool
	*observed
}

// jobSeen is how far a job has come, by the words of JobManagers.
type jobSeen struct {
	checkpoints int   // completed so far
	completed   int64 // the number of the last of them
	checksLeft  int   // that an await still misses
}

// flinkProcess is a JobManager or a TaskManager and what outlives its crashes.
type flinkProcess struct {
	target int // as plan.JobManager gives it
	cfg    flink.Config
	jm     *flink.JobManager
	tm     *flink.TaskManager
	grant  int // which of the cluster's grants was its last
	// ended: it ended itself, and its supervisor will start it again.
	ended bool
	// done: it ended itself for good.
	done bool
}

func newCluster(r *run) *cluster {
	f := r.plan.Flink
	c := &cluster{run: r, storage: flink.NewStorage(), observed: newObserved(f.JobCount()), jobs: make([]jobSeen, f.JobCount())}
	quirks, _ := flink.VariantNamed(r.plan.Variant)
	bug, _ := flink.BugNamed(r.plan.Bug)
	first := paxos.Client(len(r.plan.Clients) + 1)
	var leaders []paxos.ID
	for i := range f.JobManagers {
		leaders = append(leaders, first+paxos.ID(i))
	}
	for i := range f.JobManagers + f.TaskManagers {
		target := plan.JobManager(i + 1)
		if i >= f.JobManagers {
			target = plan.TaskManager(i + 1 - f.JobManagers)
		}
		var servers []paxos.ID
		for n := range r.plan.Topology.Servers {
			servers = append(servers, paxos.ID((i+n)%r.plan.Topology.Servers+1))
		}
		c.procs = append(c.procs, &flinkProcess{target: target, cfg: flink.Config{
			ID: first + paxos.ID(i), Name: plan.TargetName(target), Servers: servers, SessionTimeout: int64(r.plan.Topology.SessionTimeout),
			Flink: f, JobManagers: leaders, Storage: c.storage, Quirks: quirks, Bugs: bug,
		}})
	}
	return c
}

// begin starts the processes, one after the other, and the looks at them.
func (c *cluster) begin() {
	for i := range c.procs {
		c.wake(int64(i)*forkTime, startFlink, uint32(i))
	}
	c.wake(lookAround, lookFlink, 0)
	c.wake(countWatches, countFlink, 0)
}

func (c *cluster) process(target int) *flinkProcess {
	for _, p := range c.procs {
		if p.target == target {
			return p
		}
	}
	return nil
}

func (c *cluster) of(id paxos.ID) *flinkProcess { return c.procs[int(id-c.procs[0].cfg.ID)] }

func (c *cluster) start(f *flinkProcess) {
	p := &c.run.procs[f.cfg.ID]
	if p.up {
		return
	}
	f.ended, f.done = false, false
	f.cfg.Life++
	p.cause = c.put(runlog.Event{Kind: runlog.Start, Proc: f.cfg.Name})
	cfg := f.cfg
	var m Machine
	if f.target < plan.TaskManager(1) {
		f.jm = flink.NewJobManager(&cfg)
		m = f.jm
	} else {
		f.tm = flink.NewTaskManager(&cfg)
		m = f.tm
	}
	c.kernel.start(p, m)
}

func (c *cluster) crash(f *flinkProcess, why string) {
	p := &c.run.procs[f.cfg.ID]
	f.ended = false
	if p.up {
		p.cause = c.put(runlog.Event{Kind: runlog.Crash, Proc: f.cfg.Name, Text: why})
		c.kernel.crash(p)
		c.dirty = true
	}
}

func (c *cluster) pause(f *flinkProcess, on bool) {
	p := &c.run.procs[f.cfg.ID]
	if !p.up || p.paused == on {
		return
	}
	if c.dirty = true; on {
		c.put(runlog.Event{Kind: runlog.Pause, Proc: f.cfg.Name})
		c.kernel.pause(p)
	} else {
		c.put(runlog.Event{Kind: runlog.Resume, Proc: f.cfg.Name})
		c.kernel.resume(p)
	}
}

// revive starts or resumes every process that has still something to do.
func (c *cluster) revive() {
	for _, f := range c.procs {
		if !f.done {
			c.start(f)
			c.pause(f, false)
		}
	}
}

// stepped takes what a process has told.
func (c *cluster) stepped(p *process) {
	f := c.of(p.id)
	told := &[]runlog.Event{}
	if f.target < plan.TaskManager(1) {
		told = &f.jm.Told
	} else {
		told = &f.tm.Told
	}
	events := *told
	*told = nil
	for i := range events {
		e := &events[i]
		e.Cause = p.cause
		if e.Kind == runlog.Crash {
			c.crash(f, e.Text)
			f.ended = true
			c.wake(supervise, superviseFlink, uint32(p.id-c.procs[0].cfg.ID))
			return
		}
		if e.Kind == runlog.Exit {
			p.cause = c.put(*e)
			c.kernel.crash(p)
			c.dirty, f.done = true, true
			return
		}
		c.put(*e)
		c.heed(f, e)
	}
	if *told == nil {
		*told = events[:0]
	}
}

// heed keeps what awaits ask about.
func (c *cluster) heed(f *flinkProcess, e *runlog.Event) {
	switch e.Kind {
	case runlog.Grant:
		c.grants++
		f.grant = c.grants
	case runlog.Checkpoint:
		if e.Text == runlog.Completed && e.Mode == "" {
			s := &c.jobs[c.numberOf(e.Job)]
			s.checkpoints++
			s.completed = e.Ckpt
			s.checksLeft--
		}
		if e.Text == runlog.Completed && e.Mode != "" {
			c.savepointWanted = false
		}
		if e.Text == runlog.Discarded {
			c.pointers()
		}
	case runlog.JobState:
		switch {
		case e.EndsJob():
			c.cancelWanted, c.stopWanted, c.ended = false, false, true
		case e.Text == runlog.JobRunning && c.ended:
			c.again = true
		}
	case runlog.Output:
		c.outputsLeft--
	case runlog.Alert:
		if e.Text == figures.Raised {
			c.alertsLeft--
		}
	}
	c.dirty = true
}

// numberOf is the place of a job, from 0.
func (c *cluster) numberOf(id string) int {
	for n := range c.jobs {
		if flink.JobID(n+1) == id {
			return n
		}
	}
	panic("sim: there is no job " + id)
}

// checkpointed says whether every job has completed a checkpoint.
func (c *cluster) checkpointed() bool {
	return !slices.ContainsFunc(c.jobs, func(s jobSeen) bool { return s.checkpoints == 0 })
}

// beginAwait keeps how many of each an await is about, in case it is.
func (c *cluster) beginAwait(count int) {
	c.outputsLeft, c.alertsLeft, c.pointersLeft = count, count, count
	for n := range c.jobs {
		c.jobs[n].checksLeft = count
	}
}

// fired is one of the cluster's timers.
func (c *cluster) fired(which, arg uint32) {
	switch which {
	case startFlink:
		c.start(c.procs[arg])
	case superviseFlink:
		if c.procs[arg].ended {
			c.start(c.procs[arg])
		}
	case lookFlink:
		c.dirty = true
		c.wake(lookAround, lookFlink, 0)
		c.glance()
		c.pointers()
		c.request()
	case countFlink:
		for id := 1; id <= c.plan.Topology.Servers; id++ {
			if c.Up(id) {
				s := c.run.procs[id].machine.(*zookeeper.Server)
				c.put(runlog.Event{Kind: runlog.Watches, Node: id, Num: s.Watches(), Zxid: uint64(s.Consensus().Database().Zxid)})
			}
		}
		c.wake(countWatches, countFlink, 0)
	}
}

// toLeader makes a request of whoever leads, once.
func (c *cluster) toLeader(do func(*flink.JobManager, *paxos.Effects)) {
	if l := c.leader(); l != nil {
		c.ask(l, func(out *paxos.Effects) { do(l.jm, out) })
	}
}

// request asks the leader for what was not granted yet.
func (c *cluster) request() {
	l := c.leader()
	switch {
	case l == nil:
	case c.cancelWanted:
		c.ask(l, l.jm.Cancel)
	case !c.plan.Flink.Application && !l.jm.Running() && !c.ended && (c.stage != deploying || l.jm.Workers() == c.plan.Flink.TaskManagers):
		// The first time all TaskManagers are there, so each gets its share of tasks.
		c.ask(l, l.jm.Submit)
	case c.stopWanted:
		l.jm.Stop()
	case c.savepointWanted:
		l.jm.Savepoint()
	}
}

// ask is a request to the REST server of a JobManager.
func (c *cluster) ask(f *flinkProcess, do func(*paxos.Effects)) {
	p := &c.run.procs[f.cfg.ID]
	p.out.Reset()
	p.next = 0
	do(&p.out)
	c.carryOut(p)
}

// leader is the JobManager that leads by its own word; of several, the one that
// was granted leadership last.
func (c *cluster) leader() *flinkProcess { return c.leaderExcept(nil) }

func (c *cluster) leaderExcept(except []int) *flinkProcess {
	var best *flinkProcess
	for _, f := range c.procs {
		if f.jm == nil || !c.Up(f.target) || f.jm.Leads() == "" || slices.Contains(except, f.target) {
			continue
		}
		if best == nil || f.grant > best.grant {
			best = f
		}
	}
	return best
}

// fulfilled says whether an await about Flink is.
func (c *cluster) fulfilled(r *run, s *plan.Step) bool {
	switch s.For {
	case plan.JobLeader:
		return c.leaderExcept(plan.Resolve(r, s.Except, nil, nil)) != nil
	case plan.NoJobLeader:
		return c.leader() == nil
	case plan.JobRunning:
		return c.jobRunning()
	case plan.Checkpoints:
		return !slices.ContainsFunc(c.jobs, func(s jobSeen) bool { return s.checksLeft > 0 })
	case plan.Outputs:
		return c.outputsLeft <= 0
	case plan.Alerts:
		return c.alertsLeft <= 0
	case plan.Pointers:
		return c.pointersLeft <= 0
	}
	panic(fmt.Sprintf("sim: await %v", s.For))
}

// jobRunning says whether all tasks run.
func (c *cluster) jobRunning() bool {
	l := c.leader()
	return l != nil && l.jm.Running()
}

// applicationOver says whether nothing more will come of an application: its job has
// ended and every JobManager with it, or one runs it again.
func (c *cluster) applicationOver() bool {
	waits := slices.ContainsFunc(c.procs[:c.plan.Flink.JobManagers], func(f *flinkProcess) bool { return !f.done })
	return c.ended && (c.again || !waits)
}

// drain tells that every job has put out all that there is.
func (c *cluster) drain() {
	for n, s := range c.jobs {
		c.put(runlog.Event{Kind: runlog.Drained, Job: flink.JobID(n + 1), Ckpt: s.completed})
	}
}

// drained says whether every job has put out all that there is, and, if they meet, have
// met since the clients stopped.
func (c *cluster) drained() bool {
	l := c.leader()
	if l == nil || !l.jm.Running() || c.plan.Flink.Barrier && c.met <= c.metBefore {
		return false
	}
	tree := c.run.procs[c.Leading()].machine.(*zookeeper.Server).Tree()
	_, conf, _ := tree.Get(plan.ConfigPath)
	dirs := make([]string, c.plan.Flink.Keys)
	for i := range dirs {
		dirs[i] = plan.InputDir(i + 1)
	}
	if c.plan.Flink.Window > 0 {
		for n := range c.plan.Topology.Servers {
			dirs = append(dirs, plan.MonitorDir(n+1))
		}
	}
	for i, dir := range dirs {
		key, last := i+1, -1
		if kids := tree.Children(dir); len(kids) > 0 {
			last = flink.SequenceNumber(kids[len(kids)-1])
		}
		done := false
		for _, f := range c.procs {
			done = done || f.tm != nil && c.Up(f.target) && f.tm.Drained(l.jm.Leads(), key, last, conf.Version)
		}
		if !done {
			return false
		}
	}
	return true
}

// The view of Flink that targets are resolved by.

// JobManagers implements plan.FlinkView.
func (r *run) JobManagers() int { return r.plan.Flink.JobManagers }

// TaskManagers implements plan.FlinkView.
func (r *run) TaskManagers() int { return r.plan.Flink.TaskManagers }

// JobLeading implements plan.FlinkView.
func (r *run) JobLeading() int {
	if r.cluster != nil {
		if l := r.cluster.leader(); l != nil {
			return l.target
		}
	}
	return 0
}
