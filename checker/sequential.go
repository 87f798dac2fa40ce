package checker

import (
	"github.com/schismlab/schism/runlog"
)

var sequential = Check{
	Name:    "sequential",
	Doc:     "A session's view never goes back, it sees the session's own writes, and every value that is read was written before.",
	Applies: func(r *Run) bool { return len(r.History) > 0 },
	Judge:   judgeSequential,
}

// view is what one session has seen of one znode.
type view struct {
	mzxid   uint64
	version int32
	by      *runlog.Operation
}

// pathValue is a value of a znode.
type pathValue struct{ path, data string }

// views follows the sessions through a run.
type views struct {
	run   *Run
	seen  map[viewKey]view
	zxids map[sessionKey]*runlog.Operation
	// values are what was written to each znode, refused attempts apart.
	values, refused map[pathValue]int64
	nameless        map[string]bool
	gone            map[string]bool
	one             map[mzxidKey]*runlog.Operation
}

type sessionKey struct {
	client  int
	session int64
}

type viewKey struct {
	sessionKey
	path string
}

type mzxidKey struct {
	path  string
	mzxid uint64
}

func judgeSequential(r *Run, _ Budget) Result {
	v := &views{
		run: r, seen: map[viewKey]view{}, zxids: map[sessionKey]*runlog.Operation{}, gone: r.deleted(),
		values: map[pathValue]int64{}, refused: map[pathValue]int64{},
		nameless: map[string]bool{}, one: map[mzxidKey]*runlog.Operation{},
	}
	v.written()
	n := 0
	// The history is by invocation, and a client has one call open at a time:
	// so for each client this is also the order of its answers.
	for i := range r.History {
		o := &r.History[i]
		if o.Out == runlog.Unknown {
			continue
		}
		for _, judge := range []func(*runlog.Operation) *Result{v.header, v.value, v.read, v.absent} {
			if broken := judge(o); broken != nil {
				return *broken
			}
		}
		v.wrote(i)
		if plain(o) {
			n++
		}
	}
	return ok("%s kept to the order of their sessions and showed what had been written.", plural(n, "read"))
}

// written notes for each znode and value when its first write was called.
func (v *views) written() {
	for i := range v.run.History {
		o := &v.run.History[i]
		into := v.values
		if o.Out == runlog.Fail {
			into = v.refused
		}
		for _, e := range v.run.effects(i) {
			if e.kind != opSet && e.kind != opCreate {
				continue
			}
			if e.nameless {
				v.nameless[e.path] = true
			}
			w := pathValue{e.path, e.data}
			if t, known := into[w]; !known || o.Call < t {
				into[w] = o.Call
			}
		}
	}
}

// sessionOrder is the signature of header, which goes by zxids alone.
const sessionOrder = "session-order"

func key(o *runlog.Operation) sessionKey { return sessionKey{o.Client, session(o)} }

// header holds the zxids of a session's answers to their order.
func (v *views) header(o *runlog.Operation) *Result {
	if o.Result.Zxid == 0 {
		return nil
	}
	if last := v.zxids[key(o)]; last != nil && last.Result.Zxid > o.Result.Zxid {
		r := violation(sessionOrder, "A session went back in time: %s came from a server at zxid %#x, after %s from one at %#x. A server must refuse a client that has seen more than itself.",
			describe(o), o.Result.Zxid, describe(last), last.Result.Zxid)
		return &r
	}
	v.zxids[key(o)] = o
	return nil
}

