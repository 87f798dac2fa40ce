package run

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/flink/rest"
	"github.com/schismlab/schism/plan"
)

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

// copies says that a job does with its keys what job j does; suffix is behind the name
// of where its output goes.
func (f *flinkRun) copies(j *jobRun, suffix string) flinkjob.Options {
	p := f.w.plan
	_, zooKeeper := f.w.servers.lodging()
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
func (f *flinkRun) say(j *jobRun) (err error) {
	p := f.w.plan
	o := f.copies(j, "")
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
