package campaign

import (
	"context"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// KeptFailures is how many failing runs of a campaign in the model get a run
// folder when not all do. The others are one command away.
const KeptFailures = 20

// Each makes n jobs like r, drawn by draw, and calls done with each result in
// the order of the jobs, from one goroutine at a time. In the model they are
// made on all cores, so draw must be safe for concurrent use; real worlds have
// the machine to themselves. Each ends with the first error of draw, a run or
// done.
//
// A model run that fails gets its run folder when its turn comes, by being made
// again: so which runs are kept does not depend on which ended first. It must
// then be the same run to the bit.
func Each(ctx context.Context, r *Runner, n int, draw func(i int) (Job, error), done func(i int, res *Result) error) error {
	c := &crew{lead: r, n: n, draw: draw, done: done}
	workers := 1
	if r.World == Sim {
		workers = min(runtime.GOMAXPROCS(0), n)
	}
	if workers < 2 {
		return c.alone(ctx)
	}
	group, ctx := errgroup.WithContext(ctx)
	// How far the fast may run ahead of the slow is bounded.
	turns := make(chan chan made, 4*workers)
	todo := make(chan turn)
	group.Go(func() error { return c.deal(ctx, turns, todo) })
	for range workers {
		group.Go(func() error { return c.work(ctx, todo) })
	}
	group.Go(func() error { return c.collect(ctx, turns) })
	return group.Wait()
}

// crew is a campaign under way.
type crew struct {
	lead *Runner
	n    int
	draw func(i int) (Job, error)
	done func(i int, res *Result) error
	kept int
}

// turn is a job to be made; its result goes to the place that was taken for it
// in the order of the jobs.
type turn struct {
	i  int
	to chan<- made
}

// made is a job with its result.
type made struct {
	job Job
	res *Result
}

// deal takes a place for each job and hands it to whoever is free.
func (c *crew) deal(ctx context.Context, turns chan<- chan made, todo chan<- turn) error {
	defer close(todo)
	defer close(turns)
	for i := range c.n {
		place := make(chan made, 1)
		select {
		case turns <- place:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		select {
		case todo <- turn{i, place}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// work makes jobs, with a Runner of its own.
func (c *crew) work(ctx context.Context, todo <-chan turn) error {
	own := c.lead.another()
	for t := range todo {
		m, err := c.one(ctx, own, t.i)
		if err != nil {
			return err
		}
		t.to <- m
	}
	return nil
}

func (c *crew) one(ctx context.Context, r *Runner, i int) (made, error) {
	job, err := c.draw(i)
	if err != nil {
		return made{}, err
	}
	res, err := r.Run(ctx, job)
	return made{job, res}, err
}

// collect hands the results out in order.
func (c *crew) collect(ctx context.Context, turns <-chan chan made) error {
	i := 0
	for place := range turns {
		select {
		case m := <-place:
			if err := c.finish(ctx, i, m); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		i++
	}
	return nil
}

// alone makes the jobs one after the other.
func (c *crew) alone(ctx context.Context) error {
	for i := range c.n {
		m, err := c.one(ctx, c.lead, i)
		if err != nil {
			return err
		}
		if err := c.finish(ctx, i, m); err != nil {
			return err
		}
	}
	return nil
}

// finish keeps a failure, as long as there are few, and hands the result out.
func (c *crew) finish(ctx context.Context, i int, m made) error {
	if !m.res.Verdict.Passes() && m.res.Log == "" && !c.lead.Forget && c.kept < KeptFailures {
		if err := keep(ctx, c.lead, m.job, m.res); err != nil {
			return err
		}
		c.kept++
	}
	return c.done(i, m.res)
}

// keep makes a run again in order to keep it.
func keep(ctx context.Context, r *Runner, job Job, first *Result) error {
	again := r.another()
	again.Keep = true
	res, err := again.Run(ctx, job)
	if err != nil {
		return err
	}
	if res.LogSha256 != first.LogSha256 {
		return &Fault{job.Reproduce, fmt.Sprintf("the model is not deterministic: log %s, then %s", first.LogSha256, res.LogSha256), nil}
	}
	first.Log, first.Counterexample = res.Log, res.Counterexample
	return nil
}
