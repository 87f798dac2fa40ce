package sim

import (
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/runlog"
)

// This file is the world as the kernel's observer: it writes the log, and sees
// the moments that steps wait for.

func (r *run) sent(p *process, m *paxos.Message) int64 {
	line := p.cause
	if r.worthALine(m) {
		line = r.message(runlog.Send, int(p.id), int(m.To), m, p.cause)
	}
	return line
}

func (r *run) arrived(p *process, m *paxos.Message, cause int64) int64 {
	line := cause
	if r.worthALine(m) {
		line = r.message(runlog.Recv, int(p.id), int(m.From), m, cause)
	}
	r.reached(p, "receives", m.Kind.String(), m.From)
	return line
}

func (r *run) lost(m *paxos.Message, cause int64) {
	if r.worthALine(m) {
		r.message(runlog.Drop, int(m.From), int(m.To), m, cause)
	}
}

// worthALine leaves pings out: they say little and are half of all messages.
func (r *run) worthALine(m *paxos.Message) bool {
	return !r.quiet && m.Kind != paxos.Ping && m.To.IsServer() && m.From.IsServer()
}

func (r *run) message(kind runlog.Kind, node, peer int, m *paxos.Message, cause int64) int64 {
	e := &r.event
	*e = runlog.Event{T: r.now, Kind: kind, Node: node, Peer: peer, Msg: m.Kind.String(), Zxid: uint64(m.Zxid), Epoch: m.Epoch, Cause: cause}
	return r.write()
}

func (r *run) wrote(p *process, what string, epoch uint32, z paxos.Zxid, chain uint64) {
	if !r.quiet {
		r.disk(runlog.Write, p, what, epoch, z, chain)
	}
	r.reached(p, "writes", what, 0)
}

func (r *run) synced(p *process, what string, z paxos.Zxid) {
	if !r.quiet {
		r.disk(runlog.Synced, p, what, 0, z, 0)
	}
	r.reached(p, "logs", what, 0)
}

func (r *run) disk(kind runlog.Kind, p *process, what string, epoch uint32, z paxos.Zxid, chain uint64) {
	e := &r.event
	*e = runlog.Event{T: r.now, Kind: kind, Node: int(p.id), Text: what, Epoch: epoch, Zxid: uint64(z), Chain: chain, Cause: p.cause}
	r.write()
}

// noteKinds are the kinds of event that notes become.
var noteKinds = [...]runlog.Kind{
	paxos.RoleChanged: runlog.Role, paxos.Serving: runlog.Role, paxos.Proposed: runlog.Propose, paxos.Applied: runlog.Apply,
	paxos.Restored: runlog.Restore, paxos.Truncated: runlog.Truncate, paxos.Voted: runlog.Vote, paxos.Threw: runlog.Threw, paxos.Configured: runlog.Members,
}

func (r *run) noted(p *process, n *paxos.Note) {
	e := &r.event
	*e = runlog.Event{
		T: r.now, Kind: noteKinds[n.Kind], Node: int(p.id), Epoch: n.Epoch, Zxid: uint64(n.Zxid), Chain: n.Chain, Text: n.Text, Cause: p.cause,
	}
	switch n.Kind {
	case paxos.RoleChanged:
		e.Text = n.Role.String()
		r.dirty = true
	case paxos.Serving:
		e.Text = "serving"
		e.Msg = n.Role.String()
		r.dirty = true
	case paxos.Voted:
		e.Peer, e.Num = int(n.Leader), int(n.Round)
	case paxos.Threw:
		e.Msg = n.Msg
	case paxos.Configured:
		showMembers(e, n.Members)
	case paxos.Applied:
		r.dirty = r.dirty || r.stage == levelling
	}
	r.write()
	if n.Kind == paxos.Applied {
		r.reached(p, "applies", "", 0)
	}
}

// exited is a server that ends itself.
func (r *run) exited(p *process) { r.crashServer(int(p.id)) }

// stepped is called when all effects of a step are carried out.
func (r *run) stepped(p *process) {
	switch n := p.id.ClientNumber(); {
	case p.id.IsServer():
		if r.cluster != nil {
			r.cluster.applied(p)
		}
	case n < len(r.clients):
		r.clients[n].stepped(r)
	case r.operator(p) != nil:
		r.operator(p).stepped(r)
	case r.eraser != nil && p == r.eraser.proc:
		r.eraser.stepped(r)
	default:
		r.cluster.stepped(p)
	}
}
