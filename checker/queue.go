package checker

import (
	"slices"

	"github.com/schismlab/schism/checker/distinct"
	"github.com/schismlab/schism/runlog"
)

var queue = Check{
	Name:    "queue",
	Doc:     "Items leave a queue once each, in the order in which they came, and none that nobody put in.",
	Applies: hasAny(runlog.OpEnqueue, runlog.OpDequeue),
	Judge: func(r *Run, _ Budget) Result {
		return eachThing(r.things(runlog.OpEnqueue, runlog.OpDequeue), "queue", judgeQueue)
	},
}

func judgeQueue(t *thing) Result {
	var s simple
	items := numbers{}
	for _, o := range t.ops {
		switch empty := o.Out == runlog.Fail && o.Result.Err == runlog.Empty; {
		case o.Op == runlog.OpEnqueue && o.Out != runlog.Fail:
			s.add(o, distinct.Enqueue, items.of(o.Data), false)
		case o.Op == runlog.OpDequeue && (o.Out != runlog.Fail || empty):
			s.add(o, distinct.Dequeue, items.of(o.Result.Data), empty)
		}
	}
	found := distinct.Queue(s.list)
	switch found.Grade {
	case distinct.Linearizable:
		return Result{}
	case distinct.NotApplicable:
		return unknown("The queue %s cannot be judged. %s", t.path, s.tell(found))
	}
	// A consumer that lists the items on a server which lags may find none.
	filled := slices.DeleteFunc(slices.Clone(s.list), func(o distinct.Op) bool { return o.Kind == distinct.Dequeue && o.Blank })
	if distinct.Queue(filled).Grade == distinct.Linearizable {
		return Result{Verdict: Permitted, Why: s.tell(found) + lesson}
	}
	return violation("queue "+top(t.path), "%s", s.tell(found))
}
