package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/flink/rest"
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
	f := &flinkRun{
		w: w, dir: at.Dir, jar: jar, jobs: jobsOf(w.plan),
		procs: map[string]procState{}, links: map[[2]string]cluster.Link{}, leads: map[string]bool{}, seen: map[string]bool{},
	}
	w.flink = f
	for _, j := range f.jobs {
		if err := f.say(j); err != nil {
			return err
		}
	}
	if f.cluster, err = flink.Start(ctx, f.options(&at)); err != nil {
		return err
	}
	if err := f.cluster.AwaitReady(ctx, at.Ready); err != nil {
		return err
	}
	polling, stop := context.WithCancel(ctx)
	f.stop = stop
	f.polls.Go(func() { f.watchStore(polling) })
	if !w.plan.Flink.Application {
		if err := f.submit(ctx, at.Ready); err != nil {
			return f.notReady(ctx, "does not take the job", err)
		}
	}
	return f.awaitJob(ctx, at.Ready)
}

// options are what the plan says of the cluster.
func (f *flinkRun) options(at *Flink) flink.Options {
	lodging, zooKeeper := f.w.servers.lodging()
	p := f.w.plan.Flink
	o := flink.Options{
		Version: at.Version, Dir: at.Dir, ZooKeeper: zooKeeper, Lodging: lodging,
		JobManagers: p.JobManagers, TaskManagers: p.TaskManagers, Slots: slots(f.w.plan),
		Session: time.Duration(f.w.plan.Topology.SessionTimeout), Heartbeat: time.Duration(p.Heartbeat),
		Tolerant: p.Tolerant, KeepResults: p.KeepResults, Observe: f.observe,
	}
	if j := f.first(); p.Application {
		o.Application = &flink.Application{Jar: f.jar, Main: flinkjob.ApplicationMain, Args: j.args, JobID: j.id}
	}
	return o
}

// awaitJob waits until every task of every job runs, and each has a checkpoint: without
// one a fail-over would begin anew, and be none that matters.
func (f *flinkRun) awaitJob(ctx context.Context, within time.Duration) error {
	var last error
	err := await(ctx, within, func() bool {
		last = f.askRunning(ctx)
		if last == nil && slices.Contains(f.checkpoints(), 0) {
			last = errors.New("it has completed no checkpoint")
		}
		return last == nil
	})
	if err != nil {
		return f.notReady(ctx, fmt.Sprintf("does not run the job after %v", within), last)
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
