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

// over says whether the plan has ended the job.
func (f *flinkRun) over() bool {
	for _, s := range f.w.plan.Steps {
		if s.Action == plan.Cancel || s.Action == plan.Stop {
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
	since := f.newest
	f.mu.Unlock()
	var last int64
	err := await(ctx, drainLimit, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		last = f.completed
		return last >= since+drainCheckpoints
	})
	if errors.Is(err, errLate) {
		return unfinished{fmt.Sprintf("the job did not complete %d checkpoints within %v after the last write%s", drainCheckpoints, drainLimit, f.describe())}
	}
	if err == nil {
		f.w.log.put(runlog.Event{Kind: runlog.Drained, Job: f.job, Ckpt: last, Num: int(last)})
	}
	return err
}

// committed is how many records the sink has committed so far, as far as the
// watch over the store has seen: while ZooKeeper is away its znodes are not.
func (f *flinkRun) committed() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.records
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

// batches are what the sink has committed.
func (f *flinkRun) batches(ctx context.Context) ([]flinkjob.Batch, error) {
	if f.w.plan.Flink.Sink == plan.Files {
		return flinkjob.ReadFiles(f.output())
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
	return flinkjob.ReadZnodes(hastore.Conn(c), plan.OutputRoot)
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
	for _, b := range all {
		for _, e := range b.Events(f.job) {
			if e.Kind == runlog.Alert {
				f.alert(e, b.Name)
				continue
			}
			f.w.log.put(e)
		}
	}
	return nil
}
