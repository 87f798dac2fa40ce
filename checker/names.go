package checker

import (
	"slices"
	"sort"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// names guesses which sequential creates without an answer made the znodes
// that were seen and that no acknowledged create was given. A name goes to the
// earliest such create of its prefix and value: all of them may take effect at any later
// time, so the earliest fits wherever another one would.
func (g *gatherer) names() map[*runlog.Operation]map[int]string {
	names := map[*runlog.Operation]map[int]string{}
	type lost struct {
		op   *runlog.Operation
		part int
		data string
	}
	waiting := map[string][]lost{}
	claimed := map[string]bool{}
	for i := range g.run.History {
		o := &g.run.History[i]
		for n, e := range g.run.effects(i) {
			switch {
			case e.nameless && o.Out == runlog.Unknown:
				waiting[e.path] = append(waiting[e.path], lost{o, n, e.data})
			case e.kind == opCreate:
				claimed[e.path] = true
			}
		}
	}
	if len(waiting) == 0 {
		return names
	}
	for _, s := range g.sightings() {
		prefix, _, sequential := numbered(s.path)
		if !sequential || claimed[s.path] {
			continue
		}
		claimed[s.path] = true
		queue := waiting[prefix]
		i := slices.IndexFunc(queue, func(l lost) bool {
			return l.op.Call <= s.at && (!s.shown || s.data == l.data)
		})
		if i < 0 {
			continue // nobody can have made it; the search will find that out
		}
		l := queue[i]
		waiting[prefix] = slices.Delete(queue, i, i+1)
		if names[l.op] == nil {
			names[l.op] = map[int]string{}
		}
		names[l.op][l.part] = s.path
	}
	return names
}

type sighting struct {
	path string
	at   int64
	// data is the value that it was created with, if a read showed that.
	data  string
	shown bool
}

// sightings are the paths that reads showed, by when each was first shown.
func (g *gatherer) sightings() []sighting {
	first, values := map[string]int64{}, map[string]string{}
	see := func(path string, at int64) {
		if t, known := first[path]; !known || at < t {
			first[path] = at
		}
	}
	holds := func(path string, e *runlog.Event, at int64) {
		see(path, at)
		if e.Version == 0 {
			values[path] = e.Data
		}
	}
	for i := range g.run.History {
		o := &g.run.History[i]
		if o.Out != runlog.OK {
			continue
		}
		if o.Op == opGet {
			holds(o.Path, &o.Result, o.Ret)
		}
		for _, kid := range o.Result.Kids {
			see(strings.TrimSuffix(o.Path, "/")+"/"+kid, o.Ret)
		}
	}
	for _, t := range g.run.trees {
		for _, e := range t.finals {
			holds(e.Path, e, t.at)
		}
	}
	list := make([]sighting, 0, len(first))
	for path, at := range first {
		data, shown := values[path]
		list = append(list, sighting{path, at, data, shown})
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].shown != list[j].shown { // those leave less choice
			return list[i].shown
		}
		if list[i].at != list[j].at {
			return list[i].at < list[j].at
		}
		return list[i].path < list[j].path
	})
	return list
}

// numbered splits the name that a sequential create was given: ten digits
// after what was asked for.
func numbered(path string) (prefix string, number int64, is bool) {
	const digits = 10
	if len(path) <= digits {
		return "", 0, false
	}
	prefix = path[:len(path)-digits]
	for _, c := range path[len(prefix):] {
		if c < '0' || c > '9' {
			return "", 0, false
		}
		number = number*10 + int64(c-'0')
	}
	return prefix, number, true
}
