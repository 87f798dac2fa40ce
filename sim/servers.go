package sim

import (
	"strings"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// healthy: one server leads, and every other follows it.
func (r *run) healthy() bool {
	lead := r.Leading()
	if lead == 0 {
		return false
	}
	epoch := r.consensus(lead).Epoch()
	for id := 1; id <= r.plan.Topology.Servers; id++ {
		p := &r.procs[id]
		if !p.up {
			if r.stage == stepping {
				continue // an await in the middle asks only for those that run
			}
			return false
		}
		if z := r.consensus(id); p.paused || !z.Serves() || z.Epoch() != epoch || id != lead && z.Role() == paxos.Leading {
			return false
		}
	}
	return true
}

// level: all servers have applied the same transactions, and none is on its way.
func (r *run) level() bool {
	last := r.consensus(r.Leading()).Database().Zxid
	for id := 1; id <= r.plan.Topology.Servers; id++ {
		if z := r.consensus(id); z.Database().Zxid < last || z.Pending() > 0 {
			return false
		}
	}
	return true
}

func (r *run) consensus(id int) zookeeper.Consensus {
	return r.procs[id].machine.(*zookeeper.Server).Consensus()
}

// finals reads every znode from every server.
func (r *run) finals() {
	if r.cluster != nil {
		r.cluster.read()
	}
	reconfigures := r.plan.Reconfigures()
	for id := 1; id <= r.plan.Topology.Servers; id++ {
		s := r.procs[id].machine.(*zookeeper.Server)
		t := s.Tree()
		t.Each(func(path, data string, st zookeeper.Stat) {
			if reconfigures && strings.HasPrefix(path, "/zookeeper") {
				return // the ensemble's own
			}
			if r.cluster != nil && (path == "/" || plan.FlinkPath(path)) {
				return // made by nobody whose calls stand in the log
			}
			r.put(runlog.Event{
				Kind: runlog.Final, Node: id, Path: path, Data: data, Version: st.Version, Cversion: st.Cversion,
				Czxid: uint64(st.Czxid), Mzxid: uint64(st.Mzxid), Pzxid: uint64(st.Pzxid), Owner: st.Owner,
			})
		})
		r.put(runlog.Event{Kind: runlog.Tree, Node: id, Num: t.Len(), Zxid: uint64(s.Consensus().Database().Zxid)})
	}
}

func (r *run) ready(text string) {
	lead := r.Leading()
	r.put(runlog.Event{Kind: runlog.Ready, Node: lead, Epoch: r.consensus(lead).Epoch(), Text: text})
}

func (r *run) startServer(id int) {
	p := &r.procs[id]
	if p.up {
		return
	}
	p.cause = r.put(runlog.Event{Kind: runlog.Start, Node: id})
	r.kernel.start(p, r.protocol.start(p.id, p.disk.durable))
}

func (r *run) crashServer(id int) {
	p := &r.procs[id]
	if p.up {
		p.cause = r.put(runlog.Event{Kind: runlog.Crash, Node: id})
		r.kernel.crash(p)
		r.dirty = true
	}
}

func (r *run) pauseServer(id int) {
	if p := &r.procs[id]; p.up && !p.paused {
		r.put(runlog.Event{Kind: runlog.Pause, Node: id})
		r.kernel.pause(p)
		r.dirty = true
	}
}

func (r *run) resumeServer(id int) {
	if p := &r.procs[id]; p.paused {
		r.put(runlog.Event{Kind: runlog.Resume, Node: id})
		r.kernel.resume(p)
		r.dirty = true
	}
}
