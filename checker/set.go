package checker

import (
	"sort"

	"github.com/schismlab/schism/runlog"
)

var set = Check{
	Name:    "set",
	Doc:     "Every child of /set whose creation was acknowledged is there at the end, and none that nobody tried to create.",
	Applies: func(r *Run) bool { return len(r.trees) > 0 && len(r.members().tried) > 0 },
	Judge:   judgeSet,
}

// members is what the history says about the children of /set.
type members struct {
	acked   []*runlog.Operation // one for each of names
	names   []string
	tried   map[string]bool
	removed map[string]bool
	// lost counts by prefix the sequential creates without an answer: each may
	// have made one child of any number.
	lost map[string]int
}

func (r *Run) members() members {
	m := members{tried: map[string]bool{}, removed: map[string]bool{}, lost: map[string]int{}}
	r.touches(func(e *effect) {
		switch {
		case !under(e.path, "/set"):
		case e.kind == opDelete || e.fleeting():
			m.removed[e.path] = true
			m.tried[e.path] = true
		case e.kind != opCreate:
		case e.nameless:
			m.lost[e.path]++
			m.tried[e.path] = true
		default:
			m.tried[e.path] = true
			if e.acknowledged() {
				m.acked, m.names = append(m.acked, e.op), append(m.names, e.path)
			}
		}
	})
	return m
}

func judgeSet(r *Run, _ Budget) Result {
	m := r.members()
	for _, t := range r.trees {
		for i, path := range m.names {
			if t.znodes[path] == nil && !m.removed[path] {
				return violation("set-lost /set", "Server n%d ends without %s, although this was acknowledged: %s.", t.node, path, describe(m.acked[i]))
			}
		}
		extra := map[string]int{}
		var paths []string
		for _, e := range t.finals {
			if under(e.Path, "/set") && !m.tried[e.Path] {
				paths = append(paths, e.Path)
			}
		}
		sort.Strings(paths)
		for _, path := range paths {
			prefix, _, is := numbered(path)
			if extra[prefix]++; !is || extra[prefix] > m.lost[prefix] {
				return violation("set-phantom /set", "Server n%d ends with %s, which nobody tried to create.", t.node, path)
			}
		}
	}
	return ok("All %d acknowledged children of /set are there at the end on %s.", len(m.names), plural(len(r.trees), "server"))
}
