package sim

import (
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/figures"
)

// diary counts what a server would have written into its log since somebody last
// took figures of it: a line for each change of its role and for each client that
// came or was lost, a warning where it lost its leader.
type diary struct{ lines, warnings int }

// note takes note of an event that a server's log would tell of.
func (r *run) note(e *runlog.Event) {
	if e.Node < 1 || e.Node >= len(r.diaries) {
		return
	}
	d := &r.diaries[e.Node]
	switch e.Kind {
	case runlog.Role:
		d.lines++
		if e.Text == "looking" {
			d.warnings++
		}
	case runlog.Conn, runlog.Lost, runlog.Expired:
		d.lines++
	}
}

// figures is what server n says of itself now.
func (r *run) figures(n int) figures.Sample {
	d := &r.diaries[n]
	s := figures.Sample{At: (r.now - r.began) / int64(plan.Millisecond), State: figures.Gone, Lines: d.lines, Warnings: d.warnings}
	*d = diary{}
	p := &r.procs[n]
	if !p.up || p.paused {
		return s
	}
	m := p.machine.(*zookeeper.Server)
	c := m.Consensus()
	switch {
	case !c.Serves():
		s.State = figures.Idle
		return s
	case c.Role() == paxos.Leading:
		s.State = "leader"
	default:
		s.State = "follower"
	}
	s.Zxid = uint64(c.Database().Zxid)
	s.Outstanding, s.Connections = c.Pending(), m.Connections()
	s.Watches, s.Znodes = m.Watches(), m.Tree().Len()
	return s
}
