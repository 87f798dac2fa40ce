package checker

import (
	"sort"
	"strconv"

	"github.com/schismlab/schism/runlog"
)

var counter = Check{
	Name:    "counter",
	Doc:     "A number that is only counted up, by one and with a version guard, ends at the number of acknowledged counts, or more by those of unknown outcome.",
	Applies: func(r *Run) bool { return len(r.trees) > 0 && len(r.counts()) > 0 },
	Judge:   judgeCounter,
}

// count is what the history says about one counter.
type count struct {
	start, sure, maybe int64
	odd                bool // it was not a number, or not only counted up
}

func isCounter(path string) bool { return path == "/counter" || under(path, "/counter") }

func (r *Run) counts() map[string]*count {
	counts := map[string]*count{}
	r.touches(func(e *effect) {
		if !isCounter(e.path) || e.kind == opCheck {
			return
		}
		c := counts[e.path]
		if c == nil {
			c = &count{}
			counts[e.path] = c
		}
		switch {
		case e.kind == opCreate && e.acknowledged():
			n, err := strconv.ParseInt(e.data, 10, 64)
			c.start, c.odd = n, c.odd || err != nil
		case e.kind != opSet || e.guard < 0:
			c.odd = true
		case e.acknowledged():
			c.sure++
		default:
			c.maybe++
		}
	})
	for path, c := range counts {
		if c.odd || c.sure+c.maybe == 0 {
			delete(counts, path)
		}
	}
	return counts
}

func judgeCounter(r *Run, _ Budget) Result {
	counts := r.counts()
	paths := make([]string, 0, len(counts))
	sure := int64(0)
	for path, c := range counts {
		paths = append(paths, path)
		sure += c.sure
	}
	sort.Strings(paths)
	for _, path := range paths {
		c := counts[path]
		for _, t := range r.trees {
			n, held := number(t.znodes[path])
			if lo, hi := c.start+c.sure, c.start+c.sure+c.maybe; !held || n < lo || n > hi {
				return violation("counter "+top(path), "On server n%d %s ends as %s. It began at %d, %d counts were acknowledged and %d have an unknown outcome, so it must be from %d to %d.",
					t.node, path, text(t.znodes[path]), c.start, c.sure, c.maybe, lo, hi)
			}
		}
	}
	return ok("%s ended where %d acknowledged counts put it.", plural(len(paths), "counter"), sure)
}

// number is the number in a znode.
func number(e *runlog.Event) (int64, bool) {
	if e == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(e.Data, 10, 64)
	return n, err == nil
}

func text(e *runlog.Event) string {
	if e == nil {
		return "a znode that does not exist"
	}
	return strconv.Quote(e.Data)
}
