package sim

import (
	"context"
	"fmt"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// The model's own limits, in virtual nanoseconds.
const (
	readyLimit   = int64(60 * plan.Second)      // for the ensemble to get healthy
	lastLimit    = int64(20 * plan.Second)      // for clients to stop, and servers to level
	bootSpread   = 50 * plan.Millisecond        // servers start within this of each other
	runLimit     = int64(20 * 60 * plan.Second) // of a whole run: nothing sane takes longer
	committed    = 100                          // transactions a leader can send to a server that lags
	snapEvery    = 150                          // transactions between snapshots
	driftSpread  = 200                          // ppm by which clocks run fast or slow
	callPatience = 3                            // session time-outs until a call is given up
)

// World is the deterministic world: it carries out plans on the model. The zero
// value is ready to use, by one goroutine at a time.
type World struct {
	// Quiet leaves messages, writes and syncs out of the log.
	Quiet bool
}

// Name is "sim".
func (*World) Name() string { return "sim" }

// Run carries a plan out and writes what happened to log. The same plan gives
// the same events. It fails when the plan asks for what the model does not have,
// and when ctx ends; what goes wrong within the run stands in the log.
func (w *World) Run(ctx context.Context, p *plan.Plan, log runlog.Sink) error {
	r, err := newRun(p, log, w.Quiet)
	if err != nil {
		return err
	}
	return r.run(ctx)
}

// run is one run of a plan.
type run struct {
	kernel
	plan  *plan.Plan
	log   runlog.Sink
	watch checker.Invariants
	quiet bool
	event runlog.Event // reused for every line

	protocol protocol
	stage    stage
	limit    int64 // of the stage, in virtual time
	began    int64 // when the clients started
	over     bool
	broken   bool      // an invariant is
	dirty    bool      // something changed that an await may wait for
	clients  []*client // 0 makes the setup calls
	diaries  []diary   // of the servers, from 1
	eraser   *eraser
	cluster  *cluster // of Flink, nil if there is none
	// operators make the requests of Reconfig steps, each its own.
	operators []*operator
	stepper
}

// stage is how far a run has come: the list in plan's documentation.
type stage uint8

const (
	starting stage = iota
	setup
	deploying // Flink and its job
	stepping
	recovering
	settling
	stopping
	draining // Flink's job
	levelling
)

func newRun(p *plan.Plan, log runlog.Sink, quiet bool) (*run, error) {
	known, err := ProtocolOf(p)
	if err != nil {
		return nil, err
	}
	r := &run{plan: p, log: log, quiet: quiet, protocol: known.use(p), watch: known.watch(p)}
	n := p.Topology.Servers
	processes := int(paxos.Client(len(p.Clients))) + 1 + p.Flink.JobManagers + p.Flink.TaskManagers
	if hasErase(p) {
		processes++
	}
	first := processes
	processes += countReconfigs(p)
	r.init(p, processes, r)
	clocks := plan.NewStream(p.Seed, "clocks")
	for id := 1; id <= n; id++ {
		pr := &r.procs[id]
		pr.drift = int64(clocks.Intn(2*driftSpread+1)) - driftSpread
		pr.disk = &disk{durable: r.protocol.disk(paxos.ID(id))}
	}
	bug, _ := zab.BugNamed(p.Bug)
	r.net.noDialBack = bug == zab.NoDialBack
	r.diaries = make([]diary, n+1)
	r.newClients()
	if p.Flink != (plan.Flink{}) {
		r.cluster = newCluster(r)
	}
	if hasErase(p) {
		r.eraser = &eraser{proc: &r.procs[first-1]}
	}
	r.newOperators(first)
	r.prepare(r)
	return r, nil
}

// The world's own timers.
const (
	bootServer     uint32 = iota // arg: server
	stepDue                      // arg: generation of the stepper
	clientDue                    // arg: client
	stageDue                     // arg: stage whose time is over
	giveUpCall                   // arg: client
	startFlink                   // arg: process of Flink
	superviseFlink               // arg: process of Flink
	lookFlink
	countFlink
	askAgain // arg: operator
)

func (r *run) run(ctx context.Context) (err error) {
	defer func() {
		// A machine may meet the impossible after an invariant was broken, and with
		// a planted bug before any is: then its own assertion is the invariant.
		// Else it is a mistake of the model.
		if p := recover(); p != nil {
			if !r.broken && r.plan.Bug == "" {
				panic(p)
			}
			if !r.broken {
				r.put(runlog.Event{Kind: runlog.Violated, Msg: "Assertion", Text: fmt.Sprint(p)})
			}
			r.finish(fmt.Sprintf("after an invariant was broken: %v", p))
		}
	}()
	draw := plan.NewStream(r.plan.Seed, "boot")
	for id := 1; id <= r.plan.Topology.Servers; id++ {
		r.wake(int64(draw.Duration(0, bootSpread)), bootServer, uint32(id))
	}
	r.enter(starting, readyLimit)
	for n := 0; !r.over; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			r.finish("interrupted")
			return context.Cause(ctx)
		}
		if !r.step() {
			r.finish("nothing is left to happen")
			break
		}
		if r.dirty {
			r.dirty = false
			r.look()
		}
		if r.now > runLimit {
			r.finish("the run does not end")
		}
	}
	return nil
}

