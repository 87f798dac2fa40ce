package checker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker/distinct"
	"github.com/schismlab/schism/runlog"
)

// recipes are the checks of what applications build upon ZooKeeper. They judge
// the operations that runlog.OpAcquire and those after it name, whoever wrote
// them down.
var recipes = []Check{mutualExclusion, election, queue, barrier, membership, sharedCounter, cacheConvergence}

// thing is one lock, queue, group …: its path and its operations by call.
type thing struct {
	path string
	ops  []*runlog.Operation
}

// things are those that the operations of these names are about, in the order
// of the log.
func (r *Run) things(names ...string) []*thing {
	var list []*thing
	at := map[string]*thing{}
	for i := range r.History {
		o := &r.History[i]
		if !slices.Contains(names, o.Op) {
			continue
		}
		t := at[o.Path]
		if t == nil {
			t = &thing{path: o.Path}
			at[o.Path] = t
			list = append(list, t)
		}
		t.ops = append(t.ops, o)
	}
	return list
}

// hasAny says whether the run has operations of these names.
func hasAny(names ...string) func(*Run) bool {
	return func(r *Run) bool {
		for i := range r.History {
			if slices.Contains(names, r.History[i].Op) {
				return true
			}
		}
		return false
	}
}

// eachThing judges things one by one and keeps the worst that is said. Of those
// that are well the sentence counts them.
func eachThing(list []*thing, noun string, judge func(*thing) Result) Result {
	worst, ops := Result{}, 0
	for _, t := range list {
		ops += len(t.ops)
		if found := judge(t); found.Verdict > worst.Verdict {
			worst = found
		}
		if worst.Verdict == Violation {
			return worst
		}
	}
	if worst.Verdict == OK {
		return ok("%s of %s kept the promise.", plural(ops, "operation"), plural(len(list), noun))
	}
	return worst
}

// lives is when clients were answered and when their sessions ended, by client.
type lives struct{ answered, expired map[int][]int64 }

func (r *Run) lives() lives {
	l := lives{map[int][]int64{}, map[int][]int64{}}
	for i := range r.Events {
		e := &r.Events[i]
		switch {
		case e.Kind == runlog.Expired:
			l.expired[e.Client-1] = append(l.expired[e.Client-1], e.T)
		case e.Kind == runlog.Ret && e.Out == runlog.OK:
			l.answered[e.Client-1] = append(l.answered[e.Client-1], e.T)
		}
	}
	return l
}

// ended is when the session that a client had at a time ended, by the client's
// own word; never if it did not.
func (l lives) ended(client int, from int64) int64 {
	times := l.expired[client]
	if i, _ := slices.BinarySearch(times, from); i < len(times) {
		return times[i]
	}
	return never
}

// lastHeard is when the session that a client had at a time ended, or else when
// the client was last answered.
func (l lives) lastHeard(client int, from int64) int64 {
	if at := l.ended(client, from); at < never {
		return at
	}
	times := l.answered[client]
	return times[len(times)-1]
}

// outlived says whether the session that a client had at the time from was
// certainly alive after another time: the client was answered then, and had not
// heard of an end.
func (l lives) outlived(client int, from, after int64) bool {
	times := l.answered[client]
	i, _ := slices.BinarySearch(times, after+1)
	return i < len(times) && l.ended(client, from) > times[i]
}

// numbers gives texts a number each, for package distinct.
type numbers map[string]int64

func (n numbers) of(text string) int64 {
	if _, known := n[text]; !known {
		n[text] = int64(len(n) + 1)
	}
	return n[text]
}

// simple is the history of one object for package distinct, with the operation
// that each entry stands for.
type simple struct {
	list []distinct.Op
	from []*runlog.Operation
}

// add adds an operation, with the times of o but for an unknown outcome.
func (s *simple) add(o *runlog.Operation, kind distinct.Kind, value int64, blank bool) {
	d := distinct.Op{Kind: kind, Value: value, Blank: blank, Call: o.Call, Ret: o.Ret}
	if o.Out == runlog.Unknown {
		d.Ret = distinct.Never
	}
	s.list, s.from = append(s.list, d), append(s.from, o)
}

// tell puts what was found into sentences.
func (s *simple) tell(found distinct.Result) string {
	told := make([]string, 0, len(found.Ops))
	for _, i := range found.Ops {
		if text := describe(s.from[i]); !slices.Contains(told, text) {
			told = append(told, text)
		}
	}
	return fmt.Sprintf("%s: %s.", upper(found.Why), strings.Join(told, "; "))
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
