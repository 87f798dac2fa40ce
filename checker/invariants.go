package checker

import "github.com/schismlab/schism/runlog"

// Invariants watches a protocol from inside while a run goes on. Its events are
// those that only the model writes.
type Invariants interface {
	// Observe takes the next event and says what it breaks, nil if nothing.
	Observe(e *runlog.Event) *Broken
}

// Broken is an invariant that an event has broken.
type Broken struct {
	Name string // as in the specifications
	Why  string
}

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