// value holds what a get showed to what was ever written.
func (v *views) value(o *runlog.Operation) *Result {
	if o.Op != opGet || o.Out != runlog.OK || o.Path == "/" {
		return nil
	}
	shown := pathValue{o.Path, o.Result.Data}
	t, known := v.values[shown]
	prefix, _, numbered := numbered(o.Path)
	switch {
	case !known && numbered && v.nameless[prefix]:
		return nil // a create whose answer was lost may have made it
	case !known:
		how := "which nobody ever wrote there"
		if _, refused := v.refused[shown]; refused {
			how = "which was only written by calls that were refused"
		}
		r := violation("phantom-value "+top(o.Path), "A value from nowhere: %s shows a value %s.", describe(o), how)
		return &r
	case t > o.Ret:
		r := violation("future-read "+top(o.Path), "A value from the future: %s shows a value whose first write was called only at %s.", describe(o), when(t))
		return &r
	}
	return v.sameZxid(o)
}

// sameZxid holds two reads of one modification to the same value.
func (v *views) sameZxid(o *runlog.Operation) *Result {
	if o.Result.Mzxid == 0 {
		return nil
	}
	k := mzxidKey{o.Path, o.Result.Mzxid}
	first := v.one[k]
	if first == nil {
		v.one[k] = o
		return nil
	}
	if first.Result.Data == o.Result.Data && first.Result.Version == o.Result.Version {
		return nil
	}
	r := violation("one-zxid-two-values "+top(o.Path), "One transaction with two results: %s and %s both show the change of zxid %#x.", describe(first), describe(o), o.Result.Mzxid)
	return &r
}

// read holds a read of a znode to what its session has seen and written there.
func (v *views) read(o *runlog.Operation) *Result {
	if o.Op != opGet && o.Op != opExists || o.Out != runlog.OK || o.Result.Version < 0 {
		return nil
	}
	k := viewKey{key(o), o.Path}
	now := view{o.Result.Mzxid, o.Result.Version, o}
	last, before := v.seen[k]
	if before && v.back(o.Path, last, now) {
		return v.wentBack(o, last)
	}
	v.seen[k] = now
	return nil
}

// back says whether a view is older than the one before. zxids tell always;
// versions only where the znode was never deleted.
func (v *views) back(path string, last, now view) bool {
	if last.mzxid != 0 && now.mzxid != 0 && last.mzxid != now.mzxid {
		return now.mzxid < last.mzxid
	}
	return !v.gone[path] && now.version < last.version
}

func (v *views) wentBack(o *runlog.Operation, last view) *Result {
	r := violation("monotonic-reads "+top(o.Path), "A session went back in time: %s is older than what the same session had seen before, by %s.", describe(o), describe(last.by))
	if !plain(last.by) {
		r = violation("read-your-writes "+top(o.Path), "A session does not see its own write: %s is older than %s.", describe(o), describe(last.by))
	}
	return &r
}

// absent holds an answer NoNode to the session's view, where nobody can have
// deleted the znode.
func (v *views) absent(o *runlog.Operation) *Result {
	missing := o.Out == runlog.Fail && o.Result.Err == errNoNode || o.Op == opExists && o.Out == runlog.OK && o.Result.Version < 0
	if !missing || !plain(o) || v.gone[o.Path] {
		return nil
	}
	if last, before := v.seen[viewKey{key(o), o.Path}]; before {
		return v.wentBack(o, last)
	}
	return nil
}

// wrote notes what a session's acknowledged writes let it expect.
func (v *views) wrote(at int) {
	o := &v.run.History[at]
	if o.Out != runlog.OK {
		return
	}
	for _, e := range v.run.effects(at) {
		k := viewKey{key(o), e.path}
		switch last := v.seen[k]; e.kind {
		case opDelete:
			delete(v.seen, k)
		case opCreate:
			if !e.nameless {
				v.seen[k] = view{max(e.mzxid, o.Result.Czxid), 0, o}
			}
		case opSet:
			now := view{e.mzxid, e.version, o}
			// An answer may leave out what it did to the znode; then what was
			// known before still holds.
			if now.mzxid == 0 {
				now.mzxid = last.mzxid
			}
			v.seen[k] = view{now.mzxid, max(now.version, last.version), o}
			if v.gone[e.path] {
				v.seen[k] = now
			}
		}
	}
}
