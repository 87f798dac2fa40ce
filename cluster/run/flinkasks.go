package run

import (
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

// moreJobs hands in n further jobs, one after the other, and cancels each when it
// runs. Nobody judges them: what they say is left out of the log.
func (f *flinkRun) moreJobs(ctx context.Context, n int) error {
	f.setAside(true)
	defer f.setAside(false)
	for i := range n {
		sum := sha256.Sum256([]byte(fmt.Sprint(f.first().id, i)))
		id := hex.EncodeToString(sum[:16])
		args := elsewhere(f.first().args, fmt.Sprintf("%s-%d", f.output(1), i+1), fmt.Sprintf("%s-%d", plan.OutputRoot, i+1))
		err := f.askLeader(ctx, fmt.Sprintf("job %d of %d", i+1, n), func(ctx context.Context, c *rest.Client) error {
			if err := c.Submit(ctx, f.jar, rest.Spec{JobID: id, Args: args}); err != nil {
				return err
			}
			if err := runs(ctx, c, id); err != nil {
				return err
			}
			if err := c.Cancel(ctx, id); err != nil {
				return err
			}
			_, err := c.AwaitState(ctx, id, rest.Canceled)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *flinkRun) setAside(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.aside = on
}

// elsewhere are the arguments of a job that puts out to another folder or znode.
func elsewhere(args []string, output, out string) []string {
	args = append([]string(nil), args...)
	for i := 1; i < len(args); i++ {
		switch args[i-1] {
		case "--output":
			args[i] = output
		case "--out":
			args[i] = out
		}
	}
	return args
}

// runs waits until every task of a job runs.
func runs(ctx context.Context, c *rest.Client, id string) error {
	err := await(ctx, askWithin, func() bool {
		job, err := c.Job(ctx, id)
		return err == nil && job.AllRunning()
	})
	if errors.Is(err, errLate) {
		return fmt.Errorf("job %s does not run after %v", id, askWithin)
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
