package checker

import (
	"slices"
	"strconv"

	"github.com/schismlab/schism/checker/distinct"
	"github.com/schismlab/schism/runlog"
)

var sharedCounter = Check{
	Name:    "shared-counter",
	Doc:     "A counter that begins at 0 shows the number of times it was counted up, and to no client less than before.",
	Applies: hasAny(runlog.OpAdd, runlog.OpRead),
	Judge: func(r *Run, _ Budget) Result {
		l := r.lives()
		return eachThing(r.things(runlog.OpAdd, runlog.OpRead), "counter", func(t *thing) Result { return judgeShared(t, l) })
	},
}

func judgeShared(t *thing, l lives) Result {
	var s simple
	for _, o := range t.ops {
		sum, err := strconv.ParseInt(o.Result.Data, 10, 64)
		blank := o.Out != runlog.OK || o.Result.Data == ""
		switch {
		case o.Out == runlog.Fail:
		case !blank && err != nil:
			return unknown("%s of the counter %s showed %q, which is no number.", upper(describe(o)), t.path, o.Result.Data)
		case o.Op == runlog.OpRead:
			s.add(o, distinct.Read, sum, blank)
		case o.Data != "" && o.Data != "1":
			return unknown("The counter %s cannot be judged: %s adds %s, and only additions of 1 are judged without a search.", t.path, describe(o), o.Data)
		default:
			s.add(o, distinct.Increment, sum, blank)
		}
	}
	found := distinct.Counter(s.list, 0)
	if found.Grade == distinct.Linearizable {
		return Result{}
	}
	// A read may show any state that was, as long as its client sees none again.
	old := slices.Clone(s.list)
	for i := range old {
		if old[i].Kind == distinct.Read {
			old[i].Call = -1 << 63
		}
	}
	if distinct.Counter(old, 0).Grade == distinct.Broken {
		return violation("shared-counter "+top(t.path), "%s", s.tell(found))
	}
	if back, before := s.goesBack(l); back != nil {
		return violation("shared-counter-order "+top(t.path), "%s, after %s: what a client sees never goes back.", upper(describe(back)), describe(before))
	}
	return Result{Verdict: Permitted, Why: s.tell(found) + lesson}
}

// goesBack finds an answer that shows less than an earlier one to the same
// session, and that one.
func (s *simple) goesBack(l lives) (back, before *runlog.Operation) {
	most := map[int]int{}
	for i := range s.list {
		o := s.from[i]
		if s.list[i].Blank || o.Out != runlog.OK {
			continue
		}
		m, seen := most[o.Client]
		if seen && s.list[i].Value < s.list[m].Value && l.ended(o.Client, s.from[m].Ret) > o.Ret {
			return o, s.from[m]
		}
		if !seen || s.list[i].Value > s.list[m].Value || l.ended(o.Client, s.from[m].Ret) < o.Ret {
			most[o.Client] = i
		}
	}
	return nil, nil
}
