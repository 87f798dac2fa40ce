package checker

import (
	"cmp"
	"slices"

	"github.com/schismlab/schism/runlog"
)

var sequence = Check{
	Name:    "sequence",
	Doc:     "Sequential creates under one parent are given different numbers, and one that was called after another was answered is given the higher one.",
	Applies: func(r *Run) bool { return len(r.given()) > 0 },
	Judge:   judgeSequence,
}

// given is a number that a sequential create was given.
type given struct {
	parent string
	path   string
	number int64
	op     *runlog.Operation
}

// given are all acknowledged sequential names, by call. Parents that somebody
// may have deleted are left out: a new one counts from 0 again.
func (r *Run) given() []given {
	if r.numbers != nil {
		return r.numbers
	}
	list := []given{}
	gone := r.deleted()
	for i := range r.History {
		o := &r.History[i]
		if o.Out != runlog.OK {
			continue
		}
		for n, e := range r.effects(i) {
			mode := o.Mode
			if o.Op == opMulti {
				mode = o.Parts[n].Mode
			}
			if e.kind != opCreate || e.nameless || !has(mode, "sequential") {
				continue
			}
			if _, number, is := numbered(e.path); is && !gone[parent(e.path)] {
				list = append(list, given{parent(e.path), e.path, number, o})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b given) int { return cmp.Compare(a.op.Call, b.op.Call) })
	r.numbers = list
	return list
}

func judgeSequence(r *Run, _ Budget) Result {
	list := r.given()
	type slot struct {
		parent string
		number int64
	}
	taken := make(map[slot]given, len(list))
	for _, g := range list {
		at := slot{g.parent, g.number}
		if first, dup := taken[at]; dup {
			return violation("sequence-unique "+top(g.path), "The number %d was given twice under %s: to %s as %s, and to %s as %s.", g.number, g.parent, describe(first.op), first.path, describe(g.op), g.path)
		}
		taken[at] = g
	}
	if low, high, broken := outOfOrder(list); broken {
		return violation("sequence-order "+top(low.path), "Numbers against time: %s was given %s, although %s had been given %s before.", describe(low.op), low.path, describe(high.op), high.path)
	}
	return ok("%s differ and keep to the order of time.", plural(len(list), "sequential name"))
}

// outOfOrder finds a create with a lower number than one that had been
// answered before it was called. Answers are taken in the order of time, and
// by parent the highest number so far is kept.
func outOfOrder(list []given) (low, high given, broken bool) {
	byAnswer := slices.Clone(list)
	slices.SortStableFunc(byAnswer, func(a, b given) int { return cmp.Compare(a.op.Ret, b.op.Ret) })
	highest := map[string]given{}
	next := 0
	for _, g := range list {
		for next < len(byAnswer) && byAnswer[next].op.Ret < g.op.Call {
			a := byAnswer[next]
			if h, known := highest[a.parent]; !known || a.number > h.number {
				highest[a.parent] = a
			}
			next++
		}
		if h, known := highest[g.parent]; known && h.number > g.number {
			return g, h, true
		}
	}
	return given{}, given{}, false
}
