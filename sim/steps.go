package sim

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// stepper carries out the plan's steps, one after the other.
type stepper struct {
	next       int    // index of the step to be carried out
	generation uint32 // of the timer that is waited for
	names      []name
	awaiting   bool  // the step at next is an await that waits
	callsLeft  int   // Await Calls
	writeBegun bool  // Await InFlight
	saved      []int // Await Saved: those that have
	armed      plan.Point
	watching   bool // the step at next waits for armed
	slow       []plan.Link
}

type name struct {
	name   string
	server int
}

func (s *stepper) prepare(r *run) {
	s.slow = make([]plan.Link, len(r.procs)*len(r.procs))
}

// nextStep waits for the moment of the next step.
func (r *run) nextStep() {
	r.generation++ // the limit of an await that is over means nothing any more
	if r.next == len(r.plan.Steps) {
		r.recover()
		return
	}
	s := &r.plan.Steps[r.next]
	switch s.When.Kind {
	case plan.When:
		r.armed, r.watching = s.When.Point, true
	case plan.At:
		r.wake(max(0, r.began+int64(s.When.D)-r.now), stepDue, r.generation)
	default:
		r.wake(int64(s.When.D), stepDue, r.generation)
	}
}

func (r *run) stepDue(generation uint32) {
	if generation != r.generation {
		return
	}
	s := &r.plan.Steps[r.next]
	if r.awaiting {
		r.finish(fmt.Sprintf("step %d, %q, was not fulfilled", r.next+1, s.Text()))
		return
	}
	if s.Action == plan.Await {
		r.beginAwait(s, int64(s.Within))
		return
	}
	if s.Action == plan.Erase {
		r.beginAwait(s, eraseLimit)
		r.eraser.erase(r, s.Path)
		return
	}
	r.carryOutStep(s)
	r.next++
	r.nextStep()
}

// reached is told of every protocol point and carries out the step that waits for
// it at once, before anything else happens.
func (r *run) reached(p *process, verb, what string, peer paxos.ID) {
	if r.awaiting && verb == "logs" && what == "snapshot" {
		r.saved = append(r.saved, int(p.id))
		r.dirty = true
	}
	if !r.watching {
		return
	}
	a := &r.armed
	if a.Verb != verb || a.What != "" && a.What != what {
		return
	}
	if !slices.Contains(plan.Resolve(r, []string{a.Who}, nil, nil), int(p.id)) {
		return
	}
	if a.Peer != "" && !slices.Contains(plan.Resolve(r, []string{a.Peer}, nil, nil), int(peer)) {
		return
	}
	if a.N--; a.N > 0 {
		return
	}
	r.watching = false
	r.stepDue(r.generation)
}

func (r *run) beginAwait(s *plan.Step, within int64) {
	r.awaiting, r.callsLeft, r.writeBegun = true, s.Count, false
	r.saved = nil
	if r.cluster != nil {
		r.cluster.beginAwait(s.Count)
	}
	r.generation++
	r.wake(within, stepDue, r.generation)
	r.dirty = true
}

// lookForAwaited sees whether the await in force is fulfilled.
func (r *run) lookForAwaited() {
	if !r.awaiting {
		return
	}
	s := &r.plan.Steps[r.next]
	if !r.fulfilled(s) {
		return
	}
	r.awaiting = false
	if s.Action == plan.Erase {
		r.carryOutStep(s)
		r.next++
		r.nextStep()
		return
	}
	lead := r.Leading()
	e := runlog.Event{Kind: runlog.Await, Num: r.next, Text: s.Text(), Node: lead}
	if lead > 0 {
		e.Epoch = r.consensus(lead).Epoch()
	}
	r.put(e)
	if s.For == plan.Ready {
		r.ready(s.Text())
	}
	r.next++
	r.nextStep()
}

