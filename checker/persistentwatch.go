package checker

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/runlog"
)

// persistentWatch is one that addWatch has left and that stays until it is taken
// away: on a znode and its children, or, recursive, on a znode and all below it.
// It tells of each change once, in their order. What happens while its client has
// no connection it never tells, and its library asks for it again on the next one.
type persistentWatch struct {
	path      string
	recursive bool
	session   int64
	due       []due // what was changed since it was left, by zxid
	next      int   // all before it was told
	// adrift: there was no answer since the connection broke, so how far the watch
	// has come is not known. maybe: it may not be there at all.
	adrift, maybe bool
}

// due is a change that a watch tells of, or has told.
type due struct {
	change
	done bool
}

func (s *persistentWatch) String() string {
	if s.recursive {
		return s.path + " and all below it"
	}
	return s.path + " and its children"
}

// tells says whether the watch is told of t.
func (s *persistentWatch) tells(t told) bool {
	if !s.recursive {
		return t.path == s.path
	}
	return t.what != toldChildren && (t.path == s.path || s.path == "/" || under(t.path, s.path))
}

// first is the earliest change up to a zxid that was not told; nil if there is
// none.
func (s *persistentWatch) first(upTo uint64) *due {
	for s.next < len(s.due) && s.due[s.next].done {
		s.next++
	}
	if s.next == len(s.due) || s.due[s.next].op.Result.Zxid > upTo {
		return nil
	}
	return &s.due[s.next]
}

// settle says that all up to a zxid was told or missed, and nothing after it.
func (s *persistentWatch) settle(upTo uint64) {
	for i := range s.due {
		s.due[i].done = s.due[i].op.Result.Zxid <= upTo
	}
	s.next, s.adrift = 0, false
}

// asksToStay says whether a call is about watches that stay.
func asksToStay(op string) bool { return op == runlog.OpAddWatch || op == runlog.OpRemoveWatches }

// stays notes what the answer to an addWatch or removeWatches has changed.
func (a *audience) stays(l *listener, call, ret *runlog.Event) *Result {
	if call.Op == runlog.OpRemoveWatches {
		return a.takenAway(call, ret)
	}
	if ret.Out == runlog.Fail {
		return nil
	}
	s := &persistentWatch{path: call.Path, recursive: has(call.Mode, runlog.Recursive), session: ret.Session, maybe: ret.Out == runlog.Unknown}
	for _, have := range l.stays {
		if have.path == s.path && have.recursive == s.recursive && !have.maybe {
			return nil
		}
	}
	for _, c := range a.changes.later(ret.Zxid) {
		if s.tells(c.told) {
			s.due = append(s.due, due{change: c})
		}
	}
	l.stays = append(l.stays, s)
	return nil
}

// takenAway ends all watches on a znode of the session that asked for it. Several
// clients of a log may share one.
func (a *audience) takenAway(call, ret *runlog.Event) *Result {
	for _, n := range a.numbers {
		l := a.clients[n]
		mine := func(s *persistentWatch) bool {
			return s.path == call.Path && (n == call.Client || s.session != 0 && s.session == ret.Session)
		}
		for _, s := range l.stays {
			if mine(s) && !s.maybe && ret.Out == runlog.Fail && ret.Err == errNoWatcher {
				bad := violation("watches-gone "+top(s.path), "Client c%d had left a watch on %s, to stay. At %s the server said that there is none.", n-1, s, when(ret.T))
				return &bad
			}
			s.maybe = s.maybe || mine(s)
		}
		for _, w := range l.arms {
			w.maybe = w.maybe || n == call.Client && w.path == call.Path
		}
		if n == call.Client && ret.Out == runlog.OK {
			delete(l.arms, spot{call.Path, false})
			delete(l.arms, spot{call.Path, true})
		}
		if ret.Out == runlog.OK {
			l.stays = slices.DeleteFunc(l.stays, mine)
		}
	}
	return nil
}

