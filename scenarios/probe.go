package scenarios

import (
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// Probe counts something that must have happened in a run for the run to be
// about its story at all.
type Probe struct {
	Name string
	// Min is how often it must have happened.
	Min int
	// Count counts it in a run.
	Count func(*checker.Run) int
}

// kinds counts events of the given kinds, of all if none is given, for which is
// holds, nil for all.
func kinds(is func(*runlog.Event) bool, ks ...runlog.Kind) func(*checker.Run) int {
	return func(r *checker.Run) int {
		n := 0
		for i := range r.Events {
			e := &r.Events[i]
			if (len(ks) == 0 || slices.Contains(ks, e.Kind)) && (is == nil || is(e)) {
				n++
			}
		}
		return n
	}
}

// completed: enough calls have ended well for a check to mean something.
var completed = Probe{"completed-calls", 300, kinds(func(e *runlog.Event) bool { return e.Out == runlog.OK }, runlog.Ret)}

// cut counts directed links that were cut, crashed servers that ended, and so
// on: faults that were in force, not only wished for.
func cut(min int) Probe {
	return Probe{"links-cut", min, kinds(func(e *runlog.Event) bool { return e.Text == "cut" }, runlog.LinkState)}
}

func slowed(min int) Probe {
	return Probe{"links-slowed", min, kinds(func(e *runlog.Event) bool { return len(e.Text) > 4 && e.Text[:4] == "slow" }, runlog.LinkState)}
}

func crashed(min int) Probe { return Probe{"crashes", min, kinds(nil, runlog.Crash)} }

func paused(min int) Probe { return Probe{"pauses", min, kinds(nil, runlog.Pause)} }

func expired(min int) Probe { return Probe{"sessions-expired", min, kinds(nil, runlog.Expired)} }

// leaderless counts awaited moments without a leader.
var leaderless = Probe{"leaderless", 1, kinds(func(e *runlog.Event) bool {
	return e.Node == 0 && strings.HasPrefix(e.Text, "await no-leader")
}, runlog.Await)}

// newEpoch: somebody led in a later epoch than the one the run began with.
var newEpoch = Probe{"new-epochs", 1, func(r *checker.Run) int {
	n, last := 0, uint32(0)
	for i := range r.Events {
		e := &r.Events[i]
		if (e.Kind != runlog.Ready && e.Kind != runlog.Await) || e.Epoch <= last {
			continue
		}
		if last > 0 {
			n++
		}
		last = e.Epoch
	}
	return n
}}

// isFault says whether an event is a fault that comes into force.
func isFault(e *runlog.Event) bool {
	switch e.Kind {
	case runlog.Crash, runlog.Pause:
		return true
	case runlog.LinkState:
		return e.Text != "up"
	}
	return false
}

// strikes says whether a step puts a fault upon somebody, at that very moment.
func strikes(e *runlog.Event) bool {
	word, _, _ := strings.Cut(e.Text, " ")
	return e.Kind == runlog.Step && (word == "crash" || word == "pause" || word == "restart")
}

// inFlight counts faults that came into force, or struck, while a call was open.
var inFlight = Probe{"faults-in-flight", 1, func(r *checker.Run) int {
	open, n := 0, 0
	for i := range r.Events {
		switch e := &r.Events[i]; {
		case e.Kind == runlog.Call:
			open++
		case e.Kind == runlog.Ret:
			open--
		case (isFault(e) || strikes(e)) && open > 0:
			n++
		}
	}
	return n
}}

// okDuring counts calls that were made and ended well while a fault was in
// force.
func okDuring(min int) Probe {
	return Probe{"ok-during-faults", min, func(r *checker.Run) int {
		faults, n := 0, 0
		var madeIn [256]bool
		for i := range r.Events {
			e := &r.Events[i]
			switch {
			case isFault(e):
				faults++
			case e.Kind == runlog.Start || e.Kind == runlog.Resume || e.Kind == runlog.LinkState:
				faults = max(0, faults-1)
			case e.Kind == runlog.Call:
				madeIn[e.Client&255] = faults > 0
			case e.Kind == runlog.Ret && e.Out == runlog.OK && faults > 0 && madeIn[e.Client&255]:
				n++
			}
		}
		return n
	}}
}
