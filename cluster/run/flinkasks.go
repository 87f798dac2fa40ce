package run

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/flink/rest"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// This file is what steps ask of a Flink cluster over REST, and what they take
// away from it in ZooKeeper.

// askWithin is how long a leader may take to be there, and to answer.
const askWithin = time.Minute

// ask puts a step's request to the leader until somebody has answered.
func (f *flinkRun) ask(ctx context.Context, s plan.Step) error {
	if s.Action == plan.Jobs {
		return f.moreJobs(ctx, s.Count)
	}
	do := map[plan.Action]func(context.Context, *rest.Client) error{
		plan.Cancel: func(ctx context.Context, c *rest.Client) error { return c.Cancel(ctx, f.first().id) },
		plan.Savepoint: func(ctx context.Context, c *rest.Client) error {
			_, err := c.Savepoint(ctx, f.first().id, f.savepoints(), f.first().id)
			return err
		},
		plan.Stop:   f.stopJob,
		plan.Submit: f.handIn,
	}[s.Action]
	if f.w.plan.Flink.Application && s.EndsJob() {
		do = f.unlessEnded(do)
	}
	return f.askLeader(ctx, s.Action.String(), do)
}

func (f *flinkRun) askLeader(ctx context.Context, what string, do func(context.Context, *rest.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var last error
	err := await(ctx, askWithin, func() bool {
		c, err := f.leaderClient()
		if err != nil {
			last = err
			return false
		}
		defer c.Close()
		last = do(ctx, c)
		return last == nil
	})
	if err != nil && last != nil {
		return unfinished{fmt.Sprintf("%s was not answered: %v", what, last)}
	}
	return err
}

func (f *flinkRun) savepoints() string { return filepath.Join(f.dir, "savepoints") }

// stopJob lets the job finish with a savepoint. Asked again, it finds it finished. Of
// an application nobody may be left to say that: see unlessEnded.
func (f *flinkRun) stopJob(ctx context.Context, c *rest.Client) error {
	id := f.first().id
	if f.w.plan.Flink.Application {
		_, err := c.Stop(ctx, id, f.savepoints(), id, false)
		return err
	}
	if job, err := c.Job(ctx, id); err == nil && job.State == rest.Finished {
		return nil
	}
	if _, err := c.Stop(ctx, id, f.savepoints(), id, false); err != nil {
		return err
	}
	_, err := c.AwaitState(ctx, id, rest.Finished)
	return err
}

// unlessEnded asks for the end of an application. It ends with its job, and may be gone
// before it has answered; whoever leads next must not be asked to end what it should
// never have begun. So the job's end is taken from what JobManagers say in their logs.
func (f *flinkRun) unlessEnded(do func(context.Context, *rest.Client) error) func(context.Context, *rest.Client) error {
	ended := func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.first().ended != ""
	}
	return func(ctx context.Context, c *rest.Client) error {
		if ended() {
			return nil
		}
		if err := do(ctx, c); err != nil && !ended() {
			return err
		}
		return await(ctx, restLimit, ended)
	}
}

// moreJobs hands in n further jobs, some at a time. Each reads one record of each of
// the first job's keys, and so ends by itself. Nobody judges them: what JobManagers say
// of them is left out of the log.
func (f *flinkRun) moreJobs(ctx context.Context, n int) error {
	f.setAside(true)
	defer f.setAside(false)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	numbers, errs := make(chan int), make(chan error, jobsAtOnce)
	for range jobsAtOnce {
		go func() {
			var err error
			for i := range numbers {
				if err = f.oneMore(ctx, i, n); err != nil {
					stop()
					break
				}
			}
			errs <- err
		}()
	}
	for i := 1; i <= n && ctx.Err() == nil; i++ {
		select {
		case numbers <- i:
		case <-ctx.Done():
		}
	}
	close(numbers)
	var first error
	for range jobsAtOnce {
		// Those that were stopped because one has failed say less than that one.
		if err := <-errs; first == nil || errors.Is(first, context.Canceled) {
			first = cmp.Or(err, first)
		}
	}
	return first
}

// jobsAtOnce is how many further jobs run at the same time; there are slots for as many.
const jobsAtOnce = 4

// oneMore runs further job i of n.
func (f *flinkRun) oneMore(ctx context.Context, i, n int) error {
	sum := sha256.Sum256([]byte(fmt.Sprint(f.first().id, i)))
	id := hex.EncodeToString(sum[:16])
	o := f.copies(f.first(), fmt.Sprintf("-short-%d", i))
	o.Records, o.Checkpoint = 1, shortCheckpoint
	args, err := o.Args()
	if err != nil {
		return err
	}
	what := fmt.Sprintf("job %d of %d", i, n)
	err = f.askLeader(ctx, what, func(ctx context.Context, c *rest.Client) error {
		return c.Submit(ctx, f.jar, rest.Spec{JobID: id, Args: args})
	})
	if err != nil {
		return err
	}
	return f.awaitFinished(ctx, what, id)
}

// shortCheckpoint is the interval of checkpoints of a job that is short: it does not end
// before one is complete that was triggered after its last record.
const shortCheckpoint = 100 * time.Millisecond

func (f *flinkRun) setAside(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.aside, f.others = on, map[string]string{}
}

// awaitFinished waits until a JobManager says of another job than the plan's that it has
// finished. REST would say so as well, up to three seconds later.
func (f *flinkRun) awaitFinished(ctx context.Context, what, id string) error {
	state := ""
	err := await(ctx, askWithin, func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		state = f.others[id]
		return runlog.JobOver(state)
	})
	if errors.Is(err, errLate) || err == nil && state != runlog.JobFinished {
		return unfinished{fmt.Sprintf("%s was %s, and not finished within %v", what, cmp.Or(state, "not heard of"), askWithin)}
	}
	return err
}

// eraseWithin is how long the ensemble may take to remove what a step erases.
const eraseWithin = 30 * time.Second

// erase removes a znode and all below it. A path below FlinkRoot is meant as if
// the cluster's own root were that: its name is not the plan's affair.
func (w *world) erase(ctx context.Context, path string) error {
	if below, ok := strings.CutPrefix(path, plan.FlinkRoot); ok {
		path = plan.FlinkRoot + flink.ClusterID + below
	}
	ctx, cancel := context.WithTimeout(ctx, eraseWithin)
	defer cancel()
	var last error
	err := await(ctx, eraseWithin, func() bool {
		last = w.eraseOnce(ctx, path)
		return last == nil
	})
	if err != nil && last != nil {
		return unfinished{fmt.Sprintf("%s was not erased: %v", path, last)}
	}
	return err
}

func (w *world) eraseOnce(ctx context.Context, path string) error {
	w.servers.refresh(ctx)
	n := w.servers.elected(time.Time{}, nil)
	if n == 0 {
		return errors.New("no server leads")
	}
	c, err := w.visit(ctx, n)
	if err != nil {
		return err
	}
	defer c.Close()
	return eraseBelow(c, path)
}

// eraseBelow removes the leaves first. What somebody else has removed is gone, too.
func eraseBelow(c *zk.Conn, path string) error {
	kids, _, err := c.Children(path)
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, kid := range kids {
		if err := eraseBelow(c, path+"/"+kid); err != nil {
			return err
		}
	}
	if err := c.Delete(path, -1); err != nil && !errors.Is(err, zk.ErrNoNode) {
		return err
	}
	return nil
}