const errNoWatcher = "NoWatcher"

// standing are the watches that stay and are told of t. asked says that one may be
// on its way.
func (l *listener) standing(t told) (list []*persistentWatch, asked bool) {
	for _, s := range l.stays {
		if s.tells(t) {
			list = append(list, s)
		}
	}
	if o := l.open; o != nil && o.Op == runlog.OpAddWatch {
		asked = (&persistentWatch{path: o.Path, recursive: has(o.Mode, runlog.Recursive)}).tells(t)
	}
	return list, asked
}

// toldAgain holds an event to the watches that stay and are told of it.
func (a *audience) toldAgain(l *listener, list []*persistentWatch, t told, e *runlog.Event) *Result {
	renewed := e.Mode == runlog.Renewed // then it may be of another watch
	unsure := renewed || a.changes.unsure(t, e.T)
	for _, s := range list {
		i := slices.IndexFunc(s.due[s.next:], func(d due) bool { return d.told == t && !d.done && d.op.Call <= e.T })
		switch {
		case s.maybe:
		case renewed && i < 0:
		case i < 0 && (unsure || s.adrift):
			a.unsure++
		case i < 0:
			bad := violation("watches-once "+top(e.Path), "At %s client c%d was told %q of %s, where it has a watch that stays; but it had been told of every such change that was called by then.", when(e.T), e.Client-1, e.Text, e.Path)
			return &bad
		case unsure || s.adrift:
			if !renewed {
				a.unsure++
			}
			s.due[s.next+i].done = true
		default:
			d := &s.due[s.next+i]
			d.done = true
			if w := s.first(d.op.Result.Zxid - 1); w != nil {
				bad := violation("watches-missed "+top(w.path), "Client c%d had left a watch on %s, to stay. At %s it was told of %s, whose zxid is %#x, and had not been told of %s, whose zxid is %#x.",
					e.Client-1, s, when(e.T), describe(d.op), d.op.Result.Zxid, describe(w.op), w.op.Result.Zxid)
				return &bad
			}
			if l.waits == nil || l.waits.Result.Zxid < d.op.Result.Zxid {
				l.waits, l.what = d.op, t.what+" of "+t.path
			}
		}
	}
	return nil
}

// shown holds an answer to the watches that stay: what it may show was told.
func (l *listener) shown(e *runlog.Event) *Result {
	for _, s := range l.stays {
		switch {
		case s.adrift && l.connected >= 0:
			s.settle(e.Zxid)
		case s.adrift, s.maybe:
		default:
			if d := s.first(e.Zxid); d != nil {
				bad := s.missed(e.Client, d, fmt.Sprintf("at %s the client got an answer of zxid %#x without having been told", when(e.T), e.Zxid))
				return &bad
			}
		}
	}
	return nil
}

func (s *persistentWatch) missed(client int, d *due, how string) Result {
	return violation("watches-missed "+top(d.path), "Client c%d had left a watch on %s, to stay. %s was changed by %s, whose zxid is %#x, and %s.", client-1, s, d.path, describe(d.op), d.op.Result.Zxid, how)
}

// drift is what the end of a connection does to the watches that stay. A server
// that is behind the last one may tell some changes again.
func (l *listener) drift() {
	for _, s := range l.stays {
		s.settle(l.zxid)
		s.adrift = true
	}
}

// overdue finds a change that a watch which stays has not told of, though its
// client was connected until long after it.
func (l *listener) overdue(client int, soon int64) *Result {
	for _, s := range l.stays {
		if s.adrift || s.maybe || l.connected < 0 {
			continue
		}
		d := s.first(1<<64 - 1)
		if d == nil {
			continue
		}
		if silent := l.last - max(l.connected, d.op.Ret); silent > soon {
			bad := s.missed(client, d, "the client was not told, though it was heard of until "+long(silent)+" later")
			return &bad
		}
	}
	return nil
}
