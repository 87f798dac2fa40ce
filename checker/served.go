package checker

import (
	"strings"

	"github.com/schismlab/schism/runlog"
)

var served = Check{
	Name:    "served",
	Doc:     "The run is worth judging: the ensemble was healthy at the start and at the end, every step that waits got what it waited for, and calls succeeded.",
	Applies: func(*Run) bool { return true },
	Judge:   judgeServed,
}

// Recorded is the world of a log of clients that nobody drove.
const Recorded = "record"

// The texts of the Ready events that every run has.
const (
	ReadyStart = "start"
	ReadyEnd   = "end"
)

func judgeServed(r *Run, _ Budget) Result {
	ready, awaiting := map[string]bool{}, map[int]string{}
	var end *runlog.Event
	for i := range r.Events {
		switch e := &r.Events[i]; e.Kind {
		case runlog.Ready:
			ready[e.Text] = true
		case runlog.Step:
			if strings.HasPrefix(e.Text, "await ") {
				awaiting[e.Num] = e.Text
			}
		case runlog.Await:
			delete(awaiting, e.Num)
		case runlog.End:
			end = e
		}
	}
	switch {
	case end == nil:
		return unknown("The log has no end, so the run was cut off.")
	case end.Text != "":
		return unknown("The run could not go on: %s.", strings.TrimSuffix(end.Text, "."))
	case r.Header.World == Recorded:
		return r.calls("Nobody looked whether the ensemble was healthy, since it was not this program's; ")
	case !ready[ReadyStart]:
		return unknown("Nobody proved that the ensemble was healthy at the start: there is no ready event %q.", ReadyStart)
	case !ready[ReadyEnd]:
		return unknown("Nobody proved that the ensemble was healthy at the end: there is no ready event %q.", ReadyEnd)
	}
	for i := range r.Events { // in the order of the log, for the first
		if e := &r.Events[i]; e.Kind == runlog.Step && awaiting[e.Num] != "" {
			return unknown("Step %d, %q, never got what it waited for.", e.Num, e.Text)
		}
	}
	return r.calls("The ensemble was healthy at the start and at the end, and ")
}

// calls says how many calls of clients succeeded.
func (r *Run) calls(before string) Result {
	calls := 0
	for i := range r.History {
		if r.History[i].Client > 0 && r.History[i].Out == runlog.OK {
			calls++
		}
	}
	if calls == 0 {
		return Result{Verdict: Vacuous, Why: "No call of any client succeeded."}
	}
	return ok("%s%s succeeded.", before, plural(calls, "call"))
}
