package run

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// Targets of steps are numbers, those of Flink's processes after the servers'.

// split parts targets, which are in order, into servers and processes of Flink.
func split(targets []int) (servers, procs []int) {
	i := slices.IndexFunc(targets, func(n int) bool { return n > plan.MaxServers })
	if i < 0 {
		return targets, nil
	}
	return targets[:i], targets[i:]
}

// targets are the numbers of all processes.
func (f *flinkRun) targets() []int {
	if f == nil {
		return nil
	}
	var all []int
	for _, name := range f.cluster.Names() {
		all = append(all, plan.ProcessNumber(name))
	}
	return all
}

// view is a picture of servers and processes at one moment.
func (w *world) view() view {
	v := w.servers.view()
	f := w.flink
	if f == nil {
		return v
	}
	v.jobManagers, v.taskManagers = w.plan.Flink.JobManagers, w.plan.Flink.TaskManagers
	v.procs = map[int]bool{}
	leaders, _ := f.cluster.Leaders()
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, st := range f.procs {
		v.procs[plan.ProcessNumber(name)] = st.up && !st.paused
	}
	for _, name := range slices.Backward(leaders) {
		// A paused one would still say that it leads; one that runs outranks it.
		if n := plan.ProcessNumber(name); v.jobLeading == 0 || v.procs[n] {
			v.jobLeading = n
		}
	}
	return v
}

func (w *world) describe() string { return w.servers.describe() + w.flink.describe() }

// Each of the four does nothing where there is nothing to do, as with servers.

func (w *world) crash(ctx context.Context, n int) error {
	if n <= plan.MaxServers {
		return w.servers.crash(ctx, n)
	}
	return w.flink.fault(ctx, n, func(st procState) bool { return st.up }, w.flink.cluster.Kill)
}

func (w *world) start(ctx context.Context, n int) error {
	if n <= plan.MaxServers {
		return w.servers.start(ctx, n)
	}
	return w.flink.fault(ctx, n, func(st procState) bool { return !st.up }, w.flink.cluster.Start)
}

func (w *world) pause(ctx context.Context, n int) error {
	if n <= plan.MaxServers {
		return w.servers.pause(ctx, n)
	}
	return w.flink.fault(ctx, n, func(st procState) bool { return st.up && !st.paused }, w.flink.cluster.Pause)
}

func (w *world) resume(ctx context.Context, n int) error {
	if n <= plan.MaxServers {
		return w.servers.resume(ctx, n)
	}
	return w.flink.fault(ctx, n, func(st procState) bool { return st.paused }, w.flink.cluster.Resume)
}

// fault does something to a process that is in a state for it.
func (f *flinkRun) fault(ctx context.Context, n int, fits func(procState) bool, do func(context.Context, string) error) error {
	name := plan.TargetName(n)
	f.mu.Lock()
	st := f.procs[name]
	f.mu.Unlock()
	if !fits(st) {
		return nil
	}
	return do(ctx, name)
}

// setLink changes one direction between two targets.
func (w *world) setLink(ctx context.Context, from, to int, change func(*cluster.Link)) error {
	if from <= plan.MaxServers && to <= plan.MaxServers {
		return w.servers.setLink(ctx, from, to, change)
	}
	return w.flink.setLink(ctx, from, to, change)
}

func (f *flinkRun) setLink(ctx context.Context, from, to int, change func(*cluster.Link)) error {
	a, b := plan.TargetName(from), plan.TargetName(to)
	f.mu.Lock()
	link := f.links[[2]string{a, b}]
	f.mu.Unlock()
	old := link
	if change(&link); link == old {
		return nil
	}
	if err := f.cluster.SetLink(ctx, a, b, link); err != nil {
		return err
	}
	f.mu.Lock()
	f.links[[2]string{a, b}] = link
	f.mu.Unlock()
	e := runlog.Event{Kind: runlog.LinkState, Text: linkText(link)}
	if e.Proc = a; from <= plan.MaxServers {
		e.Proc, e.Node = "", from
	}
	if e.With = b; to <= plan.MaxServers {
		e.With, e.Peer = "", to
	}
	f.w.log.put(e)
	return nil
}

// undo takes back every fault in force. That a process has done its work is none.
func (f *flinkRun) undo(ctx context.Context) error {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	touched := slices.Collect(maps.Keys(f.links))
	f.mu.Unlock()
	for _, l := range touched {
		if err := f.setLink(ctx, target(l[0]), target(l[1]), func(l *cluster.Link) { *l = cluster.Link{} }); err != nil {
			return err
		}
	}
	for _, n := range f.targets() {
		if f.done(n) {
			continue
		}
		if err := errors.Join(f.w.resume(ctx, n), f.w.start(ctx, n)); err != nil {
			return err
		}
	}
	return nil
}

// done says whether a process has ended since its work was done.
func (f *flinkRun) done(n int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.procs[plan.TargetName(n)].done
}

func target(name string) int { return max(plan.ServerNumber(name), plan.ProcessNumber(name)) }

// await waits for what a step about Flink says.
func (f *flinkRun) await(ctx context.Context, within time.Duration, s plan.Step, except []int) error {
	switch s.For {
	case plan.JobLeader:
		return await(ctx, within, func() bool { return len(f.leading(except)) > 0 })
	case plan.NoJobLeader:
		return await(ctx, within, func() bool { return len(f.leading(nil)) == 0 })
	case plan.JobRunning:
		return await(ctx, within, func() bool { return f.running(ctx) })
	case plan.Checkpoints:
		before := f.checkpoints()
		return await(ctx, within, func() bool {
			for i, n := range f.checkpoints() {
				if n < before[i]+int64(s.Count) {
					return false
				}
			}
			return true
		})
	}
	told := f.committed
	switch s.For {
	case plan.Alerts:
		told = f.alerted
	case plan.Pointers:
		told = f.pointed
	}
	enough := told() + s.Count
	return await(ctx, within, func() bool { return told() >= enough })
}

// checkpoints is how many each job has completed so far.
func (f *flinkRun) checkpoints() []int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var done []int64
	for _, j := range f.jobs {
		done = append(done, j.done)
	}
	return done
}

// leading are the JobManagers that run and lead, less except.
func (f *flinkRun) leading(except []int) []string {
	leaders, _ := f.cluster.Leaders()
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(leaders, func(name string) bool {
		st := f.procs[name]
		return !st.up || st.paused || slices.Contains(except, plan.ProcessNumber(name))
	})
}
