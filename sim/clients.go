package sim

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// client makes one plan client's calls through a model client.
type client struct {
	number  int
	calls   []plan.Call
	machine *zookeeper.Client
	proc    *process
	memory  plan.Memory

	next   int // index of the next call
	made   plan.Call
	open   bool
	timers int // call timers under way: only the last counts
	// The open call is given up at deadline. One timer is enough for all calls:
	// impatient says that it runs, and it is set anew when it finds it was early.
	deadline  int64
	impatient bool
	started   bool
	stopped   bool // no more calls
	closing   bool
	finished  bool
	expired   bool
	session   int64
	line      int64 // of the open call
	timeout   int64
}

func (r *run) newClients() {
	p := r.plan
	for i := 0; i <= len(p.Clients); i++ {
		c := &client{number: i, calls: p.Setup, timeout: int64(p.Topology.SessionTimeout)}
		first := 1
		if i > 0 {
			c.calls = p.Clients[i-1].Calls
			first = max(1, p.Clients[i-1].Server)
		}
		order := make([]paxos.ID, 0, p.Topology.Servers)
		for n := range p.Topology.Servers {
			order = append(order, paxos.ID((first-1+n)%p.Topology.Servers+1))
		}
		id := paxos.Client(i)
		c.machine = zookeeper.NewClient(&zookeeper.ClientConfig{ID: id, Servers: order, Timeout: c.timeout})
		c.proc = &r.procs[id]
		r.clients = append(r.clients, c)
	}
}

func (c *client) start(r *run) {
	c.started = true
	r.kernel.start(c.proc, c.machine)
	c.schedule(r)
}

// schedule waits for the pause before the next call.
func (c *client) schedule(r *run) {
	if c.next == len(c.calls) || c.stopped {
		c.end(r)
		return
	}
	c.timers++
	r.wake(int64(c.calls[c.next].After), clientDue, uint32(c.number))
}

// due makes the next call.
func (c *client) due(r *run) {
	if c.timers--; c.timers > 0 || c.open || c.closing {
		return
	}
	if c.stopped {
		c.end(r)
		return
	}
	resolved, ok := c.memory.Resolve(c.calls[c.next])
	if !ok {
		c.next++
		c.schedule(r)
		return
	}
	if n := resolved.Value.Figures; n > 0 {
		resolved.Value = plan.Text(r.figures(n).String())
	}
	c.made, c.open = resolved, true
	call := &c.made
	if r.awaiting && call.Op.Writes() && c.machine.Server() != 0 {
		r.writeBegun, r.dirty = true, true
	}
	c.line = r.put(runlog.Event{
		Kind: runlog.Call, Client: c.number + 1, Num: c.next, Op: call.Op.String(), Path: call.Path, Data: call.Value.Text,
		Version: call.Version, Mode: mode(call), Parts: parts(call.Parts), Node: int(c.machine.Server()), Session: c.session,
	})
	c.deadline = r.now + callPatience*c.timeout
	if !c.impatient {
		c.impatient = true
		r.wake(callPatience*c.timeout, giveUpCall, uint32(c.number))
	}
	c.proc.cause = c.line
	c.act(r, c.submit)
}

// overdue gives up a call that has been open for too long.
func (c *client) overdue(r *run) {
	c.impatient = false
	switch {
	case !c.open:
	case r.now < c.deadline:
		c.impatient = true
		r.wake(c.deadline-r.now, giveUpCall, uint32(c.number))
	default:
		c.act(r, c.machine.GiveUp)
	}
}

func (c *client) submit(out *paxos.Effects) { c.machine.Submit(request(&c.made), out) }

// act lets the machine do something outside of an event.
func (c *client) act(r *run, do func(out *paxos.Effects)) {
	c.proc.out.Reset()
	c.proc.next = 0
	do(&c.proc.out)
	r.carryOut(c.proc)
}

// stop ends the client after the call it has open.
func (c *client) stop(r *run) {
	c.stopped = true
	if !c.open && !c.closing {
		c.end(r)
	}
}

// end closes the session. Setup has made its znodes, so its session goes, too.
func (c *client) end(r *run) {
	if !c.closing && !c.finished {
		c.closing = true
		c.act(r, c.machine.Close)
	}
}

// stepped takes what the machine has told.
func (c *client) stepped(r *run) {
	told := c.machine.Told
	c.machine.Told = nil
	for i := range told {
		c.hear(r, &told[i])
	}
	if c.machine.Told == nil {
		c.machine.Told = told[:0]
	}
}

func (c *client) hear(r *run, n *zookeeper.ClientNews) {
	switch n.Kind {
	case zookeeper.ClientConnected:
		c.session = n.Session
		r.put(runlog.Event{Kind: runlog.Conn, Client: c.number + 1, Node: int(n.Server), Session: n.Session})
	case zookeeper.ClientLost:
		r.put(runlog.Event{Kind: runlog.Lost, Client: c.number + 1, Node: int(n.Server)})
	case zookeeper.ClientExpired:
		c.expired = true
		r.dirty = true
		r.put(runlog.Event{Kind: runlog.Expired, Client: c.number + 1, Session: n.Session})
	case zookeeper.ClientWatch:
		e := runlog.Event{Kind: runlog.Watch, Client: c.number + 1, Node: int(n.Server), Path: n.Event.Path, Text: n.Event.Type.String()}
		if n.Event.Renewed {
			e.Mode = runlog.Renewed
		}
		r.put(e)
	case zookeeper.ClientCompleted:
		c.complete(r, n.Reply, int(n.Server))
	case zookeeper.ClientClosed:
		c.finished = true
		r.dirty = true
	}
}