func (r *run) fulfilled(s *plan.Step) bool {
	if s.Action == plan.Erase {
		return r.eraser.gone
	}
	switch s.For {
	case plan.HasLeader:
		except := plan.Resolve(r, s.Except, nil, nil)
		return r.leadingExcept(except) > 0
	case plan.NoLeader:
		return r.Leading() == 0
	case plan.Ready:
		return r.healthy()
	case plan.Calls:
		return r.callsLeft <= 0
	case plan.InFlight:
		return r.writeBegun
	case plan.Saved:
		for _, n := range plan.Resolve(r, s.A, s.Except, nil) {
			if !slices.Contains(r.saved, n) {
				return false
			}
		}
		return true
	case plan.Reconfigured:
		return r.allGranted()
	case plan.Expired:
		for _, t := range s.A {
			if c := plan.ClientNumber(t); c < 0 || !r.clients[c].expired {
				return false
			}
		}
		return true
	}
	return r.cluster.fulfilled(r, s)
}

// carryOutStep does what a step says and writes that it is in force.
func (r *run) carryOutStep(s *plan.Step) {
	a := plan.Resolve(r, s.A, s.Except, s.B)
	b := plan.Resolve(r, s.B, s.Except, s.A)
	switch s.Action {
	case plan.Name:
		if len(a) > 0 {
			r.names = append(r.names, name{s.As, a[0]})
		}
	case plan.Crash:
		r.each(a, r.crashServer, func(f *flinkProcess) { r.cluster.crash(f, "") })
	case plan.Start:
		r.each(a, r.startServer, r.cluster.start)
	case plan.Restart:
		r.each(a, r.crashServer, func(f *flinkProcess) { r.cluster.crash(f, "") })
		r.each(a, r.startServer, r.cluster.start)
	case plan.Pause:
		r.each(a, r.pauseServer, func(f *flinkProcess) { r.cluster.pause(f, true) })
	case plan.Resume:
		r.each(a, r.resumeServer, func(f *flinkProcess) { r.cluster.pause(f, false) })
	case plan.Erase: // it is done
	case plan.Savepoint:
		r.cluster.savepointWanted = true
	case plan.Cancel:
		r.cluster.cancelWanted = true
	case plan.Stop:
		r.cluster.stopWanted = true
	case plan.Submit:
		r.cluster.toLeader((*flink.JobManager).Submit)
	case plan.Rescale:
		r.cluster.toLeader((*flink.JobManager).Rescale)
	case plan.Jobs:
		r.cluster.toLeader(func(j *flink.JobManager, out *paxos.Effects) { j.Jobs(s.Count, out) })
	case plan.Cut:
		r.pairs(s, a, b, func(from, to int) { r.setLink(from, to, true, plan.Link{}) })
	case plan.Slow:
		r.pairs(s, a, b, func(from, to int) { r.setLink(from, to, false, s.Link) })
	case plan.Heal:
		if len(s.A) == 0 {
			r.healAll()
		} else {
			r.pairs(s, a, b, func(from, to int) { r.setLink(from, to, false, plan.Link{}) })
		}
	case plan.Silence, plan.Unsilence:
		for _, t := range s.A {
			r.silenceClient(plan.ClientNumber(t), s.Action == plan.Silence)
		}
	case plan.Bar, plan.Unbar:
		for _, id := range a {
			r.net.barred[id] = s.Action == plan.Bar
		}
	case plan.Stall, plan.Unstall:
		for _, id := range a {
			r.kernel.stall(&r.procs[id], volume(slices.Index(volumeNames[:], s.Disk)), s.Action == plan.Stall)
		}
	case plan.Reconfig:
		observe := plan.Resolve(r, s.Observe, s.Except, nil)
		r.operatorOf(r.next).begin(r, a, observe, b)
		a = append(a, observe...)
	case plan.Jump:
		r.each(a, func(id int) { r.jump(&r.procs[id], int64(s.By), false) }, nil)
	default:
		panic(fmt.Sprintf("sim: step %v", s.Action))
	}
	for _, id := range b {
		if !slices.Contains(a, id) {
			a = append(a, id)
		}
	}
	slices.Sort(a)
	e := runlog.Event{Kind: runlog.Step, Num: r.next, Text: s.Text(), Servers: a}
	if i := slices.IndexFunc(a, func(n int) bool { return n > plan.MaxServers }); i >= 0 {
		if e.With = plan.TargetNames(a[i:]); i == 0 {
			e.Servers = nil
		} else {
			e.Servers = a[:i]
		}
	}
	r.put(e)
	r.dirty = true
}

