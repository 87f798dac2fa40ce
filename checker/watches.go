package checker

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/runlog"
)

var watches = Check{
	Name:    "watches",
	Doc:     "A watch tells of a change that happened, and before its session is shown anything as new.",
	Applies: func(r *Run) bool { return r.watched() && r.witness() != nil },
	Judge:   judgeWatches,
}

func (r *Run) watched() bool {
	return slices.ContainsFunc(r.Events, func(e runlog.Event) bool { return e.Kind == runlog.Watch })
}

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
	open map[told]int64
}

func (c changes) mayBe(t told, from int64) {
	if at, known := c.open[t]; !known || from < at {
		c.open[t] = from
	}
}

func (r *Run) changes() changes {
	c := changes{map[told][]*runlog.Operation{}, map[told]int64{}}
	r.touches(func(e effect) {
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
			} else {
				c.mayBe(t, e.op.Call)
			}
		}
		if e.ephemeral {
			c.mayBe(told{e.path, toldDeleted}, e.op.Call)
			c.mayBe(told{parent(e.path), toldChildren}, e.op.Call)
		}
	})
	for _, ops := range c.at {
		slices.SortStableFunc(ops, func(a, b *runlog.Operation) int { return compareZxids(a.Result.Zxid, b.Result.Zxid) })
	}
	return c
}

func compareZxids(a, b uint64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// listener is what a client's session has been shown.
type listener struct {
	zxid uint64
	// waits is the change that a watch told of last; the next answer is of that
	// or later.
	waits *runlog.Operation
	what  string
}

func judgeWatches(r *Run, _ Budget) Result {
	c := r.changes()
	clients := map[int]*listener{}
	events, unsure := 0, 0
	for i := range r.Events {
		e := &r.Events[i]
		l := clients[e.Client]
		if l == nil {
			l = &listener{}
			clients[e.Client] = l
		}
		switch {
		case e.Kind == runlog.Expired:
			*l = listener{}
		case e.Kind == runlog.Ret && e.Zxid != 0:
			if l.waits != nil && l.waits.Result.Zxid > e.Zxid {
				return violation("watches-order "+top(l.waits.Path), "Client c%d was told of %s at the latest by %s, whose zxid is %#x, and then got an answer of the earlier %#x at %s.",
					e.Client-1, l.what, describe(l.waits), l.waits.Result.Zxid, e.Zxid, when(e.T))
			}
			l.zxid, l.waits = max(l.zxid, e.Zxid), nil
		case e.Kind == runlog.Watch:
			t := told{e.Path, e.Text}
			events++
			if from, open := c.open[t]; open && from <= e.T || e.Mode == runlog.Renewed {
				unsure++
				continue
			}
			o := c.next(t, l.zxid, e.T)
			if o == nil {
				return violation("watches "+top(e.Path), "At %s client c%d was told %q of %s, but no such change fits: none that was called by then is later than the zxid %#x, which the client had been shown. A watch tells of a change before its session sees it.",
					when(e.T), e.Client-1, e.Text, e.Path, l.zxid)
			}
			l.waits, l.what = o, fmt.Sprintf("%q of %s", e.Text, e.Path)
		}
	}
	return ok("%s told of changes that happened, before their sessions were shown them; for %d of them lost writes, ends of sessions or watches set anew may have been the cause.", plural(events, "watch event"), unsure)
}

// next is the first change of that kind after a zxid, called by a time; nil if
// there is none.
func (c changes) next(t told, zxid uint64, by int64) *runlog.Operation {
	ops := c.at[t]
	i, _ := slices.BinarySearchFunc(ops, zxid+1, func(o *runlog.Operation, z uint64) int { return compareZxids(o.Result.Zxid, z) })
	for ; i < len(ops); i++ {
		if ops[i].Call <= by {
			return ops[i]
		}
	}
	return nil
}
