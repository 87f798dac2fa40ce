package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// observed is what somebody who watches ZooKeeper, and nothing else, knows of the
// cluster: he reads the transactions as the first server applies them.
type observed struct {
	seen paxos.Zxid
	tree zookeeper.Tree
	// state is what was last told of a pointer, by its path.
	state map[string]string
}

func newObserved() *observed { return &observed{state: map[string]string{}} }

// applied looks at what a server has applied.
func (c *cluster) applied(p *process) {
	for i := range p.out.Applied {
		o := &p.out.Applied[i]
		if o.Entry.Zxid <= c.seen {
			continue
		}
		c.seen = o.Entry.Zxid
		c.observed.tree = o.DB.State.(zookeeper.Tree)
		txn, ok := o.Entry.Cmd.(*zookeeper.Txn)
		if !ok || txn.Err != zookeeper.OK {
			continue
		}
		latch := false
		for k := range txn.Changes {
			c.change(&txn.Changes[k])
			latch = latch || strings.HasPrefix(txn.Changes[k].Path, flink.LatchDir+"/")
		}
		if latch {
			c.latch()
		}
	}
}

// change tells of one change to a znode, if it is of those that count.
func (c *cluster) change(ch *zookeeper.Change) {
	e := runlog.Event{Zxid: uint64(c.seen), Path: ch.Path}
	if name := flink.InfoOf(ch.Path); name != "" {
		e.Kind, e.Path = runlog.LeaderInfo, name
		if data, stat, ok := c.observed.tree.Get(ch.Path); ok {
			e.Data, e.Token = flink.ParseInfo(data)
			e.Owner, e.Czxid, e.Mzxid = stat.Owner, uint64(stat.Czxid), uint64(stat.Mzxid)
		}
		c.put(e)
	}
	if flink.CounterAt(ch.Path) && ch.Op != zookeeper.OpDelete {
		e.Kind, e.Path, e.Job = runlog.Counter, "", flink.Job
		e.Num, _ = strconv.Atoi(ch.Data)
		c.put(e)
	}
	if ch.Op == zookeeper.OpCreate && strings.HasPrefix(ch.Path, plan.OutputRoot+"/") {
		if p, err := flink.ParsePart(ch.Data); err == nil {
			c.outputsLeft -= len(p.Records)
			c.dirty = true
		}
	}
	if id := flink.CheckpointAt(strings.TrimSuffix(ch.Path, "/locks")); id != 0 {
		c.pointers()
	}
}

// latch lists the participants of the election.
func (c *cluster) latch() {
	e := runlog.Event{Kind: runlog.Latch, Zxid: uint64(c.seen), Parts: []runlog.Part{}}
	for _, name := range c.observed.tree.Children(flink.LatchDir) {
		_, stat, _ := c.observed.tree.Get(flink.LatchDir + "/" + name)
		e.Parts = append(e.Parts, runlog.Part{Path: name, Data: fmt.Sprintf("%#x", uint64(stat.Owner))})
	}
	slices.SortFunc(e.Parts, func(a, b runlog.Part) int {
		return cmp.Compare(flink.SequenceNumber(a.Path), flink.SequenceNumber(b.Path))
	})
	c.put(e)
}

// pointers tells of each pointer whose state is another one than was last told.
func (c *cluster) pointers() {
	for _, name := range c.observed.tree.Children(flink.CheckpointsDir) {
		path := flink.CheckpointsDir + "/" + name
		data, stat, _ := c.observed.tree.Get(path)
		text := runlog.Present
		switch {
		case stat.Children == 0:
			text = runlog.Marked
		case !c.storage.Has(data):
			text = runlog.Missing
		}
		if c.state[path] != text {
			c.state[path] = text
			c.put(runlog.Event{
				Kind: runlog.Pointer, Job: flink.Job, Path: path, Ckpt: flink.CheckpointAt(path), Text: text, Data: data, Zxid: uint64(c.seen),
			})
		}
	}
}

// read writes what the znode sinks have put out, in the order of its making.
func (c *cluster) read() {
	if c.plan.Flink.Sink == plan.Files {
		return // told when it was committed
	}
	type made struct {
		czxid paxos.Zxid
		data  string
	}
	var parts []made
	tree := c.run.procs[c.Leading()].machine.(*zookeeper.Server).Tree()
	for _, name := range tree.Children(plan.OutputRoot) {
		data, stat, _ := tree.Get(plan.OutputRoot + "/" + name)
		parts = append(parts, made{stat.Czxid, data})
	}
	slices.SortFunc(parts, func(a, b made) int { return cmp.Compare(a.czxid, b.czxid) })
	for _, m := range parts {
		p, err := flink.ParsePart(m.data)
		if err != nil {
			panic(fmt.Sprintf("sim: %v", err))
		}
		for _, e := range p.Outputs() {
			e.Czxid = uint64(m.czxid)
			c.put(e)
		}
	}
}
