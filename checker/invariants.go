package checker

import (
	"slices"

	"github.com/schismlab/schism/runlog"
)

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
	Name:    "invariants",
	Doc:     "No invariant that is watched while the run goes on was broken.",
	Applies: func(r *Run) bool { return r.tells(runlog.Violated, runlog.Apply) },
	Judge: func(r *Run, _ Budget) Result {
		if r.tells(runlog.Violated) {
			at := slices.IndexFunc(r.Events, func(e runlog.Event) bool { return e.Kind == runlog.Violated })
			e := &r.Events[at]
			return violation(e.Msg, "At %s the invariant %s was broken: %s", when(e.T), e.Msg, e.Text)
		}
		return ok("%s were applied, and no invariant was broken.", plural(r.kinds[runlog.Apply], "transaction"))
	},
}
