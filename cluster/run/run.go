package run

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// Plan carries p out on e, whose servers all run, and puts what happens into
// log; the last event is End, whatever happens. How a run ended is in the log.
// An error means that it was not carried out: the plan needs the model or
// another ensemble, a fault could not be made (a *cluster.NotReady among them),
// or ctx ended.
func Plan(ctx context.Context, p *plan.Plan, e cluster.Ensemble, log runlog.Sink) error {
	return WithFlink(ctx, p, e, Flink{}, log)
}

// WithFlink is Plan for a plan that may have a Flink cluster, which is started
// and closed as f says.
func WithFlink(ctx context.Context, p *plan.Plan, e cluster.Ensemble, f Flink, log runlog.Sink) error {
	rec := newRecorder(log)
	err := possible(p, e)
	if err == nil {
		err = carry(ctx, p, e, f, rec)
	}
	var short unfinished
	switch {
	case ctx.Err() != nil:
		rec.put(runlog.Event{Kind: runlog.End, Text: "interrupted"})
		return fmt.Errorf("interrupted: %w", context.Cause(ctx))
	case errors.As(err, &short):
		rec.put(runlog.Event{Kind: runlog.End, Text: short.why})
		return nil
	case err != nil:
		rec.put(runlog.Event{Kind: runlog.End, Text: strings.ReplaceAll(err.Error(), "\n", "; ")})
		return err
	}
	rec.put(runlog.Event{Kind: runlog.End})
	return nil
}

// possible says what about the plan cannot be done on e.
func possible(p *plan.Plan, e cluster.Ensemble) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if p.Topology.Servers != e.Size() {
		return fmt.Errorf("the plan is for %d servers, the ensemble has %d", p.Topology.Servers, e.Size())
	}
	if p.Bug != "" {
		return fmt.Errorf("the plan plants the bug %s: only the model has planted bugs, run it with --world sim", p.Bug)
	}
	if why := p.RunsOnlyInModel(); why != "" {
		return fmt.Errorf("%s, run it with --world sim", why)
	}
	for num, s := range p.Steps {
		if why := s.RunsOnlyInModel(); why != "" {
			return fmt.Errorf("step %d, %q: %s, run it with --world sim", num, s.String(), why)
		}
	}
	return nil
}

// world is one run under way.
type world struct {
	plan    *plan.Plan
	log     *recorder
	servers *servers
	addrs   []string // of server n at n-1
	clients []*client
	noted   map[*client]int // expiries that an await took note of
	good    atomic.Int64    // calls that ended well
	calling atomic.Int64    // clients that have calls left
	writing chan struct{}   // a connected client has begun a write; not buffered

	flink   *flinkRun // nil without Flink
	monitor monitor
	// operators make the requests of Reconfig steps.
	operators operators

	mu       sync.Mutex
	sessions map[int64]bool // that clients have had
}

func carry(ctx context.Context, p *plan.Plan, e cluster.Ensemble, f Flink, rec *recorder) (err error) {
	w := &world{
		plan: p, log: rec, servers: newServers(e, rec),
		noted: map[*client]int{}, sessions: map[int64]bool{}, writing: make(chan struct{}),
	}
	for n := 1; n <= e.Size(); n++ {
		w.addrs = append(w.addrs, e.ClientAddr(n))
	}
	w.operators.ctx, w.operators.stop = context.WithCancel(ctx)
	defer w.operators.end()
	// Polls end before the run does, so that none follows its End.
	polling, stop := context.WithCancel(ctx)
	var polls sync.WaitGroup
	defer func() { stop(); polls.Wait() }()
	for n := 1; n <= e.Size(); n++ {
		polls.Go(func() { w.servers.watch(polling, n) })
	}
	polls.Go(func() { w.servers.confessions(polling) })
	defer w.disconnect(ctx)
	if err := w.proveHealth(ctx, "start"); err != nil {
		return err
	}
	if err := w.setUp(ctx); err != nil {
		return err
	}
	if p.Flink != (plan.Flink{}) {
		defer func() { err = errors.Join(err, w.flink.close()) }()
		if err := w.startFlink(ctx, f); err != nil {
			return err
		}
	}
	return w.carrySteps(ctx)
}

// healthLimit is how long the ensemble has to get well: to elect (a second or
// two, and more when it has to wait for those it thinks alive, or for a machine
// that is busy with starting JVMs), and to bring every server up to date, twice
// over. How soon it must recover is for a check to say.
func (w *world) healthLimit() time.Duration {
	t := w.plan.Topology
	return 60*time.Second + 2*time.Duration(t.Tick)*time.Duration(t.InitLimit+t.SyncLimit)
}