// complete writes the end of the open call and goes on.
func (c *client) complete(r *run, reply *zookeeper.Reply, server int) {
	e := runlog.Event{Kind: runlog.Ret, Client: c.number + 1, Num: c.next, Node: server, Session: c.session, Cause: c.line}
	if reply == nil {
		e.Out, e.Err = runlog.Unknown, zookeeper.ConnectionLoss.String()
	} else {
		c.fill(&e, reply)
		c.learn(reply)
	}
	r.put(e)
	c.open = false
	c.next++
	if e.Out == runlog.OK && r.awaiting {
		r.callsLeft--
		r.dirty = true
	}
	c.schedule(r)
}

// fill shows a reply in the log, as far as ZooKeeper's reply to that operation
// shows it.
func (c *client) fill(e *runlog.Event, reply *zookeeper.Reply) {
	e.Out, e.Zxid = runlog.OK, uint64(reply.Zxid)
	if reply.Err != zookeeper.OK {
		e.Out, e.Err = runlog.Fail, reply.Err.String()
		if reply.Err == zookeeper.SessionExpired || reply.Err == zookeeper.SessionMoved {
			e.Out = runlog.Fail // an error transaction: certainly without effect
		}
		return
	}
	switch c.made.Op {
	case plan.Get, plan.Set, plan.Exists, plan.Children:
		s := &reply.Stat
		e.Version, e.Cversion, e.Owner = s.Version, s.Cversion, s.Owner
		e.Czxid, e.Mzxid, e.Pzxid = uint64(s.Czxid), uint64(s.Mzxid), uint64(s.Pzxid)
		e.Data, e.Kids = reply.Data, reply.Kids.Names()
	case plan.Create:
		e.Path = reply.Path
	case plan.Multi:
		e.Parts = make([]runlog.Part, len(reply.Parts))
		for i := range reply.Parts {
			e.Parts[i] = runlog.Part{Op: c.made.Parts[i].Op.String(), Path: reply.Parts[i].Path, Version: reply.Parts[i].Stat.Version}
		}
	}
}

// learn remembers what a reply showed, for calls that refer to it.
func (c *client) learn(reply *zookeeper.Reply) {
	call := &c.made
	if reply.Err == zookeeper.NoNode && call.Op != plan.Multi && call.Op != plan.Create {
		c.memory.Forget(call.Path)
	}
	if reply.Err != zookeeper.OK {
		return
	}
	switch call.Op {
	case plan.Get:
		c.memory.Saw(call.Path, reply.Data, reply.Stat.Version)
	case plan.Set:
		c.memory.Saw(call.Path, call.Value.Text, reply.Stat.Version)
	case plan.Create:
		if !call.Sequential {
			c.memory.Saw(call.Path, call.Value.Text, 0)
		}
	case plan.Delete:
		c.memory.Forget(call.Path)
	case plan.Multi:
		for i := range call.Parts {
			if p := &call.Parts[i]; p.Op == plan.Set {
				c.memory.Saw(p.Path, p.Value.Text, reply.Parts[i].Stat.Version)
			}
		}
	}
}

var ops = [...]zookeeper.Op{
	plan.Get: zookeeper.OpGet, plan.Set: zookeeper.OpSet, plan.Create: zookeeper.OpCreate, plan.Delete: zookeeper.OpDelete,
	plan.Exists: zookeeper.OpExists, plan.Children: zookeeper.OpChildren, plan.Sync: zookeeper.OpSync,
	plan.Check: zookeeper.OpCheck, plan.Multi: zookeeper.OpMulti, plan.AddWatch: zookeeper.OpAddWatch, plan.RemoveWatches: zookeeper.OpRemoveWatches,
}

// request is a resolved call as the model client sends it.
func request(c *plan.Call) zookeeper.Request {
	if c.Value.Seen || c.Version == plan.SeenVersion {
		panic(fmt.Sprintf("sim: call %v is not resolved", c))
	}
	r := zookeeper.Request{
		Op: ops[c.Op], Path: c.Path, Data: c.Value.Text, Version: c.Version,
		Ephemeral: c.Ephemeral, Sequential: c.Sequential, Watch: c.Watch, Recursive: c.Recursive,
	}
	if len(c.Parts) > 0 {
		r.Parts = make([]zookeeper.Request, len(c.Parts))
	}
	for i := range c.Parts {
		r.Parts[i] = request(&c.Parts[i])
	}
	return r
}

func mode(c *plan.Call) string {
	switch {
	case c.Watch:
		return runlog.WatchMode
	case c.Recursive:
		return runlog.Recursive
	case c.Ephemeral && c.Sequential:
		return "ephemeral sequential"
	case c.Ephemeral:
		return "ephemeral"
	case c.Sequential:
		return "sequential"
	}
	return ""
}

func parts(calls []plan.Call) []runlog.Part {
	if len(calls) == 0 {
		return nil // no multi
	}
	ps := make([]runlog.Part, len(calls))
	for i := range calls {
		c := &calls[i]
		ps[i] = runlog.Part{Op: c.Op.String(), Path: c.Path, Data: c.Value.Text, Version: c.Version, Mode: mode(c)}
	}
	return ps
}
