package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/figures"
)

// observed is what somebody who watches ZooKeeper, and nothing else, knows of the
// cluster.
type observed struct {
	seen paxos.Zxid
	tree zookeeper.Tree
	// What was last told: of pointers and of leader information by path, of the
	// latch and the counter.
	pointer, info map[string]string
	latch         string
	counter       []string // by job
	// outputs is how many znodes of each job's sink there are, counted are those whose
	// records have been counted.
	outputs []int
	counted map[string]bool
	// round is the last round of the barrier that somebody has arrived at, came are
	// the arrivals that were told; met is the last round that all had arrived at, and
	// metBefore what that was when the clients stopped.
	round, met, metBefore int
	came                  map[string]bool
}

func newObserved(jobs int) *observed {
	return &observed{
		tree: zookeeper.NewTree(), pointer: map[string]string{}, info: map[string]string{}, counted: map[string]bool{},
		counter: make([]string, jobs), outputs: make([]int, jobs), came: map[string]bool{},
	}
}

// applied looks at what a server has applied, transaction by transaction.
func (c *cluster) applied(p *process) {
	for i := range p.out.Applied {
		o := &p.out.Applied[i]
		if o.Entry.Zxid <= c.seen {
			continue
		}
		c.seen, c.observed.tree = o.Entry.Zxid, o.DB.State.(zookeeper.Tree)
		if txn, ok := o.Entry.Cmd.(*zookeeper.Txn); ok && slices.ContainsFunc(txn.Changes, func(ch zookeeper.Change) bool { return plan.FlinkPath(ch.Path) }) {
			c.look()
		}
	}
}

// glance looks at the leading server's tree: a new leader's first transactions
// are not applied one by one, they are there when it begins to serve.
func (c *cluster) glance() {
	lead := c.Leading()
	if lead == 0 {
		return
	}
	s := c.run.procs[lead].machine.(*zookeeper.Server)
	if z := s.Consensus().Database().Zxid; z > c.seen {
		c.seen, c.observed.tree = z, s.Tree()
		c.look()
	}
}

// look tells what is another than was last told.
func (c *cluster) look() {
	c.lookAtLatch()
	for _, path := range flink.InfoPaths(len(c.jobs)) {
		c.lookAtInfo(path)
	}
	for n := range c.jobs {
		if data, _, ok := c.observed.tree.Get(flink.CounterPath(n + 1)); ok && data != c.counter[n] {
			c.counter[n] = data
			num, _ := strconv.Atoi(data)
			c.put(runlog.Event{Kind: runlog.Counter, Job: flink.JobID(n + 1), Num: num, Zxid: uint64(c.seen)})
		}
	}
	c.pointers()
	c.lookAtBarrier()
	for n := range c.jobs {
		if _, stat, ok := c.observed.tree.Get(plan.OutputDir(n + 1)); ok && int(stat.Children) != c.outputs[n] {
			c.outputs[n] = int(stat.Children)
			c.countOutputs(n + 1)
		}
	}
}

// lookAtBarrier tells who has arrived at a round since. Nobody arrives at one before
// all have arrived at the one before, so the last two are looked at.
func (c *cluster) lookAtBarrier() {
	if !c.plan.Flink.Barrier {
		return
	}
	for {
		if _, _, ok := c.observed.tree.Get(plan.RoundDir(c.round + 1)); !ok {
			break
		}
		c.round++
	}
	for round := max(1, c.round-1); round <= c.round; round++ {
		names := c.observed.tree.Children(plan.RoundDir(round))
		for _, name := range names {
			c.lookAtArrival(plan.RoundDir(round) + "/" + name)
		}
		if len(names) >= c.plan.Flink.Parties() && round > c.met {
			c.met, c.dirty = round, true
		}
	}
}

func (c *cluster) lookAtArrival(path string) {
	if c.came[path] {
		return
	}
	c.came[path] = true
	data, stat, _ := c.observed.tree.Get(path)
	ckpt, err := flink.ParseArrival(data)
	if err != nil {
		panic(fmt.Sprintf("sim: %v", err))
	}
	c.put(runlog.Event{
		Kind: runlog.Arrived, Job: flink.JobOfParty(path), Path: path, Num: plan.RoundOf(path), Ckpt: ckpt, Czxid: uint64(stat.Czxid), Zxid: uint64(c.seen),
	})
}

