package checker

import "github.com/schismlab/schism/runlog"

// invariants reports what was found broken while the run went on.
var invariants = Check{
	Name: "invariants",
	Doc:  "No invariant that is watched while the run goes on was broken.",
	Applies: func(r *Run) bool {
		for i := range r.Events {
			if k := r.Events[i].Kind; k == runlog.Violated || k == runlog.Apply {
				return true
			}
		}
		return false
	},
	Judge: func(r *Run, _ Budget) Result {
		applied := 0
		for i := range r.Events {
			switch e := &r.Events[i]; e.Kind {
			case runlog.Violated:
				return violation(e.Msg, "At %s the invariant %s was broken: %s", when(e.T), e.Msg, e.Text)
			case runlog.Apply:
				applied++
			}
		}
		return ok("%s were applied, and no invariant was broken.", plural(applied, "transaction"))
	},
}
