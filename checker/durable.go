package checker

import (
	"fmt"
	"sort"

	"github.com/schismlab/schism/runlog"
)

var durable = Check{
	Name:    "durable",
	Doc:     "What was acknowledged is there at the end, on every server.",
	Applies: func(r *Run) bool { return len(r.trees) > 0 && len(r.History) > 0 },
	Judge:   judgeDurable,
}

// fate is what the acknowledged writes say about a znode's end.
type fate struct {
	// made is an acknowledged create or set, nil if there was none; newest the
	// one with the highest zxid, or version where no zxid is known.
	made   *effect
	newest *effect
	// deleted is the last acknowledged delete; anew is when the last create
	// that may have taken effect ended, never if that is not known.
	deleted *effect
	anew    int64
	// gone: somebody may have deleted it.
	gone bool
}

func judgeDurable(r *Run, _ Budget) Result {
	fates := r.fates()
	paths := make([]string, 0, len(fates))
	for path := range fates {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	kept := 0
	for _, path := range paths {
		f := fates[path]
		for i := range r.trees {
			if why := f.broken(path, &r.trees[i]); why != "" {
				return violation("durable "+top(path), "%s What was acknowledged must never be lost.", why)
			}
		}
		if f.made != nil || f.deleted != nil {
			kept++
		}
	}
	return ok("The acknowledged writes to %s are there at the end on %s.", plural(kept, "znode"), plural(len(r.trees), "server"))
}

// fates gathers what was acknowledged. Ephemeral znodes, containers and those
// with a time to live go without a call of anybody, so nothing is said about them.
func (r *Run) fates() map[string]*fate {
	fates := map[string]*fate{}
	fleeting := map[string]bool{}
	r.touches(func(e *effect) {
		if e.fleeting() {
			fleeting[e.path] = true
		}
		if e.nameless {
			return
		}
		f := fates[e.path]
		if f == nil {
			f = &fate{}
			fates[e.path] = f
		}
		f.add(e)
	})
	for path := range fleeting {
		delete(fates, path)
	}
	return fates
}

func (f *fate) add(e *effect) {
	switch e.kind {
	case opDelete:
		f.gone = true
		if e.acknowledged() && (f.deleted == nil || e.op.Ret > f.deleted.op.Ret) {
			f.deleted = e
		}
		return
	case opCreate:
		if !e.acknowledged() {
			f.anew = never
		}
		f.anew = max(f.anew, e.op.Ret)
	case opSet:
	default:
		return
	}
	if !e.acknowledged() {
		return
	}
	f.made = e
	if n := f.newest; n == nil || e.mzxid > n.mzxid || e.mzxid == n.mzxid && e.kind == opSet && e.version > n.version {
		f.newest = e
	}
}

// broken says in words what the tree lacks, "" if nothing.
func (f *fate) broken(path string, t *tree) string {
	held := t.znodes[path]
	if held == nil {
		if f.made != nil && !f.gone {
			return fmt.Sprintf("Server n%d ends without %s, although nobody deleted it and this was acknowledged: %s.", t.node, path, describe(f.made.op))
		}
		return ""
	}
	if f.deleted != nil && f.anew < f.deleted.op.Call {
		return fmt.Sprintf("Server n%d ends with %s, although this was acknowledged and nobody created it again: %s.", t.node, path, describe(f.deleted.op))
	}
	if f.newest == nil || !f.older(held) {
		return ""
	}
	return fmt.Sprintf("Server n%d ends with %s = %q, version %d, which is older than what was acknowledged: %s.", t.node, path, held.Data, held.Version, describe(f.newest.op))
}

// older says whether what is held is older than what was acknowledged. zxids
// tell always; versions only where the znode was never deleted.
func (f *fate) older(held *runlog.Event) bool {
	if f.newest.mzxid != 0 && held.Mzxid != 0 {
		return held.Mzxid < f.newest.mzxid
	}
	return !f.gone && f.newest.kind == opSet && held.Version < f.newest.version
}
