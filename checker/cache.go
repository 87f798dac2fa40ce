package checker

import (
	"slices"

	"github.com/schismlab/schism/runlog"
)

var cacheConvergence = Check{
	Name:    "cache-convergence",
	Doc:     "A client's cache of a znode never goes back in mzxid, shows one value for each, and holds the last one soon: six times tick times initLimit after it was written.",
	Applies: hasAny(runlog.OpCached),
	Judge: func(r *Run, _ Budget) Result {
		l := r.lives()
		return eachThing(r.things(runlog.OpCached), "cache", func(t *thing) Result { return r.judgeCache(t, l) })
	},
}

func (r *Run) judgeCache(t *thing, l lives) Result {
	last, one := map[int]*runlog.Operation{}, map[uint64]*runlog.Operation{}
	var clients []int
	for _, o := range t.ops {
		if o.Out == runlog.Unknown || o.Out == runlog.Fail && o.Result.Err != errNoNode {
			continue
		}
		before := last[o.Client]
		if before == nil {
			clients = append(clients, o.Client)
		}
		if last[o.Client] = o; o.Out == runlog.Fail {
			continue // of what is not there, no zxid is known
		}
		if before != nil && before.Result.Mzxid > o.Result.Mzxid && l.ended(o.Client, before.Ret) > o.Call {
			return violation("cache-order "+top(t.path), "%s, though it had held %#x before: a cache never goes back.", upper(describe(o)), before.Result.Mzxid)
		}
		same := one[o.Result.Mzxid]
		if same != nil && same.Result.Data != o.Result.Data {
			return violation("cache-value "+top(t.path), "The caches show two values for one mzxid: %s, and %s.", describe(same), describe(o))
		}
		one[o.Result.Mzxid] = o
	}
	worst := Result{}
	for _, c := range clients {
		if found := r.converged(t, last[c]); found.Verdict > worst.Verdict {
			worst = found
		}
	}
	return worst
}

// converged holds the last that a connected client's cache showed to what the
// servers hold at the end.
func (r *Run) converged(t *thing, o *runlog.Operation) Result {
	if len(r.trees) == 0 || !r.connected(o.Client) {
		return Result{}
	}
	final := r.trees[0].znodes[t.path]
	switch {
	case final == nil && o.Out == runlog.Fail:
		return Result{}
	case final != nil && o.Out == runlog.OK && final.Mzxid == o.Result.Mzxid && final.Data == o.Result.Data:
		return Result{}
	}
	at, known := r.lastTouch(t.path)
	switch {
	case !known:
		return unknown("%s is the last that client c%d's cache held, and at the end %s is %s; the log does not say when that was written.", upper(describe(o)), o.Client, t.path, text(final))
	case r.done-at > r.soon():
		return violation("cache-convergence "+top(t.path), "%s is the last that client c%d's cache held, and at the end %s is %s, written by %s: in %s it had not heard of that. It may take %s.",
			upper(describe(o)), o.Client, t.path, text(final), when(at), long(r.done-at), long(r.soon()))
	}
	return Result{Verdict: Permitted, Why: upper(describe(o)) + " is the last that the cache held, and is not the last value; but the run ended before it had to be."}
}

// lastTouch is when the last write to a path had taken effect, as far as that is
// known: not if one of them has no answer.
func (r *Run) lastTouch(path string) (at int64, known bool) {
	vague := false
	r.touches(func(e *effect) {
		if e.path == path && e.kind != opCheck {
			at, known = max(at, e.op.Ret), true
			vague = vague || !e.acknowledged()
		}
	})
	return at, known && !vague
}

// connected says whether a client still had its session and connection when the
// clients stopped.
func (r *Run) connected(client int) bool {
	at := slices.IndexFunc(r.Events, func(e runlog.Event) bool { return e.Kind == runlog.Done })
	if at < 0 {
		at = len(r.Events)
	}
	for i := at - 1; i >= 0; i-- {
		e := &r.Events[i]
		if e.Client != client+1 {
			continue
		}
		switch e.Kind {
		case runlog.Lost, runlog.Expired:
			return false
		case runlog.Conn:
			return true
		}
	}
	return true
}
