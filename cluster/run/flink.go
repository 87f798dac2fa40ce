package run

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/flink/rest"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// Flink says how the Flink cluster of a plan is run.
type Flink struct {
	// Version is a release of Flink that cluster/artifact knows, "" the newest.
	Version string
	// Jar is the job's jar, "" the one that cluster/flinkjob builds for the release. It
	// must take the same command line, and put out the same lines.
	Jar string
	// Dir is an existing folder for its files.
	Dir string
	// Ready is how long the cluster may take to be ready, and then the job to be
	// accepted, and then to run; flink.ReadyLimit if zero.
	Ready time.Duration
}

// flinkRun is the Flink cluster of a run, as the run knows it. Its methods may be
// called on nil where they make sense without a cluster.
type flinkRun struct {
	w       *world
	cluster *flink.Cluster
	dir     string
	jar     string
	jobs    []*jobRun // in the order of their numbers
	stop    context.CancelFunc
	polls   sync.WaitGroup

	mu      sync.Mutex
	aside   bool              // other jobs come and go
	others  map[string]string // what each of them is, by its id
	procs   map[string]procState
	links   map[[2]string]cluster.Link
	records int // that the sinks have committed, as far as was seen
	// pointers counts those of checkpoints that were made.
	pointers int
	alerts   int // that were raised there
	seen     map[string]bool
	leads    map[string]bool
	both     time.Time // since when more than one leads, by their own word

	meetings meetings
}

// jobRun is one of the jobs. What it has done is under the mutex of the flinkRun.
type jobRun struct {
	number int // from 1
	id     string
	args   []string

	done      int64  // checkpoints that were completed
	newest    int64  // the number of the last one that was triggered
	saving    int64  // the number of the last savepoint that was triggered
	completed int64  // the number of the last one that was completed
	ended     string // the state in which it first came to its end, "" so far
	again     bool   // it has run after that
}

// first is the job that steps are about which name none.
func (f *flinkRun) first() *jobRun { return f.jobs[0] }

// jobOf is the job of an id, nil if it is none of the plan's.
func (f *flinkRun) jobOf(id string) *jobRun {
	for _, j := range f.jobs {
		if j.id == id {
			return j
		}
	}
	return nil
}

// procState is what a process is; done, one that has ended by itself since its work was.
type procState struct{ up, paused, done bool }

// startFlink starts the cluster and its job, and returns when every task runs and
// a checkpoint is complete.
func (w *world) startFlink(ctx context.Context, at Flink) error {
	if at.Dir == "" {
		return errors.New("the plan has a Flink cluster, and no folder is given for it")
	}
	at.Version = cmp.Or(at.Version, artifact.DefaultFlink)
	at.Ready = cmp.Or(at.Ready, flink.ReadyLimit)
	jar, err := at.jar(ctx)
	if err != nil {
		return err
	}
	lodging, zooKeeper := w.servers.lodging()
	f := &flinkRun{w: w, dir: at.Dir, procs: map[string]procState{}, links: map[[2]string]cluster.Link{}, leads: map[string]bool{}, seen: map[string]bool{}, jobs: jobsOf(w.plan), jar: jar}
	w.flink = f
	p := w.plan.Flink
	for _, j := range f.jobs {
		if err := f.say(j, zooKeeper); err != nil {
			return err
		}
	}
	var application *flink.Application
	if j := f.first(); p.Application {
		application = &flink.Application{Jar: jar, Main: flinkjob.ApplicationMain, Args: j.args, JobID: j.id}
	}
	f.cluster, err = flink.Start(ctx, flink.Options{
		Version: at.Version, Dir: at.Dir, ZooKeeper: zooKeeper, Lodging: lodging, JobManagers: p.JobManagers, TaskManagers: p.TaskManagers,
		Session: time.Duration(w.plan.Topology.SessionTimeout), Tolerant: p.Tolerant, Heartbeat: time.Duration(p.Heartbeat), KeepResults: p.KeepResults, Slots: slots(w.plan), Application: application, Observe: f.observe,
	})
	if err != nil {
		return err
	}
	if err := f.cluster.AwaitReady(ctx, at.Ready); err != nil {
		return err
	}
	polling, stop := context.WithCancel(ctx)
	f.stop = stop
	f.polls.Go(func() { f.watchStore(polling) })
	if !p.Application {
		if err := f.submit(ctx, at.Ready); err != nil {
			return f.notReady(ctx, "does not take the job", err)
		}
	}
	var last error
	err = await(ctx, at.Ready, func() bool {
		last = f.askRunning(ctx)
		if last == nil && slices.Contains(f.checkpoints(), 0) {
			// Without one a fail-over would begin anew, and be none that matters.
			last = errors.New("it has completed no checkpoint")
		}
		return last == nil
	})
	if err != nil {
		return f.notReady(ctx, fmt.Sprintf("does not run the job after %v", at.Ready), last)
	}
	return nil
}

