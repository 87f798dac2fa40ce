package counterexample

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// recovery takes a run apart that did not serve again soon after its last fault
// was undone.
var recovery = account{
	check: "recovery",
	about: func(a *apart, i int) bool {
		if o := a.op(i); o != nil {
			return o.Client != 0 && writing(o)
		}
		return len(faultsIn(a.event(i))) > 0
	},
	with:    withFault,
	stays:   staysHealed,
	closing: electionsSince,
	beside: func(a *apart, i int) int {
		e := a.event(i)
		switch {
		case i < a.first:
			return 0
		case e.Kind == runlog.Role && e.Text != "serving", e.Kind == runlog.Threw:
			return 1
		}
		return 0
	},
}

func writing(o *runlog.Operation) bool {
	return o.Op == "set" || o.Op == "create" || o.Op == "delete" || o.Op == "multi"
}

// fault is one that may be in force: of a kind, at a server, on a link, of a client.
type fault struct {
	kind               runlog.Kind
	node, peer, client int
}

// faultChange is a fault that begins or ends.
type faultChange struct {
	fault
	on bool
}

// faultsIn are the faults that an event begins or ends, as the check reckons.
func faultsIn(e *runlog.Event) []faultChange {
	if e.OfProcess() {
		return nil
	}
	of := func(k runlog.Kind, on bool) []faultChange {
		return []faultChange{{fault{k, e.Node, e.Peer, e.Client}, on}}
	}
	switch e.Kind {
	case runlog.Crash, runlog.Start:
		return of(runlog.Crash, e.Kind == runlog.Crash)
	case runlog.Pause, runlog.Resume:
		return of(runlog.Pause, e.Kind == runlog.Pause)
	case runlog.LinkState:
		return of(runlog.LinkState, e.Text != "up")
	case runlog.Step:
		bar := strings.HasPrefix(e.Text, "bar ")
		if !bar && !strings.HasPrefix(e.Text, "unbar ") {
			return nil
		}
		var list []faultChange
		for _, n := range e.Servers {
			list = append(list, faultChange{fault{kind: runlog.Step, node: n}, bar})
		}
		return list
	}
	return nil
}

// faultSpan is a fault in time: the events that begin and end it; to is -1 if nothing does.
type faultSpan struct{ from, to int }

// faults are those of the run, while its clients worked.
func (s *subject) faults() []faultSpan {
	var list []faultSpan
	open := map[fault]int{}
	for i := range s.run.Events {
		e := &s.run.Events[i]
		if e.Kind == runlog.Done {
			break
		}
		for _, c := range faultsIn(e) {
			n, is := open[c.fault]
			switch {
			case c.on && !is:
				open[c.fault] = len(list)
				list = append(list, faultSpan{i, -1})
			case !c.on && is:
				list[n].to = i
				delete(open, c.fault)
			}
		}
	}
	return list
}

// lastHealed is the event that undoes the last fault.
func (a *apart) lastHealed() int {
	last := -1
	for _, f := range a.spans {
		last = max(last, f.to)
	}
	return last
}

// withFault keeps a fault's beginning and end together, and with a write the
// first answer that its client got to a later one.
func withFault(a *apart, i int) {
	o := a.op(i)
	if o == nil {
		for _, f := range a.spans {
			if f.to >= 0 && (f.from == i || f.to == i) {
				a.keep(f.from)
				a.keep(f.to)
			}
		}
		return
	}
	for op := a.opAt[i]; op < len(a.run.History); op++ {
		n := &a.run.History[op]
		if n.Client == o.Client && writing(n) && n.Out != runlog.Unknown {
			a.keep(callOf(n))
			return
		}
	}
}

// staysHealed keeps what says when the last fault was undone and when the ensemble
// was healthy after that. One of the faults that were undone at that moment is
// enough.
func staysHealed(a *apart) {
	last := a.lastHealed()
	kept := false
	for _, f := range a.spans {
		switch {
		case f.to < 0:
			a.keep(f.from)
		case f.to == last && !kept:
			kept = true
			a.keep(f.from)
			a.keep(f.to)
		}
	}
	for i := range a.run.Events {
		if e := a.event(i); last >= 0 && e.T >= a.event(last).T && (e.Kind == runlog.Ready || e.Kind == runlog.Await && strings.HasPrefix(e.Text, "await ready")) {
			a.keep(i)
			return
		}
	}
}

// electionsSince says what the servers did meanwhile, and how often the client
// tried.
func electionsSince(a *apart) string {
	last := a.lastHealed()
	looked, won := 0, 0
	for _, i := range a.ofKind[runlog.Role] {
		switch {
		case i < last:
		case a.event(i).Text == "looking":
			looked++
		case a.event(i).Text == "serving" && a.event(i).Msg == "leading":
			won++
		}
	}
	if looked == 0 {
		return ""
	}
	return fmt.Sprintf(" Since then servers began to look for a leader %d times, and %d times one began to lead.", looked, won)
}