// finish writes the last event.
func (r *run) finish(why string) {
	if !r.over {
		r.put(runlog.Event{Kind: runlog.End, Text: why})
		r.over = true
	}
}

// enter begins a stage that may last for limit.
func (r *run) enter(s stage, limit int64) {
	r.stage, r.limit = s, limit
	r.wake(limit, stageDue, uint32(s))
	r.dirty = true
}

// fired is the kernel telling that one of the world's timers has run out.
func (r *run) fired(which, arg uint32) {
	switch which {
	case bootServer:
		r.startServer(int(arg))
	case stepDue:
		r.stepDue(arg)
	case clientDue:
		r.clients[arg].due(r)
	case giveUpCall:
		r.clients[arg].overdue(r)
	case startFlink, superviseFlink, lookFlink, countFlink:
		r.cluster.fired(which, arg)
	case askAgain:
		r.operators[arg].ask(r)
	case stageDue:
		if stage(arg) == r.stage {
			r.stageOver()
		}
	}
}

// stageOver is the end of a stage by its time.
func (r *run) stageOver() {
	switch r.stage {
	case starting:
		r.finish("the ensemble did not get healthy at the start")
	case setup:
		r.finish("the setup calls were not done in time")
	case deploying:
		r.finish("the job did not run at the start")
	case draining:
		r.enter(levelling, lastLimit) // the checks will say what is lacking
	case recovering:
		if r.healthy() {
			r.finish("the application did not come to its end after the last fault")
			return
		}
		r.finish("the ensemble did not get healthy after the last fault")
	case settling:
		r.enter(stopping, lastLimit)
		for _, c := range r.clients[1:] {
			c.stop(r)
		}
		for _, o := range r.operators {
			r.kernel.crash(o.proc)
		}
	case stopping:
		r.finish("the clients did not come to an end")
	case levelling:
		if !r.healthy() {
			r.finish("the ensemble did not stay healthy to the end")
			return
		}
		// All that was sent has arrived long ago. A server that lags now believes
		// that it does not, and would answer a sync.
		r.finals()
		r.finish("")
	}
}

// look sees whether what the stage waits for has come.
func (r *run) look() {
	switch r.stage {
	case starting:
		if r.healthy() {
			r.ready("start")
			r.enter(setup, readyLimit)
			r.clients[0].start(r)
		}
	case setup:
		switch {
		case !r.clients[0].finished:
		case r.cluster != nil:
			r.enter(deploying, firstLimit)
			r.cluster.begin()
		default:
			r.begin()
		}
	case deploying:
		if r.cluster.jobRunning() && r.cluster.checkpointed() {
			r.begin()
		}
	case stepping:
		r.lookForAwaited()
	case recovering:
		if r.healthy() && (!r.plan.EndsApplication() || r.cluster.applicationOver()) {
			r.ready("end")
			r.enter(settling, int64(r.plan.Topology.Settle))
		}
	case stopping:
		for _, c := range r.clients {
			if !c.finished {
				return
			}
		}
		r.put(runlog.Event{Kind: runlog.Done})
		if r.cluster != nil && !r.plan.EndsApplication() {
			r.cluster.metBefore = r.cluster.met
			r.enter(draining, drainLimit)
			return
		}
		r.enter(levelling, lastLimit)
	case draining:
		if r.healthy() && r.cluster.drained() {
			r.cluster.drain()
			r.enter(levelling, lastLimit)
		}
	case levelling:
		if r.healthy() && r.level() {
			r.finals()
			r.finish("")
		}
	}
}

func (r *run) begin() {
	r.began = r.now
	r.put(runlog.Event{Kind: runlog.Begin})
	r.stage = stepping
	for _, c := range r.clients[1:] {
		c.start(r)
	}
	r.nextStep()
}

// recover undoes what the steps left in force.
func (r *run) recover() {
	r.healAll()
	clear(r.net.barred)
	r.unstallAll()
	for id := 1; id <= r.plan.Topology.Servers; id++ {
		if !r.procs[id].up {
			r.startServer(id)
		} else if r.procs[id].paused {
			r.resumeServer(id)
		}
	}
	for i := range r.clients {
		r.silenceClient(i, false)
	}
	if r.cluster != nil {
		r.cluster.revive()
	}
	r.enter(recovering, readyLimit)
}

// put writes an event with the present time and gives its number.
func (r *run) put(e runlog.Event) int64 {
	e.T = r.now
	r.event = e
	return r.write()
}

// write puts r.event into the log, and has the invariants watch it. Only the
// first that is broken is told: the others would be its echo. The run goes on, so
// that the log shows what clients come to see of it.
func (r *run) write() int64 {
	if r.over {
		return 0
	}
	line := r.log.Put(&r.event)
	r.note(&r.event)
	if r.quiet {
		return line
	}
	if r.broken {
		return line
	}
	if b := r.watch.Observe(&r.event); b != nil {
		r.broken = true
		r.event = runlog.Event{T: r.now, Kind: runlog.Violated, Node: r.event.Node, Msg: b.Name, Text: b.Why, Cause: line}
		r.log.Put(&r.event)
	}
	return line
}