// jar is the path of the job's jar, which is looked at before anything is started.
func (at *Flink) jar(ctx context.Context) (string, error) {
	if at.Jar == "" {
		return flinkjob.Build(ctx, at.Version)
	}
	return at.Jar, flinkjob.Check(at.Jar)
}

// notReady is what keeps the job from running before anything was done to it. That
// is nobody's verdict: the machine, or the cache, is not fit for the run.
func (f *flinkRun) notReady(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &cluster.NotReady{What: fmt.Sprintf("Flink %s %s", f.cluster.Version(), what), Do: "see the logs in " + f.dir, Err: err}
}

// jobID is the id of the plan's job: a function of its seed, so that a reader
// finds the same one in each run.
func jobID(p *plan.Plan) string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(p.Scenario), p.Seed))
	return hex.EncodeToString(sum[:16])
}

// jobsOf are the jobs of a plan. The others' ids are made from the first one's.
func jobsOf(p *plan.Plan) []*jobRun {
	var jobs []*jobRun
	for n := range p.Flink.JobCount() {
		id := jobID(p)
		if n > 0 {
			sum := sha256.Sum256([]byte(fmt.Sprint(id, " job ", n+1)))
			id = hex.EncodeToString(sum[:16])
		}
		jobs = append(jobs, &jobRun{number: n + 1, id: id})
	}
	return jobs
}

// slots are how many a TaskManager has: two for each job, and one for each of those
// that a step hands in at the same time.
func slots(p *plan.Plan) int {
	n := 2 * p.Flink.JobCount()
	if slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Action == plan.Jobs }) {
		n += jobsAtOnce
	}
	return min(n, flink.Most)
}

// parallelism is that of a job: where jobs meet, a task for each of its keys, so that
// as many meet as in the model; and else one for each TaskManager.
func parallelism(f *plan.Flink, job int) int {
	if f.Barrier {
		return len(f.KeysOf(job))
	}
	return f.TaskManagers
}

// lodging is the ensemble, if it has room for processes of Flink, and where these reach
// its servers.
func (s *servers) lodging() (l cluster.Lodging, addrs []string) {
	l, _ = s.ensemble.(cluster.Lodging)
	for n := 1; n <= s.ensemble.Size(); n++ {
		if l != nil {
			addrs = append(addrs, l.Inside(n))
		} else {
			addrs = append(addrs, s.ensemble.ClientAddr(n))
		}
	}
	return l, addrs
}

// copies says that a job does with its keys what job j does; suffix is behind the name
// of where its output goes.
func (f *flinkRun) copies(j *jobRun, zooKeeper []string, suffix string) flinkjob.Options {
	p := f.w.plan
	o := flinkjob.Options{
		ZooKeeper: zooKeeper, In: plan.InputRoot, Sinks: []string{p.Flink.Sink.String()},
		Parallelism: parallelism(&p.Flink, j.number), Checkpoint: time.Duration(p.Flink.Checkpoint), SessionTimeout: time.Duration(p.Topology.SessionTimeout),
	}
	if p.Flink.Sink == plan.Files {
		o.Output = f.output(j.number) + suffix
	} else {
		o.Out = plan.OutputDir(j.number) + suffix
	}
	for _, i := range p.Flink.KeysOf(j.number) {
		o.Keys = append(o.Keys, filepath.Base(plan.InputDir(i)))
	}
	return o
}

// say draws up a job's command line.
func (f *flinkRun) say(j *jobRun, zooKeeper []string) (err error) {
	p := f.w.plan
	o := f.copies(j, zooKeeper, "")
	if j.number == 1 {
		o.Config = plan.ConfigPath
	}
	if p.Flink.Barrier {
		o.Barrier, o.Party, o.Parties = plan.BarrierRoot, j.id, p.Flink.Parties()
	}
	if o.Window = time.Duration(p.Flink.Window); o.Window > 0 {
		for n := range p.Topology.Servers {
			o.Monitors = append(o.Monitors, filepath.Base(plan.MonitorDir(n+1)))
		}
	}
	j.args, err = o.Args()
	return err
}

// submit hands the jobs to the leader.
func (f *flinkRun) submit(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	c, err := f.leaderClient()
	if err != nil {
		return err
	}
	defer c.Close()
	return f.handIn(ctx, c)
}

// handIn hands every job in to the leader.
func (f *flinkRun) handIn(ctx context.Context, c *rest.Client) error {
	for _, j := range f.jobs {
		if err := c.Submit(ctx, f.jar, rest.Spec{JobID: j.id, Args: j.args}); err != nil {
			return err
		}
	}
	return nil
}

// output is the folder of a job's sink, if that writes files.
func (f *flinkRun) output(job int) string {
	return filepath.Join(f.dir, strings.Replace(plan.OutputDir(job), plan.OutputRoot, "output", 1))
}