// lookAtInfo tells of leader information that has changed.
func (c *cluster) lookAtInfo(path string) {
	data, stat, ok := c.observed.tree.Get(path)
	state := fmt.Sprint(ok, stat.Mzxid)
	if was, told := c.info[path]; state == was || !told && !ok {
		return
	}
	c.info[path] = state
	e := runlog.Event{Kind: runlog.LeaderInfo, Path: flink.InfoOf(path), Zxid: uint64(c.seen)}
	if ok {
		e.Data, e.Token = flink.ParseInfo(data)
		e.Owner, e.Czxid, e.Mzxid = stat.Owner, uint64(stat.Czxid), uint64(stat.Mzxid)
	}
	c.put(e)
}

// countOutputs counts the records of znodes that the sinks have made since, for
// awaits.
func (c *cluster) countOutputs(job int) {
	for _, name := range c.observed.tree.Children(plan.OutputDir(job)) {
		path := plan.OutputDir(job) + "/" + name
		if c.counted[path] {
			continue
		}
		c.counted[path] = true
		data, _, _ := c.observed.tree.Get(path)
		if p, err := flink.ParsePart(job, data); err == nil {
			for _, r := range p.Records {
				switch {
				case r.Kind == runlog.Output:
					c.outputsLeft--
				case r.Kind == runlog.Alert && r.Data == figures.Raised:
					c.alertsLeft--
				}
			}
		}
	}
	c.dirty = true
}

// lookAtLatch lists the participants of the election, if they have changed.
func (c *cluster) lookAtLatch() {
	e := runlog.Event{Kind: runlog.Latch, Zxid: uint64(c.seen), Parts: []runlog.Part{}}
	for _, name := range c.observed.tree.Children(flink.LatchDir) {
		_, stat, _ := c.observed.tree.Get(flink.LatchDir + "/" + name)
		e.Parts = append(e.Parts, runlog.Part{Path: name, Data: fmt.Sprintf("%#x", uint64(stat.Owner))})
	}
	slices.SortFunc(e.Parts, func(a, b runlog.Part) int {
		return cmp.Compare(flink.SequenceNumber(a.Path), flink.SequenceNumber(b.Path))
	})
	if state := fmt.Sprint(e.Parts); state != c.latch && (c.latch != "" || len(e.Parts) > 0) {
		c.latch = state
		c.put(e)
	}
}

// pointers tells of each pointer whose state is another one than was last told.
func (c *cluster) pointers() {
	for n := range c.jobs {
		dir := flink.CheckpointsDir(n + 1)
		for _, name := range c.observed.tree.Children(dir) {
			c.lookAtPointer(n+1, dir+"/"+name)
		}
		c.lookAtPointer(n+1, flink.GraphPath(n+1))
	}
}

func (c *cluster) lookAtPointer(job int, path string) {
	data, stat, ok := c.observed.tree.Get(path)
	text := runlog.Present
	switch {
	case !ok:
		return
	case stat.Children == 0:
		text = runlog.Marked
	case !c.storage.Has(data):
		text = runlog.Missing
	}
	if state := text + " " + data; c.pointer[path] != state {
		if c.pointer[path] == "" && flink.CheckpointAt(path) != 0 {
			c.pointersLeft--
			c.dirty = true
		}
		c.pointer[path] = state
		c.put(runlog.Event{
			Kind: runlog.Pointer, Job: flink.JobID(job), Path: path, Ckpt: flink.CheckpointAt(path), Text: text, Data: data, Zxid: uint64(c.seen),
		})
	}
}

// read writes what the znode sinks have put out, in the order of its making.
func (c *cluster) read() {
	if c.plan.Flink.Sink == plan.Files {
		return // told when it was committed
	}
	type made struct {
		job   int
		czxid paxos.Zxid
		data  string
	}
	var parts []made
	tree := c.run.procs[c.Leading()].machine.(*zookeeper.Server).Tree()
	for n := range c.jobs {
		for _, name := range tree.Children(plan.OutputDir(n + 1)) {
			data, stat, _ := tree.Get(plan.OutputDir(n+1) + "/" + name)
			parts = append(parts, made{n + 1, stat.Czxid, data})
		}
	}
	slices.SortFunc(parts, func(a, b made) int { return cmp.Compare(a.czxid, b.czxid) })
	for _, m := range parts {
		p, err := flink.ParsePart(m.job, m.data)
		if err != nil {
			panic(fmt.Sprintf("sim: %v", err))
		}
		for e := range p.Outputs {
			e.Czxid = uint64(m.czxid)
			c.put(e)
		}
	}
}
