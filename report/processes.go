package report

import (
	"slices"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// What a process of Flink is, besides down and paused.
const (
	up     = "up"
	office = "office"    // it leads, by its own word
	ended  = "has ended" // it has done its work
)

// gatherProcesses adds a lane for each process of Flink, below those of the
// servers, in the order of their names. Two lanes in office at one moment are two
// leaderships that overlap.
func (t *timeline) gatherProcesses(events []runlog.Event) {
	open := map[string]span{}
	lanes := map[string][]span{}
	turn := func(e runlog.Event, next span) {
		now := open[e.Proc]
		if now.To = t.at(e.T); now.Is != "" && now.To > now.From && len(lanes[e.Proc]) < maxMarks {
			lanes[e.Proc] = append(lanes[e.Proc], now)
		}
		next.From = t.at(e.T)
		open[e.Proc] = next
	}
	tokens := uint32(0)
	for _, e := range events {
		if plan.ProcessNumber(e.Proc) == 0 {
			continue
		}
		switch e.Kind {
		case runlog.Start, runlog.Revoke:
			turn(e, span{Is: up})
		case runlog.Resume:
			// What it was before, it takes itself for until it says otherwise.
			was := span{Is: up}
			if done := lanes[e.Proc]; len(done) > 0 {
				was = done[len(done)-1]
			}
			turn(e, was)
		case runlog.Crash:
			turn(e, span{Is: "down"})
		case runlog.Exit:
			turn(e, span{Is: ended})
		case runlog.Pause:
			turn(e, span{Is: "paused"})
		case runlog.Grant:
			tokens++
			turn(e, span{Is: office, Epoch: tokens, Token: clip(e.Token, 8)})
		}
	}
	names := make([]string, 0, len(open))
	for name := range open {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return plan.ProcessNumber(a) - plan.ProcessNumber(b) })
	for _, name := range names {
		last := runlog.Event{Proc: name, T: events[len(events)-1].T}
		turn(last, span{})
		t.Servers = append(t.Servers, serverLane{Name: name, Spans: append([]span{}, lanes[name]...)})
	}
}
