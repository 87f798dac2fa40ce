package sim

import (
	"slices"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/zookeeper"
)

// eraseLimit is how long a step that erases may take.
const eraseLimit = int64(30 * plan.Second)

// eraser removes a znode and all below it, leaf by leaf, as a client of its own: an
// operator's shell. There is one for all the steps that erase, nil without any.
type eraser struct {
	proc    *process
	machine *zookeeper.Client
	path    string // what is to go
	at      string // where it is now
	looking bool   // at what lies below, or else removing it
	gone    bool
}

func hasErase(p *plan.Plan) bool {
	return slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return s.Action == plan.Erase })
}

// erase begins; gone will say that it is done.
func (e *eraser) erase(r *run, path string) {
	var servers []paxos.ID
	for n := 1; n <= r.plan.Topology.Servers; n++ {
		servers = append(servers, paxos.ID(n))
	}
	e.machine = zookeeper.NewClient(&zookeeper.ClientConfig{ID: e.proc.id, Servers: servers, Timeout: int64(r.plan.Topology.SessionTimeout)})
	e.path, e.gone = path, false
	r.kernel.crash(e.proc) // the one of the step before
	r.kernel.start(e.proc, e.machine)
	e.descend(r, path)
}

// descend looks what lies below a znode.
func (e *eraser) descend(r *run, path string) {
	e.at, e.looking = path, true
	e.submit(r, zookeeper.Request{Op: zookeeper.OpChildren, Path: path})
}

func (e *eraser) submit(r *run, q zookeeper.Request) {
	e.proc.out.Reset()
	e.proc.next = 0
	e.machine.Submit(q, &e.proc.out)
	r.carryOut(e.proc)
}

func (e *eraser) stepped(r *run) {
	told := e.machine.Told
	e.machine.Told = nil
	for i := range told {
		switch n := &told[i]; n.Kind {
		case zookeeper.ClientCompleted:
			e.answered(r, n.Reply)
		case zookeeper.ClientClosed:
			e.gone, r.dirty = true, true
		}
	}
}

// answered goes on after a reply. A call without one is made again, from the top, as
// is a call for the next leaf.
func (e *eraser) answered(r *run, reply *zookeeper.Reply) {
	switch {
	case reply == nil || !e.looking:
		e.descend(r, e.path)
	case reply.Err == zookeeper.OK && reply.Kids.Len() > 0:
		e.descend(r, e.at+"/"+reply.Kids.Names()[0])
	case reply.Err == zookeeper.OK:
		e.looking = false
		e.submit(r, zookeeper.Request{Op: zookeeper.OpDelete, Path: e.at, Version: plan.AnyVersion})
	case reply.Err == zookeeper.NoNode && e.at == e.path:
		e.proc.out.Reset()
		e.proc.next = 0
		e.machine.Close(&e.proc.out)
		r.carryOut(e.proc)
	default:
		e.descend(r, e.path)
	}
}
