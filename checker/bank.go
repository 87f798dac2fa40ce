package checker

import (
	"strconv"

	"github.com/schismlab/schism/runlog"
)

var bank = Check{
	Name:    "bank",
	Doc:     "Money that is only moved between the accounts under /bank keeps its sum: a multi takes effect as a whole.",
	Applies: func(r *Run) bool { _, is := r.deposits(); return is && len(r.trees) > 0 },
	Judge:   judgeBank,
}

// deposits is the sum of the accounts when the setup was done. It is false
// when there is no bank, or when its beginning is not known.
func (r *Run) deposits() (int64, bool) {
	accounts, known := map[string]int64{}, true
	r.touches(func(e *effect) {
		if !under(e.path, "/bank") || e.op.Client != 0 || e.kind == opCheck {
			return
		}
		n, err := strconv.ParseInt(e.data, 10, 64)
		known = known && err == nil && e.kind != opDelete && e.acknowledged()
		accounts[e.path] = n
	})
	sum := int64(0)
	for _, n := range accounts {
		sum += n
	}
	return sum, known && len(accounts) > 0
}

func judgeBank(r *Run, _ Budget) Result {
	want, _ := r.deposits()
	for _, t := range r.trees {
		sum := int64(0)
		for _, e := range t.finals {
			if !under(e.Path, "/bank") {
				continue
			}
			n, is := number(e)
			if !is {
				return violation("bank", "On server n%d the account %s ends as %s, which is no number.", t.node, e.Path, text(e))
			}
			sum += n
		}
		if sum != want {
			return violation("bank", "On server n%d the accounts under /bank end with %d in all. They began with %d, and money was only moved between them.", t.node, sum, want)
		}
	}
	moves := 0
	for i := range r.History {
		if o := &r.History[i]; o.Op == opMulti && o.Out == runlog.OK && o.Client != 0 {
			moves++
		}
	}
	return ok("The accounts sum up to %d on %s after %d acknowledged moves.", want, plural(len(r.trees), "server"), moves)
}
