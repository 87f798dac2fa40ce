package checker

import "github.com/schismlab/schism/runlog"

// effect is one change, or one check, that a write asks for: a set, create,
// delete, or a part of a multi.
type effect struct {
	op        *runlog.Operation
	kind      string
	path      string // of a sequential create that was answered: the name given
	data      string
	guard     int32
	ephemeral bool
	// passing: a container, or with a time to live. The servers may remove it when
	// it has no children, and nobody is told.
	passing bool
	// nameless: a sequential create whose answer was lost; path is its prefix.
	nameless bool
	// version is what the answer showed the version to be after a set, 0 if it
	// did not.
	version int32
	mzxid   uint64
}

// effects are what call i of the history asks for, nothing for a read. Checks do not
// change them.
func (r *Run) effects(i int) []effect {
	if r.asked == nil {
		n := 0
		for i := range r.History {
			n += max(1, len(r.History[i].Parts))
		}
		all := make([]effect, 0, n)
		r.asked = make([][]effect, len(r.History))
		for i := range r.History {
			from := len(all)
			all = appendEffects(all, &r.History[i])
			r.asked[i] = all[from:len(all):len(all)]
		}
	}
	return r.asked[i]
}

func appendEffects(list []effect, o *runlog.Operation) []effect {
	switch o.Op {
	case opSet, opCreate, opDelete:
		e := effect{
			op: o, kind: o.Op, path: o.Path, data: o.Data, guard: o.Version,
			version: o.Result.Version, mzxid: o.Result.Mzxid,
		}
		e.mode(o.Mode, o.Result.Path)
		return append(list, e)
	case opMulti:
		for i := range o.Parts {
			p := &o.Parts[i]
			e := effect{op: o, kind: p.Op, path: p.Path, data: p.Data, guard: p.Version}
			given := ""
			if i < len(o.Result.Parts) && o.Out == runlog.OK {
				given, e.version = o.Result.Parts[i].Path, o.Result.Parts[i].Version
			}
			e.mode(p.Mode, given)
			list = append(list, e)
		}
	}
	return list
}

func (e *effect) mode(mode, given string) {
	if e.kind != opCreate || mode == "" {
		return
	}
	e.ephemeral = has(mode, "ephemeral")
	e.passing = has(mode, runlog.ContainerMode) || has(mode, runlog.TTLMode)
	switch {
	case !has(mode, "sequential"):
	case given == "" || given == e.path:
		e.nameless = true
	default:
		e.path = given
	}
}

// fleeting says whether the znode that it makes may go without a call of anybody.
func (e *effect) fleeting() bool { return e.ephemeral || e.passing }

// touches gives each effect that may have happened: of a write acknowledged or of
// unknown outcome. Refused writes have none.
func (r *Run) touches(visit func(*effect)) {
	for i := range r.History {
		if r.History[i].Out == runlog.Fail {
			continue
		}
		list := r.effects(i)
		for k := range list {
			visit(&list[k])
		}
	}
}

// deleted are the paths that somebody may have deleted, or that go by themselves:
// those whose znode may be gone, and back as another one.
func (r *Run) deleted() map[string]bool {
	if r.gone == nil {
		r.gone = map[string]bool{}
		r.touches(func(e *effect) {
			if e.kind == opDelete || e.fleeting() {
				r.gone[e.path] = true
			}
		})
	}
	return r.gone
}

func (e *effect) acknowledged() bool { return e.op.Out == runlog.OK }
