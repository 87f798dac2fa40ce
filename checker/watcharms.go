package checker

import "github.com/schismlab/schism/runlog"

// spot is where a server keeps a watch of a session: one on a znode, and one on
// its children.
type spot struct {
	path  string
	child bool
}

// arm is a watch that was left and has not fired.
type arm struct {
	spot
	tells []string // what it can tell
	// due is the first change after it was left that is known, and kind what it
	// tells; nil if there is none.
	due  *runlog.Operation
	kind string
	// doubtful: the connection broke since; what was changed meanwhile is told in
	// one event. maybe: it may not be there at all.
	doubtful, maybe bool
}

func (w *arm) certain() bool { return !w.doubtful && !w.maybe }

func (w *arm) String() string {
	if w.child {
		return "the children of " + w.path
	}
	return w.path
}

// leave notes the watch that a call has left.
func (a *audience) leave(l *listener, call, ret *runlog.Event) {
	w := &arm{spot: spot{call.Path, call.Op == opChildren}}
	absent := ret.Out == runlog.Fail && ret.Err == errNoNode || ret.Out == runlog.OK && ret.Version < 0
	switch {
	case ret.Out == runlog.Unknown:
		if l.arms[w.spot] == nil {
			w.maybe = true
			l.arms[w.spot] = w
		}
		return
	case call.Op == opExists && absent:
		w.tells = []string{toldCreated}
	case ret.Out != runlog.OK:
		return
	case w.child:
		w.tells = []string{toldChildren, toldDeleted}
	default:
		w.tells = []string{toldData, toldDeleted}
	}
	w.maybe = l.fired
	if ret.Zxid != 0 {
		for _, what := range w.tells {
			later := a.changes.after(told{w.path, what}, ret.Zxid)
			if len(later) > 0 && (w.due == nil || later[0].Result.Zxid < w.due.Result.Zxid) {
				w.due, w.kind = later[0], what
			}
		}
	}
	// One that is there already stays, and so does what it is due to tell.
	if old := l.arms[w.spot]; old == nil || !old.certain() {
		l.arms[w.spot] = w
	}
}

// spots are where the watches are that an event uses up.
func (t told) spots() []spot {
	switch t.what {
	case toldChildren:
		return []spot{{t.path, true}}
	case toldDeleted:
		return []spot{{t.path, false}, {t.path, true}}
	}
	return []spot{{t.path, false}}
}

// take uses up the watches that an event has fired. It is known if there was
// one, or may have been.
func (l *listener) take(t told) (w *arm, known bool) {
	for _, s := range t.spots() {
		if l.open != nil && !asksToStay(l.open.Op) && (spot{l.open.Path, l.open.Op == opChildren}) == s {
			l.fired, known = true, true
		}
		if have := l.arms[s]; have != nil {
			if w == nil {
				w = have
			}
			known = true
			delete(l.arms, s)
		}
	}
	return w, known
}

// missed is a watch that should have fired before an answer of this zxid.
func (l *listener) missed(zxid uint64) *arm {
	var first *arm
	for _, w := range l.arms {
		if w.certain() && w.due != nil && w.due.Result.Zxid <= zxid && (first == nil || before(w, first)) {
			first = w
		}
	}
	return first
}

// before makes the choice among several the same each time.
func before(a, b *arm) bool {
	if a.due.Result.Zxid != b.due.Result.Zxid {
		return a.due.Result.Zxid < b.due.Result.Zxid
	}
	return a.path < b.path || a.path == b.path && !a.child
}

// mayHaveBeen says whether something else than what is known may have fired w.
func (a *audience) mayHaveBeen(w *arm, at int64) bool {
	for _, what := range w.tells {
		if a.changes.unsure(told{w.path, what}, at) {
			return true
		}
	}
	return false
}

// resumed says whether a watch that was left again on a new connection may tell
// t: then it tells of the znode's state, not of the change that made it.
func (a *audience) resumed(t told, zxid uint64, at int64) bool {
	for _, what := range []string{toldCreated, toldDeleted, toldData, toldChildren} {
		other := told{t.path, what}
		if a.changes.next(other, zxid, at) != nil || a.changes.unsure(other, at) {
			return true
		}
	}
	return false
}

// untold finds a watch that has not told of a change, though its client was
// connected until long after it.
func (a *audience) untold() *Result {
	soon := a.run.soon()
	for _, n := range a.numbers {
		l := a.clients[n]
		if bad := l.overdue(n, soon); bad != nil {
			return bad
		}
		var first *arm
		for _, w := range l.arms {
			// What was created and deleted while nobody was connected is missed.
			lost := w.maybe || w.doubtful && w.tells[0] == toldCreated
			if !lost && w.due != nil && l.connected >= 0 && l.last-max(l.connected, w.due.Ret) > soon && (first == nil || before(w, first)) {
				first = w
			}
		}
		if first != nil {
			bad := violation("watches-missed "+top(first.path), "Client c%d had left a watch on %s. It was changed by %s, and the client was not told, though it was heard of until %s later.",
				n-1, first, describe(first.due), long(l.last-max(l.connected, first.due.Ret)))
			return &bad
		}
	}
	return nil
}