// restLimit bounds one question to a REST server.
const restLimit = 10 * time.Second

// leaderClient talks to the leader, the one of the lowest number if there are two.
func (f *flinkRun) leaderClient() (*rest.Client, error) {
	leaders, _ := f.cluster.Leaders()
	if len(leaders) == 0 {
		return nil, errors.New("no JobManager leads")
	}
	return rest.New(f.cluster.REST(leaders[0]), restLimit)
}

// running says whether every task of every job runs, by the word of the leader.
func (f *flinkRun) running(ctx context.Context) bool { return f.askRunning(ctx) == nil }

// askRunning says what the leader answers instead.
func (f *flinkRun) askRunning(ctx context.Context) error {
	c, err := f.leaderClient()
	if err != nil {
		return err
	}
	defer c.Close()
	for _, j := range f.jobs {
		job, err := c.Job(ctx, j.id)
		if err == nil && !job.AllRunning() {
			err = fmt.Errorf("job %d is %s, and not all its tasks run", j.number, job.State)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// observe is told what happens to the processes and what they say.
func (f *flinkRun) observe(e runlog.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ofAnother(e) {
		if e.Kind == runlog.JobState && f.aside {
			f.others[e.Job] = e.Text
		}
		return
	}
	st := f.procs[e.Proc]
	switch e.Kind {
	case runlog.Start:
		st = procState{up: true}
	case runlog.Crash:
		st = procState{}
		f.office(e.Proc, false)
	case runlog.Exit:
		st = procState{done: true}
		f.office(e.Proc, false)
	case runlog.Grant, runlog.Revoke:
		f.office(e.Proc, e.Kind == runlog.Grant)
	case runlog.Pause:
		st.paused = true
	case runlog.Resume:
		st.paused = false
	case runlog.JobState:
		if j := f.jobOf(e.Job); j != nil {
			j.turned(e.Text)
		}
	case runlog.Checkpoint:
		j := f.jobOf(e.Job)
		if j == nil {
			j = f.fresh()
			e.Job = j.id
		}
		switch e.Text {
		case runlog.Triggered:
			j.newest = e.Ckpt
			if e.Mode == runlog.SavepointMode {
				j.saving = e.Ckpt
			}
		case runlog.Completed:
			if e.Ckpt == j.saving {
				e.Mode = runlog.SavepointMode // the log line does not say it again
			}
			j.done++
			j.completed = e.Ckpt
		}
	}
	f.procs[e.Proc] = st
	f.w.log.put(e)
}

// turned takes note of the job's state.
func (j *jobRun) turned(state string) {
	switch state {
	case runlog.JobCancelled, runlog.JobFinished, runlog.JobFailed:
		j.ended = cmp.Or(j.ended, state)
	case runlog.JobRunning:
		j.again = j.again || j.ended != ""
	}
}

// ofAnother says whether a JobManager speaks of another job than the plan's; f.mu is
// held. Of a job that begins at no checkpoint it does not say which one it is.
func (f *flinkRun) ofAnother(e runlog.Event) bool {
	if e.Kind != runlog.JobState && e.Kind != runlog.Checkpoint {
		return false
	}
	return f.jobOf(e.Job) == nil && (e.Job != "" || f.aside)
}

// fresh is the job that a JobManager means which says of none that it begins at no
// checkpoint: the first that has completed none. If all have, one of them begins anew,
// and no matter which one that is, it must not; f.mu is held.
func (f *flinkRun) fresh() *jobRun {
	for _, j := range f.jobs {
		if j.done == 0 {
			return j
		}
	}
	return f.first()
}

// office takes note of who leads; f.mu is held.
func (f *flinkRun) office(proc string, leads bool) {
	if f.leads[proc] = leads; !leads {
		delete(f.leads, proc)
	}
	switch {
	case len(f.leads) < 2:
		f.both = time.Time{}
	case f.both.IsZero():
		f.both = time.Now()
	}
}

// close takes the cluster away.
func (f *flinkRun) close() error {
	if f == nil || f.cluster == nil {
		return nil
	}
	if f.stop != nil {
		f.stop()
	}
	f.polls.Wait()
	return f.cluster.Close()
}

// describe says in a few words what every process is.
func (f *flinkRun) describe() string {
	if f == nil {
		return ""
	}
	leaders, _ := f.cluster.Leaders()
	lead := map[string]bool{}
	for _, name := range leaders {
		lead[name] = true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	text := ""
	for _, name := range f.cluster.Names() {
		is := "runs"
		switch st := f.procs[name]; {
		case st.done:
			is = "has done its work"
		case !st.up:
			is = "down"
		case st.paused:
			is = "paused"
		case lead[name]:
			is = "leads"
		}
		text += ", " + name + " " + is
	}
	return text
}
