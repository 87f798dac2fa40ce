package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// unfinished says why a run could not go on as planned. It is a result of the
// run and becomes the text of its End.
type unfinished struct{ why string }

func (u unfinished) Error() string { return u.why }

// steps carries the plan's steps out, in order.
func (w *world) steps(ctx context.Context, begun time.Time) error {
	for num, s := range w.plan.Steps {
		wait := time.Duration(s.When.D)
		if s.When.Kind == plan.At {
			wait = time.Until(begun.Add(wait))
		}
		if !pause(ctx, wait, nil) {
			return ctx.Err()
		}
		err := w.step(ctx, num, s)
		if errors.Is(err, errLate) {
			return unfinished{fmt.Sprintf("step %d, %q, waited in vain: %s", num, s.Text(), w.describe())}
		}
		if err != nil {
			return fmt.Errorf("step %d, %q: %w", num, s.Text(), err)
		}
	}
	return nil
}

func (w *world) step(ctx context.Context, num int, s plan.Step) error {
	if usesRoles(s) && !w.servers.fresh() {
		w.servers.refresh(ctx)
	}
	v := w.view()
	a := plan.Resolve(v, s.A, s.Except, s.B)
	b := plan.Resolve(v, s.B, s.Except, s.A)
	if s.Action == plan.Await {
		cause := w.log.put(runlog.Event{Kind: runlog.Step, Num: num, Text: s.Text()})
		if err := w.awaitStep(ctx, s); err != nil {
			return err
		}
		now := w.view()
		w.log.put(runlog.Event{Kind: runlog.Await, Cause: cause, Num: num, Text: s.Text(), Node: now.leading, Epoch: now.epoch})
		if s.For == plan.Ready {
			w.log.put(runlog.Event{Kind: runlog.Ready, Node: now.leading, Text: s.Text(), Epoch: now.epoch})
		}
		return nil
	}
	// The step stands in the log where it strikes. A process of Flink is told to be
	// gone after all that it had said, which may be a while later.
	tell := sync.OnceFunc(func() {
		servers, procs := split(a)
		w.log.put(runlog.Event{Kind: runlog.Step, Num: num, Text: s.Text(), Servers: servers, With: plan.TargetNames(procs)})
	})
	if s.Action == plan.Reconfig {
		tell()
		return w.reconfigure(num, a, plan.Resolve(v, s.Observe, s.Except, nil), b)
	}
	if err := w.act(cluster.OnStrike(ctx, tell), s, a, b); err != nil {
		return err
	}
	tell()
	return nil
}

// usesRoles says whether the step means other servers when roles change.
func usesRoles(s plan.Step) bool {
	for _, targets := range [][]string{s.A, s.B, s.Observe, s.Except} {
		if slices.Contains(targets, plan.Leader) || slices.Contains(targets, plan.Follower) {
			return true
		}
	}
	return false
}

// act puts the step in force on the servers a and b.
func (w *world) act(ctx context.Context, s plan.Step, a, b []int) error {
	switch s.Action {
	case plan.Name:
		if len(a) > 0 {
			w.servers.names[s.As] = a[0]
		}
		return nil
	case plan.Crash:
		return each(ctx, a, w.crash)
	case plan.Start:
		return each(ctx, a, w.start)
	case plan.Restart:
		return errors.Join(each(ctx, a, w.crash), each(ctx, a, w.start))
	case plan.Pause:
		return each(ctx, a, w.pause)
	case plan.Resume:
		return each(ctx, a, w.resume)
	case plan.Bar, plan.Unbar:
		return each(ctx, a, func(ctx context.Context, n int) error { return w.servers.bar(ctx, n, s.Action == plan.Bar) })
	case plan.Silence, plan.Unsilence:
		for _, name := range s.A {
			w.silence(name, s.Action == plan.Silence)
		}
		return nil
	case plan.Cut, plan.Slow, plan.Heal:
		return w.links(ctx, s, a, b)
	case plan.Savepoint, plan.Cancel, plan.Stop, plan.Submit, plan.Jobs:
		return w.flink.ask(ctx, s)
	case plan.Erase:
		return w.erase(ctx, s.Path)
	}
	panic(fmt.Sprintf("a step to %v in a real world", s.Action))
}

// each does something to all these servers at once: a step that means several
// means one moment, and a container engine takes long for each.
func each(ctx context.Context, servers []int, do func(context.Context, int) error) error {
	errs := make([]error, len(servers))
	var all sync.WaitGroup
	for i, n := range servers {
		all.Go(func() { errs[i] = do(ctx, n) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// links changes each link that the step is about.
func (w *world) links(ctx context.Context, s plan.Step, a, b []int) error {
	change := map[plan.Action]func(*cluster.Link){
		plan.Cut: func(l *cluster.Link) { l.Cut = true },
		plan.Slow: func(l *cluster.Link) {
			l.Delay, l.Jitter, l.Loss = time.Duration(s.Link.Delay), time.Duration(s.Link.Jitter), s.Link.Loss
		},
		plan.Heal: func(l *cluster.Link) { *l = cluster.Link{} },
	}[s.Action]
	both := s.Both
	if s.Action == plan.Heal && len(s.A) == 0 {
		for n := 1; n <= w.plan.Topology.Servers; n++ {
			a = append(a, n)
		}
		a = append(a, w.flink.targets()...)
		b = a
	}
	for _, from := range a {
		for _, to := range b {
			if from == to {
				continue
			}
			if err := w.setLink(ctx, from, to, change); err != nil {
				return err
			}
			if !both {
				continue
			}
			if err := w.setLink(ctx, to, from, change); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) silence(name string, on bool) {
	c, text := w.clientNamed(name), "up"
	if on {
		c.gate.silence()
		text = "silent"
	} else {
		c.gate.unsilence()
	}
	w.log.put(runlog.Event{Kind: runlog.LinkState, Client: plan.ClientNumber(name) + 1, Text: text})
}
