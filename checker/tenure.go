package checker

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/schismlab/schism/checker/distinct"
	"github.com/schismlab/schism/runlog"
)

// A lock's holders and an election's leaders follow one another in the same way:
// each has a tenure, and a token that is greater than the one before.

var mutualExclusion = Check{
	Name:    "mutual-exclusion",
	Doc:     "One client at a time holds a lock, fencing tokens grow from each holder to the next, and a resource takes no token after a greater one.",
	Applies: hasAny(runlog.OpAcquire, runlog.OpUse),
	Judge: func(r *Run, _ Budget) Result {
		l := r.lives()
		return eachThing(r.things(runlog.OpAcquire, runlog.OpRelease, runlog.OpUse), "lock", func(t *thing) Result {
			if bad := judgeUses(t); bad.Verdict == Violation {
				return bad
			}
			return judgeTenures("mutual-exclusion", t, tenures(t, l, runlog.OpAcquire, runlog.OpRelease))
		})
	},
}

var election = Check{
	Name:    "election",
	Doc:     "One client at a time is elected, and tokens grow from each leader to the next.",
	Applies: hasAny(runlog.OpElect),
	Judge: func(r *Run, _ Budget) Result {
		l := r.lives()
		return eachThing(r.things(runlog.OpElect, runlog.OpResign), "election", func(t *thing) Result {
			return judgeTenures("election", t, tenures(t, l, runlog.OpElect, runlog.OpResign))
		})
	},
}

// tenure is a time for which a client was the one.
type tenure struct {
	from *runlog.Operation
	// until ended it well, nil: nothing did, so it may have ended at any moment
	// after it began.
	until *runlog.Operation
	// believed is until when the client thought so: until it gave it up, or heard
	// that its session had ended, or was last heard of.
	believed int64
}

func tenures(t *thing, l lives, begin, end string) []*tenure {
	var list []*tenure
	now := map[int]*tenure{}
	for _, o := range t.ops {
		mine := now[o.Client]
		switch {
		case o.Op == begin && o.Out == runlog.OK:
			mine = &tenure{from: o, believed: l.lastHeard(o.Client, o.Ret)}
			list, now[o.Client] = append(list, mine), mine
		case o.Op == end && mine != nil:
			mine.believed = min(mine.believed, o.Call)
			// The session may have ended before: then there was nothing to give up.
			if o.Out == runlog.OK && l.ended(o.Client, mine.from.Ret) > o.Ret {
				mine.until = o
			}
			delete(now, o.Client)
		}
	}
	return list
}

func judgeTenures(name string, t *thing, list []*tenure) Result {
	tokens := 0
	for _, n := range list {
		if n.from.Result.Czxid != 0 {
			tokens++
		}
	}
	var bad Result
	switch tokens {
	case len(list):
		bad = judgeTokens(name, t, list)
	case 0:
		bad = judgeHolds(name, t, list)
	default:
		return unknown("%d of %s at %s have a token: all of them must, or none.", tokens, plural(len(list), "tenure"), t.path)
	}
	if bad.Verdict == Violation {
		return bad
	}
	return judgeBeliefs(t, list)
}

// judgeTokens sweeps over the tenures in the order of their tokens, each begun
// and ended as early as it can be: if any order of their moments will do, this
// one does.
func judgeTokens(name string, t *thing, list []*tenure) Result {
	byToken := slices.Clone(list)
	slices.SortStableFunc(byToken, func(a, b *tenure) int { return cmp.Compare(a.from.Result.Czxid, b.from.Result.Czxid) })
	now, held := int64(-1<<63), ""
	for i, n := range byToken {
		o := n.from
		if i > 0 && byToken[i-1].from.Result.Czxid == o.Result.Czxid {
			return violation(name+" token "+top(t.path), "One token was given twice: to %s, and to %s.", describe(byToken[i-1].from), describe(o))
		}
		if o.Ret < now {
			return violation(name+" "+top(t.path), "%s, yet the later token went to %s, which was answered before that.", held, describe(o))
		}
		if o.Call > now {
			now, held = o.Call, upper(describe(o))+" cannot have begun before it was called"
		}
		if n.until != nil && n.until.Call > now {
			now, held = n.until.Call, fmt.Sprintf("%s lasted until %s", upper(describe(o)), describe(n.until))
		}
	}
	return Result{}
}

// judgeHolds goes without tokens: which tenures can follow one another is a
// question about intervals.
func judgeHolds(name string, t *thing, list []*tenure) Result {
	var s simple
	for i, n := range list {
		s.add(n.from, distinct.Acquire, int64(i), false)
		if n.until != nil {
			s.add(n.until, distinct.Release, int64(i), false)
			continue
		}
		s.add(n.from, distinct.Release, int64(i), false)
		s.list[len(s.list)-1].Ret = distinct.Never
	}
	if found := distinct.Lock(s.list); found.Grade == distinct.Broken {
		return violation(name+" "+top(t.path), "%s", s.tell(found))
	}
	return Result{}
}

// judgeBeliefs looks for two clients that thought at one time that they were the
// one. No lock that outlives its holder can exclude that.
func judgeBeliefs(t *thing, list []*tenure) Result {
	byStart := slices.Clone(list)
	slices.SortStableFunc(byStart, func(a, b *tenure) int { return cmp.Compare(a.from.Ret, b.from.Ret) })
	var last *tenure
	for _, n := range byStart {
		if last != nil && n.from.Ret < last.believed {
			return Result{Verdict: Permitted, Why: fmt.Sprintf(
				"%s was succeeded by %s, and did not know it until %s. That is permitted: a session may end while its client pauses or cannot be reached. What %s guards must check the token.",
				upper(describe(last.from)), describe(n.from), when(last.believed), t.path)}
		}
		if last == nil || n.believed > last.believed {
			last = n
		}
	}
	return Result{}
}

// judgeUses holds a resource to the tokens that it took.
func judgeUses(t *thing) Result {
	var uses []*runlog.Operation
	for _, o := range t.ops {
		if o.Op == runlog.OpUse && o.Out == runlog.OK {
			uses = append(uses, o)
		}
	}
	byRet := slices.Clone(uses)
	slices.SortStableFunc(byRet, func(a, b *runlog.Operation) int { return cmp.Compare(a.Ret, b.Ret) })
	next := 0
	var greatest *runlog.Operation
	for _, o := range uses { // by call
		for ; next < len(byRet) && byRet[next].Ret < o.Call; next++ {
			if greatest == nil || byRet[next].Result.Czxid > greatest.Result.Czxid {
				greatest = byRet[next]
			}
		}
		if greatest != nil && greatest.Result.Czxid > o.Result.Czxid {
			return violation("fencing "+top(t.path), "The resource behind %s took %s after %s.", t.path, describe(o), describe(greatest))
		}
	}
	return Result{}
}
