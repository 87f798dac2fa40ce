package checker

import (
	"fmt"
	"slices"
	"sort"

	"github.com/schismlab/schism/runlog"
)

var serversAgree = Check{
	Name:    "servers-agree",
	Doc:     "At the end all servers hold the same znodes with the same contents.",
	Applies: func(r *Run) bool { return len(r.trees) > 0 },
	Judge:   judgeAgree,
}

func judgeAgree(r *Run, _ Budget) Result {
	first := &r.trees[0]
	for i := range r.trees[1:] {
		if why := differ(first, &r.trees[i+1]); why != "" {
			return violation("servers-agree", "%s After a sync on a healthy ensemble all servers must hold the same.", why)
		}
	}
	if n := r.Header.Servers; len(r.trees) < n {
		return unknown("Only %d of %d servers could be read to the end; these agree.", len(r.trees), n)
	}
	return ok("%s hold the same %s.", plural(len(r.trees), "server"), plural(len(first.finals), "znode"))
}

// differ names the first difference of two trees, by path.
func differ(a, b *tree) string {
	if slices.EqualFunc(a.finals, b.finals, func(x, y *runlog.Event) bool { return x.Path == y.Path && sameZnode(x, y) }) {
		return ""
	}
	all := map[string]bool{}
	for _, t := range []*tree{a, b} {
		for _, e := range t.finals {
			all[e.Path] = true
		}
	}
	paths := make([]string, 0, len(all))
	for path := range all {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		x, y := a.znodes[path], b.znodes[path]
		switch {
		case x == nil:
			return fmt.Sprintf("%s is on server n%d and not on n%d: %s.", path, b.node, a.node, holds(y))
		case y == nil:
			return fmt.Sprintf("%s is on server n%d and not on n%d: %s.", path, a.node, b.node, holds(x))
		case !sameZnode(x, y):
			return fmt.Sprintf("%s differs: on n%d it is %s; on n%d %s.", path, a.node, holds(x), b.node, holds(y))
		}
	}
	return ""
}

// sameZnode says whether two servers hold the same of a znode.
func sameZnode(x, y *runlog.Event) bool {
	return x.Data == y.Data && x.Version == y.Version && x.Czxid == y.Czxid && x.Mzxid == y.Mzxid && x.Owner == y.Owner
}

func holds(e *runlog.Event) string {
	text := fmt.Sprintf("%q, version %d, created at %#x, changed at %#x", e.Data, e.Version, e.Czxid, e.Mzxid)
	if e.Owner != 0 {
		text += fmt.Sprintf(", ephemeral of session %#x", uint64(e.Owner))
	}
	return text
}
