package report

import (
	"slices"
	"strings"

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

// gatherProcessFaults adds what was done to processes of Flink to the faults: they
// crashed, stood still, or were cut off or slowed by a step, which a later one heals.
func (t *timeline) gatherProcessFaults(events []runlog.Event) {
	f := &faultFinder{t: t}
	dead := map[string]*fault{}     // crash or pause of a process
	var links []*fault              // in force
	lane := func(name string) int { // as the page counts, from 1; 0 if there is none
		return 1 + slices.IndexFunc(t.Servers, func(l serverLane) bool { return l.Name == name })
	}
	begin := func(kind, text string, names ...string) *fault {
		n := f.begin(kind, clip(text, maxText))
		for _, name := range names {
			if i := lane(name); i > 0 {
				n.Servers = append(n.Servers, i)
			}
		}
		return n
	}
	for i, e := range events {
		f.at, f.line = t.at(e.T), i+1
		if e.Kind == runlog.Step {
			links = f.processLinks(e, links, begin)
			continue
		}
		if plan.ProcessNumber(e.Proc) == 0 {
			continue
		}
		switch e.Kind {
		case runlog.Crash:
			f.end(dead[e.Proc])
			dead[e.Proc] = begin("crash", e.Proc+" down", e.Proc)
		case runlog.Pause:
			f.end(dead[e.Proc])
			dead[e.Proc] = begin("pause", e.Proc+" paused", e.Proc)
		case runlog.Start, runlog.Resume, runlog.Exit:
			f.end(dead[e.Proc])
			delete(dead, e.Proc)
		}
	}
	for _, n := range f.all {
		if n.ofFlink = true; n.To == pending {
			n.To, n.Open = t.End, true
		}
		t.Faults = append(t.Faults, *n)
	}
	t.orderFaults()
}

// processLinks takes a step that cuts, slows or heals links of processes. links are
// those in force, and it returns those in force then.
func (f *faultFinder) processLinks(e runlog.Event, links []*fault, begin func(kind, text string, names ...string) *fault) []*fault {
	word, _, _ := strings.Cut(e.Text, " ")
	switch {
	case word == plan.Heal.String():
		return slices.DeleteFunc(links, func(n *fault) bool {
			healed := e.Text == word || strings.HasPrefix(n.Text, between(e))
			if healed {
				f.end(n)
			}
			return healed
		})
	case !processIn(e.Text):
	case word == plan.Cut.String():
		return append(links, begin("cut", between(e), strings.Split(e.With, ",")...))
	case word == plan.Slow.String():
		return append(links, begin("slow", between(e), strings.Split(e.With, ",")...))
	}
	return links
}

// between says between whom a step changes links: in place of what the plan calls a
// process, which that was, if the step's other side leaves no doubt.
func between(e runlog.Event) string {
	_, text, _ := strings.Cut(e.Text, " ")
	_, rest, two := strings.Cut(text, " ")
	if e.With == "" || !two {
		return text
	}
	first := slices.DeleteFunc(strings.Split(e.With, ","), func(name string) bool {
		return strings.Contains(rest, name) || strings.HasPrefix(name, "tm") && strings.Contains(rest, "taskmanagers")
	})
	if len(first) != 1 {
		return text
	}
	return first[0] + " " + rest
}
