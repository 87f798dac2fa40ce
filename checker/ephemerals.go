package checker

import "github.com/schismlab/schism/runlog"

var ephemerals = Check{
	Name:    "ephemerals",
	Doc:     "An ephemeral znode goes when its session ends.",
	Applies: func(r *Run) bool { return len(r.trees) > 0 && r.madeEphemerals() },
	Judge:   judgeEphemerals,
}

// Closed is the text of a Lost event when the client ended its session itself.
const Closed = "closed"

func (r *Run) madeEphemerals() bool {
	made := false
	r.touches(func(e *effect) { made = made || e.ephemeral })
	return made
}

// ended are the sessions that certainly are over, with the event that says so.
func (r *Run) ended() map[int64]*runlog.Event {
	over := map[int64]*runlog.Event{}
	for i := range r.Events {
		e := &r.Events[i]
		if e.Session != 0 && (e.Kind == runlog.Expired || e.Kind == runlog.Lost && e.Text == Closed) {
			over[e.Session] = e
		}
	}
	return over
}

func judgeEphemerals(r *Run, _ Budget) Result {
	over := r.ended()
	left := 0
	for _, t := range r.trees {
		for _, e := range t.finals {
			if e.Owner == 0 {
				continue
			}
			if end := over[e.Owner]; end != nil {
				how := "expired"
				if end.Kind == runlog.Lost {
					how = "was closed"
				}
				return violation("ephemeral-outlives-session "+top(e.Path), "Server n%d ends with the ephemeral znode %s of session %#x, but that session of client c%d %s at %s. An ephemeral znode goes with its session.",
					t.node, e.Path, uint64(e.Owner), end.Client-1, how, when(end.T))
			}
			left++
		}
	}
	return ok("No ephemeral znode outlived the %s that ended; %d finals show one of a session that did not.", plural(len(over), "session"), left)
}
