package checker

import (
	"cmp"
	"slices"
	"sort"
)

// problem is a question for the search: operations on znodes that depend on
// each other. Problems of one run share no znode, so each has its own answer.
type problem struct {
	paths []string // of the cells, ascending
	ops   []*operation
	kids  [][]int  // by cell
	slots []*slots // by cell; nil for a znode that may have been deleted
	// ranks number the unknown sets of each znode that one can stand for
	// another: without a guard, and with a value that nobody read.
	ranks map[*operation]int32
}

// newProblem numbers the znodes of the operations.
func newProblem(ops []*operation) *problem {
	set := map[string]bool{}
	for _, o := range ops {
		for path := range o.touched {
			set[path] = true
		}
	}
	p := &problem{ops: ops}
	for path := range set {
		p.paths = append(p.paths, path)
	}
	sort.Strings(p.paths)
	index := map[string]int{}
	for i, path := range p.paths {
		index[path] = i
	}
	p.kids = make([][]int, len(p.paths))
	for i, path := range p.paths {
		if up, known := index[parent(path)]; known {
			p.kids[up] = append(p.kids[up], i)
		}
	}
	for _, o := range ops {
		o.place(index)
	}
	p.reckonSlots()
	return p
}

// touched gives the znodes that o must share a problem with, until yield has enough.
func (o *operation) touched(yield func(path string) bool) {
	if o.path != "" && !yield(o.path) {
		return
	}
	for _, kid := range o.kids {
		if !yield(kid) {
			return
		}
	}
	for i := range o.parts {
		p := &o.parts[i]
		if !yield(p.path) || p.parent >= 0 && !yield(parent(p.path)) {
			return
		}
	}
	for i := range o.seen {
		if !yield(o.seen[i].path) {
			return
		}
	}
}

// first is the first of the znodes touched.
func (o *operation) first() string {
	for path := range o.touched {
		return path
	}
	panic("checker: an operation on no znode")
}

// place sets the cells of o's znodes.
func (o *operation) place(index map[string]int) {
	if o.path != "" {
		o.cell = index[o.path]
	}
	for i := range o.parts {
		e := &o.parts[i]
		e.cell = index[e.path]
		if e.parent >= 0 {
			e.parent = index[parent(e.path)]
		}
	}
	for i := range o.seen {
		o.seen[i].cell = index[o.seen[i].path]
	}
}

// with is the same question about some of its operations.
func (p *problem) with(ops []*operation) *problem {
	q := &problem{paths: p.paths, ops: ops, kids: p.kids}
	q.reckonSlots()
	return q
}

// writesOnly leaves out the clients' reads, which ZooKeeper's servers answer
// on their own.
func (p *problem) writesOnly() *problem {
	var ops []*operation
	for _, o := range p.ops {
		if o.kind == writes || o.kind == snapshot || o.kind == expires {
			ops = append(ops, o)
		}
	}
	return p.with(ops)
}

// until is the question as it stood at time t: what was not answered then is
// unknown, and reads without an answer say nothing.
func (p *problem) until(t int64) *problem {
	var ops []*operation
	for _, o := range p.ops {
		switch {
		case o.call > t:
		case o.ret <= t || o.vague:
			ops = append(ops, o)
		case o.kind == writes || o.kind == expires:
			open := *o
			open.vague, open.refused, open.ret = true, "", never
			ops = append(ops, &open)
		}
	}
	return p.with(ops)
}

// start is the state before all: an empty tree.
func (p *problem) start() *state {
	s := &state{cells: make([]cell, len(p.paths))}
	for _, o := range p.ops {
		if !o.vague {
			s.left++
		}
	}
	if len(p.paths) > 0 && p.paths[0] == "/" {
		s = s.with(0, cell{exists: true})
	}
	return s
}

// reckonSlots gathers what the answers say about versions. Only for znodes
// that are never deleted: others count their versions from 0 again.
func (p *problem) reckonSlots() {
	p.slots = make([]*slots, len(p.paths))
	for i := range p.slots {
		p.slots[i] = &slots{
			taken: map[int32]bool{}, data: map[int32]string{}, shows: map[int32]int32{},
			writers: map[string]int{}, home: map[string]int32{},
		}
	}
	for _, o := range p.ops {
		for i := range o.parts {
			p.slotsOf(o, &o.parts[i])
		}
	}
	defer p.rank()
	for _, o := range p.ops {
		if o.refused == "" && (o.kind == reads || o.kind == looks) {
			p.sawVersion(o.cell, o.version, o.data, o.kind == reads)
			if k := p.slots[o.cell]; k != nil {
				k.shows[o.version]++
			}
		}
		for _, w := range o.seen {
			if w.want.exists {
				p.sawVersion(w.cell, w.want.version, w.want.data, true)
			}
		}
	}
}

// rank orders the unknown sets that can stand for each other by their calls.
// If some of them took effect, the earliest fit as well as any: so only these
// need be tried, and in this order.
func (p *problem) rank() {
	p.ranks = map[*operation]int32{}
	byCall := slices.Clone(p.ops)
	slices.SortStableFunc(byCall, func(a, b *operation) int { return cmp.Compare(a.call, b.call) })
	next := make([]int32, len(p.paths))
	for _, o := range byCall {
		if !o.vague || len(o.parts) != 1 {
			continue
		}
		e := &o.parts[0]
		k := p.slots[e.cell]
		if e.kind != opSet || e.guard >= 0 || k == nil {
			continue
		}
		if _, read := k.home[e.data]; !read {
			p.ranks[o] = next[e.cell]
			next[e.cell]++
		}
	}
}

func (p *problem) slotsOf(o *operation, e *part) {
	k := p.slots[e.cell]
	switch {
	case e.kind == opDelete && o.refused == "" || e.fleeting() || o.refused == "" && o.setsTwice(e.cell):
		p.slots[e.cell] = nil
		return
	case k == nil:
		return
	case o.refused == "" && (e.kind == opSet || e.kind == opCreate):
		k.writers[e.data]++
	}
	if k == nil || o.vague {
		return
	}
	switch {
	case o.refused == "" && e.kind == opSet && e.version > 0:
		k.taken[e.version] = true
		k.last = max(k.last, e.version)
	}
	// A guard that was refused says that the version was another one, perhaps
	// the next: what made it so must not be pruned.
	k.last = max(k.last, e.guard+1)
}

// setsTwice: a multi may set a znode several times, and passes through
// versions that nobody can see.
func (o *operation) setsTwice(cell int) bool {
	n := 0
	for i := range o.parts {
		if o.parts[i].cell == cell && o.parts[i].kind == opSet {
			n++
		}
	}
	return n > 1
}

func (p *problem) sawVersion(cell int, version int32, data string, withData bool) {
	k := p.slots[cell]
	if k == nil {
		return
	}
	k.last = max(k.last, version)
	if withData {
		k.data[version], k.home[data] = data, version
	}
}

// answered are the moments at which an answer came, ascending.
func (p *problem) answered() []int64 {
	var at []int64
	for _, o := range p.ops {
		if !o.vague && o.ret < never {
			at = append(at, o.ret)
		}
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// about is the workload: the first name of the first path, not the root's.
func (p *problem) about() string {
	for _, path := range p.paths {
		if path != "/" {
			return top(path)
		}
	}
	return "/"
}
