package sim

import (
	"slices"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// askAgainAfter is how long an operator waits before it asks once more.
const askAgainAfter = int64(300 * plan.Millisecond)

// operator makes the request of one Reconfig step, as a client of its own, and makes
// it again until it is granted.
type operator struct {
	step    int
	proc    *process
	machine *zookeeper.Client
	want    *zookeeper.Reconfig
	granted bool
}

func countReconfigs(p *plan.Plan) int {
	n := 0
	for i := range p.Steps {
		if p.Steps[i].Action == plan.Reconfig {
			n++
		}
	}
	return n
}

// newOperators gives each Reconfig step its operator; their processes are those from
// first on.
func (r *run) newOperators(first int) {
	for i := range r.plan.Steps {
		if r.plan.Steps[i].Action == plan.Reconfig {
			r.operators = append(r.operators, &operator{step: i, proc: &r.procs[first+len(r.operators)]})
		}
	}
}

func (r *run) operatorOf(step int) *operator {
	return r.operators[slices.IndexFunc(r.operators, func(o *operator) bool { return o.step == step })]
}

// operator is the one whose process p is, nil if it is none's.
func (r *run) operator(p *process) *operator {
	for _, o := range r.operators {
		if o.proc == p {
			return o
		}
	}
	return nil
}

// allGranted says whether every request made so far is granted.
func (r *run) allGranted() bool {
	for _, o := range r.operators {
		if o.want != nil && !o.granted {
			return false
		}
	}
	return true
}

// begin makes the request.
func (o *operator) begin(r *run, add, observe, remove []int) {
	o.want = &zookeeper.Reconfig{Voters: setOf(add), Observers: setOf(observe), Leaving: setOf(remove), From: zookeeper.AnyConfig}
	var servers []paxos.ID
	for n := 1; n <= r.plan.Topology.Servers; n++ {
		servers = append(servers, paxos.ID(n))
	}
	o.machine = zookeeper.NewClient(&zookeeper.ClientConfig{ID: o.proc.id, Servers: servers, Timeout: int64(r.plan.Topology.SessionTimeout)})
	r.kernel.start(o.proc, o.machine)
	o.ask(r)
}

func setOf(servers []int) (s paxos.Set) {
	for _, n := range servers {
		s = s.With(paxos.ID(n))
	}
	return s
}

func (o *operator) ask(r *run) {
	if !o.proc.up {
		return // the run is coming to its end
	}
	o.act(r, func(out *paxos.Effects) {
		o.machine.Submit(zookeeper.Request{Op: zookeeper.OpReconfig, Reconfig: o.want}, out)
	})
}

func (o *operator) act(r *run, do func(*paxos.Effects)) {
	o.proc.out.Reset()
	o.proc.next = 0
	do(&o.proc.out)
	r.carryOut(o.proc)
}

func (o *operator) stepped(r *run) {
	told := o.machine.Told
	o.machine.Told = nil
	for i := range told {
		if n := &told[i]; n.Kind == zookeeper.ClientCompleted {
			o.answered(r, n)
		}
	}
}

// answered writes an answer down, and asks again if it was none, or a refusal.
func (o *operator) answered(r *run, n *zookeeper.ClientNews) {
	e := runlog.Event{Kind: runlog.Reconfig, Num: o.step, Node: int(n.Server), Out: runlog.Unknown, Err: zookeeper.ConnectionLoss.String()}
	if n.Reply != nil {
		e.Out, e.Err, e.Zxid = runlog.Fail, n.Reply.Err.String(), uint64(n.Reply.Zxid)
		if o.granted = n.Reply.Err == zookeeper.OK; o.granted {
			e.Out = runlog.OK
		}
	}
	r.put(e)
	r.dirty = true
	if o.granted {
		o.act(r, o.machine.Close)
		return
	}
	r.wake(askAgainAfter, askAgain, uint32(slices.Index(r.operators, o)))
}

// showMembers puts a configuration into an event.
func showMembers(e *runlog.Event, m *paxos.Members) {
	for id := paxos.ID(1); id <= paxos.MaxServer; id++ {
		switch {
		case m.Voters.Has(id):
			e.Servers = append(e.Servers, int(id))
		case m.Observers.Has(id):
			e.Kids = append(e.Kids, id.String())
		}
	}
}
