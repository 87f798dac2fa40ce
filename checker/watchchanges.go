package checker

import (
	"cmp"
	"slices"

	"github.com/schismlab/schism/runlog"
)

// told is what a watch can tell: what happened to which znode.
type told struct{ path, what string }

// The texts of watch events.
const (
	toldCreated  = "created"
	toldDeleted  = "deleted"
	toldData     = "data"
	toldChildren = "children"
)

// changes are the transactions that a watch can tell of, by zxid. In open are
// those things that lost writes and ends of sessions may have done, with the time
// from which on: of them nothing is said.
type changes struct {
	at   map[told][]*runlog.Operation
	log  []change // all of them, by zxid and in the order within a transaction
	open map[told]int64
}

// change is one that is certain.
type change struct {
	told
	op *runlog.Operation
}

func (c changes) mayBe(t told, from int64) {
	if at, known := c.open[t]; !known || from < at {
		c.open[t] = from
	}
}

func (r *Run) changes() changes {
	c := changes{at: map[told][]*runlog.Operation{}, open: map[told]int64{}}
	r.touches(func(e *effect) {
		var list []told
		switch e.kind {
		case opSet:
			list = []told{{e.path, toldData}}
		case opCreate:
			list = []told{{e.path, toldCreated}, {parent(e.path), toldChildren}}
		case opDelete:
			list = []told{{e.path, toldDeleted}, {parent(e.path), toldChildren}}
		}
		for _, t := range list {
			if e.acknowledged() {
				c.at[t] = append(c.at[t], e.op)
				c.log = append(c.log, change{t, e.op})
			} else {
				c.mayBe(t, e.op.Call)
			}
		}
		if e.fleeting() {
			c.mayBe(told{e.path, toldDeleted}, e.op.Call)
			c.mayBe(told{parent(e.path), toldChildren}, e.op.Call)
		}
	})
	for _, ops := range c.at {
		slices.SortStableFunc(ops, func(a, b *runlog.Operation) int { return cmp.Compare(a.Result.Zxid, b.Result.Zxid) })
	}
	slices.SortStableFunc(c.log, func(a, b change) int { return cmp.Compare(a.op.Result.Zxid, b.op.Result.Zxid) })
	return c
}

// later are all changes with later zxids.
func (c changes) later(zxid uint64) []change {
	i, _ := slices.BinarySearchFunc(c.log, zxid+1, func(d change, z uint64) int { return cmp.Compare(d.op.Result.Zxid, z) })
	return c.log[i:]
}

// after are the changes of that kind with later zxids.
func (c changes) after(t told, zxid uint64) []*runlog.Operation {
	ops := c.at[t]
	i, _ := slices.BinarySearchFunc(ops, zxid+1, func(o *runlog.Operation, z uint64) int { return cmp.Compare(o.Result.Zxid, z) })
	return ops[i:]
}

// next is the first change of that kind after a zxid, called by a time; nil if
// there is none.
func (c changes) next(t told, zxid uint64, by int64) *runlog.Operation {
	for _, o := range c.after(t, zxid) {
		if o.Call <= by {
			return o
		}
	}
	return nil
}

// unsure says whether a lost write or the end of a session may have been the
// cause of what a watch told at a time.
func (c changes) unsure(t told, at int64) bool {
	from, open := c.open[t]
	return open && from <= at
}
