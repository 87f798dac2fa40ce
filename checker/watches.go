package checker

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

// The check carries over what etcd's robustness tests ask of its watches, as far
// as ZooKeeper promises it: events are ordered; unique (a watch fires once); of
// the kind that was asked for; reliable, whole transactions at a time (nobody is
// shown what a watch has not told of); and resumed on another server. Events
// carry no value and, before 3.9, no zxid, so that previous values and progress
// marks have no counterpart. Of watches that stay, see persistentWatch.

var watches = Check{
	Name:    "watches",
	Doc:     "A watch tells once, of the first change after it was left, and before its session is shown anything as new; one that stays (addWatch) tells of each change once, in order; no change that is watched goes untold.",
	Applies: func(r *Run) bool { return (r.watched() || r.watchesAsked()) && r.witness() != nil },
	Judge:   judgeWatches,
}

func (r *Run) watched() bool {
	return r.tells(runlog.Watch)
}

// watchesAsked says whether the log tells which calls left a watch. Logs of
// earlier days do not.
func (r *Run) watchesAsked() bool {
	for i := range r.History {
		if o := &r.History[i]; has(o.Mode, runlog.WatchMode) || o.Op == runlog.OpAddWatch {
			return true
		}
	}
	return false
}

// listener is what a client's session has been shown.
type listener struct {
	zxid uint64
	// waits is the change that a watch told of last; the next answer is of that
	// or later. what says it in words.
	waits *runlog.Operation
	what  string

	arms  map[spot]*arm
	stays []*persistentWatch
	open  *runlog.Event // the call that is open, if it leaves a watch, or takes some away
	// fired says that a watch where the open call leaves one has fired meanwhile.
	// In a real world its answer may have come before, and be logged later.
	fired bool
	// connected is since when, -1: it is not.
	connected int64
	last      int64 // when it was heard of last
}

// audience judges all watch events of a run.
type audience struct {
	run     *Run
	changes changes
	asked   bool
	clients map[int]*listener
	numbers []int // of the clients, in the order of the log

	events, unsure int
}

func judgeWatches(r *Run, _ Budget) Result {
	a := &audience{run: r, changes: r.changes(), asked: r.watchesAsked(), clients: map[int]*listener{}}
	for i := range r.Events {
		e := &r.Events[i]
		if e.Client == 0 {
			continue
		}
		if bad := a.hear(a.listener(e.Client), e); bad != nil {
			return *bad
		}
	}
	if bad := a.untold(); bad != nil {
		return *bad
	}
	return ok("%s told of changes that happened, before their sessions were shown them; for %d of them lost writes, ends of sessions or watches set anew may have been the cause.", plural(a.events, "watch event"), a.unsure)
}

func (a *audience) listener(client int) *listener {
	l := a.clients[client]
	if l == nil {
		l = &listener{arms: map[spot]*arm{}}
		a.clients[client] = l
		a.numbers = append(a.numbers, client)
	}
	return l
}

func (a *audience) hear(l *listener, e *runlog.Event) *Result {
	l.last = e.T
	switch e.Kind {
	case runlog.Conn:
		l.connected = e.T
	case runlog.Lost:
		l.lose()
	case runlog.Expired:
		// A call that waits for a connection is made in the next session.
		*l = listener{arms: map[spot]*arm{}, connected: -1, open: l.open, last: l.last}
	case runlog.Call:
		l.open, l.fired = nil, false
		if has(e.Mode, runlog.WatchMode) || asksToStay(e.Op) {
			l.open = e
		}
	case runlog.Ret:
		return a.answered(l, e)
	case runlog.Watch:
		return a.told(l, e)
	}
	return nil
}

// lose ends a connection. The client leaves its watches again on the next one,
// which may lag behind the events of the last: a session's view counts answers
// only.
func (l *listener) lose() {
	l.waits, l.connected = nil, -1
	l.drift()
	for _, w := range l.arms {
		w.doubtful = true
	}
}

// answered takes an answer: what it shows must have been told, and it may leave
// a watch.
func (a *audience) answered(l *listener, e *runlog.Event) *Result {
	if e.Zxid != 0 {
		if l.waits != nil && l.waits.Result.Zxid > e.Zxid {
			bad := violation("watches-order "+top(l.waits.Path), "Client c%d was told of %s at the latest by %s, whose zxid is %#x, and then got an answer of the earlier %#x at %s.",
				e.Client-1, l.what, describe(l.waits), l.waits.Result.Zxid, e.Zxid, when(e.T))
			return &bad
		}
		if w := l.missed(e.Zxid); w != nil {
			bad := violation("watches-missed "+top(w.path), "Client c%d had left a watch on %s. It was changed by %s, whose zxid is %#x, and at %s the client got an answer of zxid %#x without having been told. A watch tells of a change before its session sees it.",
				e.Client-1, w, describe(w.due), w.due.Result.Zxid, when(e.T), e.Zxid)
			return &bad
		}
		if bad := l.shown(e); bad != nil {
			return bad
		}
		l.zxid, l.waits = max(l.zxid, e.Zxid), nil
	}
	call := l.open
	l.open = nil
	switch {
	case call == nil:
	case asksToStay(call.Op):
		return a.stays(l, call, e)
	default:
		a.leave(l, call, e)
	}
	return nil
}

// told takes a watch event.
func (a *audience) told(l *listener, e *runlog.Event) *Result {
	a.events++
	t := told{e.Path, e.Text}
	w, known := l.take(t)
	stays, coming := l.standing(t)
	if bad := a.toldAgain(l, stays, t, e); bad != nil {
		return bad
	}
	if e.Mode == runlog.Renewed {
		a.unsure++
		return nil
	}
	if w == nil && (len(stays) > 0 || coming) {
		return nil
	}
	if a.asked && !known {
		bad := violation("watches-once "+top(e.Path), "At %s client c%d was told %q of %s, for which it had no watch, or one that had told already.", when(e.T), e.Client-1, e.Text, e.Path)
		return &bad
	}
	o := a.changes.next(t, l.zxid, e.T)
	switch {
	case w != nil && w.certain() && w.due != nil && w.due.Call <= e.T && !a.mayHaveBeen(w, e.T):
		if w.kind != e.Text {
			bad := violation("watches-kind "+top(e.Path), "At %s client c%d was told %q of %s; the first change after it had left the watch was another one: %s.", when(e.T), e.Client-1, e.Text, e.Path, describe(w.due))
			return &bad
		}
		o = w.due
	case a.changes.unsure(t, e.T) || w != nil && w.doubtful && a.resumed(t, l.zxid, e.T):
		a.unsure++
		return nil
	case o == nil:
		bad := violation("watches "+top(e.Path), "At %s client c%d was told %q of %s, but no such change fits: none that was called by then is later than the zxid %#x, which the client had been shown. A watch tells of a change before its session sees it.",
			when(e.T), e.Client-1, e.Text, e.Path, l.zxid)
		return &bad
	}
	if w != nil && w.certain() && l.waits != nil && l.waits.Result.Zxid > o.Result.Zxid {
		bad := violation("watches-order "+top(e.Path), "Client c%d was told of %s at the latest by %s, whose zxid is %#x, and after that of %s, whose zxid is %#x.",
			e.Client-1, l.what, describe(l.waits), l.waits.Result.Zxid, describe(o), o.Result.Zxid)
		return &bad
	}
	l.waits, l.what = o, fmt.Sprintf("%q of %s", e.Text, e.Path)
	return nil
}