// each does something to servers, and to processes of Flink.
func (r *run) each(targets []int, server func(int), process func(*flinkProcess)) {
	for _, n := range targets {
		if n <= plan.MaxServers {
			server(n)
		} else {
			process(r.cluster.process(n))
		}
	}
}

// id is the process that a target's number stands for.
func (r *run) id(target int) paxos.ID {
	if target <= plan.MaxServers {
		return paxos.ID(target)
	}
	return r.cluster.process(target).cfg.ID
}

func (r *run) pairs(s *plan.Step, a, b []int, do func(from, to int)) {
	for _, from := range a {
		for _, to := range b {
			if from == to {
				continue
			}
			do(from, to)
			if s.Both {
				do(to, from)
			}
		}
	}
}

// setLink puts a link into a state, if it is in another.
func (r *run) setLink(from, to int, cut bool, l plan.Link) {
	a, b := r.id(from), r.id(to)
	link := r.net.link(a, b)
	was := &r.slow[int(a)*len(r.procs)+int(b)]
	if link.cut == cut && *was == l {
		return
	}
	wasCut := link.cut
	*was = l
	link.cut, link.delay, link.jitter, link.loss = cut, int64(l.Delay), int64(l.Jitter), l.Loss
	e := runlog.Event{Kind: runlog.LinkState, Node: from, Peer: to, Text: LinkText(cut, l)}
	if from > plan.MaxServers {
		e.Node, e.Proc = 0, plan.TargetName(from)
	}
	if to > plan.MaxServers {
		e.Peer, e.With = 0, plan.TargetName(to)
	}
	r.put(e)
	switch {
	case cut && !wasCut:
		r.stop(a, b)
	case wasCut && !cut:
		r.heal(a, b)
	}
}

// LinkText is how a run log shows the state of a link.
func LinkText(cut bool, l plan.Link) string {
	switch {
	case cut:
		return "cut"
	case l == plan.Link{}:
		return "up"
	}
	return fmt.Sprintf("slow delay=%v jitter=%v loss=%dppm", l.Delay, l.Jitter, l.Loss)
}

func (r *run) healAll() {
	var all []int
	for n := 1; n <= r.plan.Topology.Servers; n++ {
		all = append(all, n)
	}
	if r.cluster != nil {
		for _, f := range r.cluster.procs {
			all = append(all, f.target)
		}
	}
	for _, from := range all {
		for _, to := range all {
			r.setLink(from, to, false, plan.Link{})
		}
	}
}

func (r *run) silenceClient(i int, on bool) {
	id := paxos.Client(i)
	if r.net.silenced[id] == on {
		return
	}
	text := "up"
	if on {
		text = "silent"
	}
	r.put(runlog.Event{Kind: runlog.LinkState, Client: i + 1, Text: text})
	r.silence(id, on)
}

// The view that targets are resolved by.

// Size implements plan.View.
func (r *run) Size() int { return r.plan.Topology.Servers }

// Leading implements plan.View: of those that lead, the one of the latest epoch.
func (r *run) Leading() int { return r.leadingExcept(nil) }

func (r *run) leadingExcept(except []int) int {
	best, epoch := 0, uint32(0)
	for id := 1; id <= r.plan.Topology.Servers; id++ {
		p := &r.procs[id]
		if !p.up || p.paused || slices.Contains(except, id) {
			continue
		}
		if z := r.consensus(id); z.Role() == paxos.Leading && z.Serves() && z.Epoch() >= epoch {
			best, epoch = id, z.Epoch()
		}
	}
	return best
}

// Named implements plan.View.
func (r *run) Named(n string) int {
	for i := len(r.names) - 1; i >= 0; i-- {
		if r.names[i].name == n {
			return r.names[i].server
		}
	}
	return 0
}

// Up implements plan.View.
func (r *run) Up(n int) bool {
	p := &r.procs[r.id(n)]
	return p.up && !p.paused
}
