package checker

import (
	"slices"

	"github.com/schismlab/schism/runlog"
)

var barrier = Check{
	Name:    "barrier",
	Doc:     "Nobody passes into a double barrier before all its members have come, and nobody out of it before all have finished or are gone.",
	Applies: hasAny(runlog.OpEnter),
	Judge: func(r *Run, _ Budget) Result {
		l := r.lives()
		return eachThing(rounds(r.things(runlog.OpEnter, runlog.OpLeave)), "round", func(t *thing) Result { return judgeRound(t, l) })
	},
}

// rounds splits barriers into rounds, which their data tell apart.
func rounds(list []*thing) []*thing {
	var all []*thing
	for _, t := range list {
		at := map[string]*thing{}
		for _, o := range t.ops {
			n := at[o.Data]
			if n == nil {
				n = &thing{path: t.path}
				at[o.Data] = n
				all = append(all, n)
			}
			n.ops = append(n.ops, o)
		}
	}
	return all
}

func judgeRound(t *thing, l lives) Result {
	enters, leaves := map[int]*runlog.Operation{}, map[int]*runlog.Operation{}
	var came []*runlog.Operation // the first enter of each client, by call
	for _, o := range t.ops {
		if o.Version != t.ops[0].Version {
			return unknown("The members of the barrier %s do not agree on their number: %s says %d, %s says %d.", t.path, describe(t.ops[0]), t.ops[0].Version, describe(o), o.Version)
		}
		of := enters
		if o.Op == runlog.OpLeave {
			of = leaves
		} else if enters[o.Client] == nil {
			came = append(came, o)
		}
		if of[o.Client] != nil {
			return unknown("Client c%d has two operations %s at the barrier %s, in one round.", o.Client, o.Op, t.path)
		}
		of[o.Client] = o
	}
	members := int(t.ops[0].Version)
	for _, o := range came {
		if o.Out != runlog.OK || len(came) >= members && o.Ret >= came[members-1].Call {
			continue
		}
		n := slices.IndexFunc(came, func(other *runlog.Operation) bool { return other.Call > o.Ret })
		if n < 0 {
			n = len(came)
		}
		return violation("barrier enter "+top(t.path), "%s passed into the barrier when %d of %d members had come.", upper(describe(o)), n, members)
	}
	for _, in := range came {
		out := leaves[in.Client]
		if out == nil || out.Out != runlog.OK {
			continue
		}
		for _, other := range came {
			done := leaves[other.Client]
			if other.Out == runlog.OK && (done == nil || done.Call > out.Ret) && l.outlived(other.Client, other.Call, out.Ret) {
				return violation("barrier leave "+top(t.path), "%s passed out of the barrier while client c%d was in it: it came with %s and had not finished.", upper(describe(out)), other.Client, describe(other))
			}
		}
	}
	return Result{}
}
