package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/flink/hastore"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/figures"
)

// electionLimit is how long it may take after the last fault until a JobManager
// leads: an election, a session that has to expire first, on a machine that has other
// things to do. recoveryLimit is how long one may take to lead alone, and to bring
// its job to run; it is long enough to see one that is slow come to its end.
const (
	electionLimit = time.Minute
	recoveryLimit = 150 * time.Second
)

// proveHealth waits until one JobManager leads and its job runs.
func (f *flinkRun) proveHealth(ctx context.Context) error {
	if f == nil {
		return nil
	}
	if f.w.plan.EndsApplication() {
		return f.proveEnd(ctx)
	}
	// Two that both lead for longer than any session lives will do so for ever.
	overlap := 2 * time.Duration(f.w.plan.Topology.SessionTimeout)
	led := time.Now() // when somebody did last
	err := await(ctx, recoveryLimit, func() bool {
		f.mu.Lock()
		both := f.both
		f.mu.Unlock()
		if !both.IsZero() && time.Since(both) > overlap {
			return true
		}
		leaders := f.leading(nil)
		if len(leaders) > 0 {
			led = time.Now()
		}
		return len(leaders) == 1 && (f.over() || f.running(ctx)) || time.Since(led) > electionLimit
	})
	switch leaders := f.leading(nil); {
	case err == nil && len(leaders) > 1:
		return unfinished{strings.Join(leaders, " and ") + " lead at the same time, and neither gives way"}
	case err == nil && time.Since(led) > electionLimit:
		return unfinished{fmt.Sprintf("no JobManager has led for %v after the last fault%s", electionLimit, f.describe())}
	}
	if errors.Is(err, errLate) {
		return unfinished{fmt.Sprintf("the job did not run within %v after the last fault%s", recoveryLimit, f.describe())}
	}
	return err
}

// proveEnd waits until an application has come to its end: its job has, and every
// JobManager, each of which had to see that for itself. If somebody runs the job once
// more there is nothing to wait for; that it should not is for a check to say.
func (f *flinkRun) proveEnd(ctx context.Context) error {
	err := await(ctx, recoveryLimit, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		j, all := f.first(), true
		for n := range f.w.plan.Flink.JobManagers {
			all = all && f.procs[plan.TargetName(plan.JobManager(n+1))].done
		}
		return j.again || j.ended != "" && all
	})
	if errors.Is(err, errLate) {
		return unfinished{fmt.Sprintf("the application did not come to its end within %v after the last fault%s", recoveryLimit, f.describe())}
	}
	return err
}

// over says whether the plan has ended the job.
func (f *flinkRun) over() bool {
	for _, s := range f.w.plan.Steps {
		if s.EndsJob() {
			return true
		}
	}
	return false
}

// drainLimit bounds how long the job may take to read what is left, and
// drainCheckpoints is how many checkpoints are completed meanwhile that were
// triggered after the last write: it then had the time for it.
const (
	drainLimit       = time.Minute
	drainCheckpoints = 6
)

// drain waits until all is put out that the job will ever put out.
func (f *flinkRun) drain(ctx context.Context) error {
	if f == nil || f.over() {
		return nil
	}
	f.mu.Lock()
	var since []int64
	for _, j := range f.jobs {
		since = append(since, j.newest)
	}
	f.mu.Unlock()
	met := f.meetings.sofar()
	last := make([]int64, len(f.jobs))
	err := await(ctx, drainLimit, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		enough := true
		for i, j := range f.jobs {
			last[i] = j.completed
			enough = enough && last[i] >= since[i]+drainCheckpoints
		}
		return enough
	})
	if errors.Is(err, errLate) {
		return unfinished{fmt.Sprintf("%s did not complete %d checkpoints within %v after the last write%s", f.all(), drainCheckpoints, drainLimit, f.describe())}
	}
	if err == nil && f.w.plan.Flink.Barrier {
		// That they do not meet is for a check to say.
		if err = await(ctx, drainLimit, func() bool { return f.meetings.sofar() > met }); errors.Is(err, errLate) {
			err = nil
		}
		f.meetings.end()
	}
	if err == nil {
		for i, j := range f.jobs {
			f.w.log.put(runlog.Event{Kind: runlog.Drained, Job: j.id, Ckpt: last[i], Num: int(last[i])})
		}
	}
	return err
}

// all names the jobs for people.
func (f *flinkRun) all() string {
	if len(f.jobs) == 1 {
		return "the job"
	}
	return fmt.Sprintf("each of the %d jobs", len(f.jobs))
}

// committed is how many records the sink has committed so far, as far as the
// watch over the store has seen: while ZooKeeper is away its znodes are not.
func (f *flinkRun) committed() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.records
}

// pointed is how many pointers of checkpoints were seen to be made.
func (f *flinkRun) pointed() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pointers
}

// alerted is how many alerts were seen to be raised.
func (f *flinkRun) alerted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.alerts
}

// alert logs an alert, the first time that somebody sees it.
func (f *flinkRun) alert(e runlog.Event, batch string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	mark := fmt.Sprint(batch, " ", e.Path, e.Num, e.Text)
	if f.seen[mark] {
		return
	}
	f.seen[mark] = true
	if e.Text == figures.Raised {
		f.alerts++
	}
	f.w.log.put(e)
}

// batches are what the sink of each job has committed. What tasks rely on that have
// passed a round of the barrier, by this output, is logged with it.
func (f *flinkRun) batches(ctx context.Context) ([][]flinkjob.Batch, error) {
	all := make([][]flinkjob.Batch, len(f.jobs))
	files := f.w.plan.Flink.Sink == plan.Files
	if files {
		for i, j := range f.jobs {
			var err error
			if all[i], err = flinkjob.ReadFiles(f.output(j.number)); err != nil {
				return nil, err
			}
		}
		if !f.w.plan.Flink.Barrier {
			return all, nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, restLimit)
	defer cancel()
	c, err := f.w.visit(ctx, 1)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if _, err := c.Sync("/"); err != nil {
		return nil, fmt.Errorf("sync on n1: %w", err)
	}
	tree := hastore.Conn(c)
	if !files {
		for i, j := range f.jobs {
			if all[i], err = flinkjob.ReadZnodes(tree, plan.OutputDir(j.number)); err != nil {
				return nil, err
			}
		}
	}
	return all, f.meetings.rest(f, tree, passed(all))
}

// outputs logs all that the sink has committed. Output that cannot be read is not
// taken for none: then nothing can be said of the job.
func (f *flinkRun) outputs(ctx context.Context) error {
	if f == nil {
		return nil
	}
	all, err := f.batches(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return unfinished{"the job's output cannot be read: " + err.Error()}
	}
	for i, j := range f.jobs {
		for _, b := range all[i] {
			for _, e := range b.Events(j.id) {
				if e.Kind == runlog.Alert {
					f.alert(e, b.Name)
					continue
				}
				f.w.log.put(e)
			}
		}
	}
	return nil
}