func (w *world) proveHealth(ctx context.Context, text string) error {
	limit := w.healthLimit()
	leader, epoch, err := w.awaitReady(ctx, limit, func() bool { return w.servers.dead() != "" })
	if dead := w.servers.dead(); dead != "" && ctx.Err() == nil {
		return unfinished{fmt.Sprintf("the ensemble was not healthy at the %s: %s", text, dead)}
	}
	if errors.Is(err, errLate) {
		return unfinished{fmt.Sprintf("the ensemble was not healthy at the %s within %v: %s", text, limit, w.servers.describe())}
	}
	if err != nil {
		return err
	}
	w.log.put(runlog.Event{Kind: runlog.Ready, Node: leader, Epoch: epoch, Text: text})
	return nil
}

// setUp makes the setup calls. Its connection stays open, so that an ephemeral
// of the setup lasts as long as the run.
func (w *world) setUp(ctx context.Context) error {
	c, err := w.connect(0, 0)
	if err != nil {
		return err
	}
	w.clients = append(w.clients, c)
	for num, call := range w.plan.Setup {
		if !pause(ctx, time.Duration(call.After), nil) {
			return ctx.Err()
		}
		ret, made := c.call(ctx, num, call)
		if made && ret.Out != runlog.OK {
			return unfinished{fmt.Sprintf("setup call %d, %q, ended %s with %s", num, call.Action(), ret.Out, ret.Err)}
		}
	}
	return nil
}

// carrySteps runs clients and steps side by side, makes all well again, and
// reads what is left.
func (w *world) carrySteps(ctx context.Context) error {
	for i, c := range w.plan.Clients {
		cl, err := w.connect(i+1, c.Server)
		if err != nil {
			return err
		}
		w.clients = append(w.clients, cl)
	}
	if err := w.awaitConnected(ctx); err != nil {
		return err
	}
	w.log.put(runlog.Event{Kind: runlog.Begin})
	begun := time.Now()
	w.monitor.begun, w.monitor.read = begun, map[int]int64{}
	stop := make(chan struct{})
	var busy sync.WaitGroup
	for i, c := range w.plan.Clients {
		w.calling.Add(1)
		busy.Go(func() {
			defer w.calling.Add(-1)
			w.clients[i+1].run(ctx, c.Calls, stop)
		})
	}
	err := w.steps(ctx, begun)
	// What follows is evidence also when an await was in vain.
	var short unfinished
	well := err == nil || errors.As(err, &short)
	if well {
		health := w.makeWell(ctx)
		well, err = health == nil, errors.Join(err, health)
	}
	if well {
		pause(ctx, time.Duration(w.plan.Topology.Settle), nil)
	}
	close(stop)
	w.operators.end()
	busy.Wait()
	w.disconnect(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	w.log.put(runlog.Event{Kind: runlog.Done})
	if well {
		err = errors.Join(err, w.flink.drain(ctx))
	}
	err = errors.Join(err, w.flink.outputs(ctx))
	if well {
		err = errors.Join(err, w.finalReads(ctx))
	}
	return err
}

// awaitConnected waits until every client has a session, so that the times of
// the plan begin with clients that can call.
func (w *world) awaitConnected(ctx context.Context) error {
	err := await(ctx, w.healthLimit(), func() bool {
		for _, c := range w.clients {
			if _, session, _ := c.where(); session == 0 {
				return false
			}
		}
		return true
	})
	if errors.Is(err, errLate) {
		return unfinished{"a client got no session: " + w.servers.describe()}
	}
	return err
}

// makeWell undoes what is in force and waits for the ensemble's health.
func (w *world) makeWell(ctx context.Context) error {
	for _, c := range w.clients {
		c.gate.unsilence()
	}
	if err := errors.Join(w.servers.undo(ctx), w.flink.undo(ctx)); err != nil {
		return err
	}
	if err := w.proveHealth(ctx, "end"); err != nil {
		return err
	}
	return w.flink.proveHealth(ctx)
}

// disconnect closes all clients, side by side: one without a connection takes
// seconds. When the run was interrupted nobody waits for good manners.
func (w *world) disconnect(ctx context.Context) {
	var wg sync.WaitGroup
	for _, c := range w.clients {
		if ctx.Err() != nil {
			c.gate.sever()
		}
		wg.Go(c.close)
	}
	wg.Wait()
	w.clients = nil
}

func (w *world) serverAt(addr string) int {
	for i, a := range w.addrs {
		if a == addr {
			return i + 1
		}
	}
	return 0
}

func (w *world) opened(session int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sessions[session] = true
}

// clientNamed is the client of that name, which the plan is known to have.
func (w *world) clientNamed(name string) *client {
	return w.clients[plan.ClientNumber(name)]
}
