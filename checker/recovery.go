package checker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/schismlab/schism/runlog"
)

var recovery = Check{
	Name:    "recovery",
	Doc:     "Soon after the last fault has been undone the ensemble is healthy and every client that writes is answered. Soon is six times tick times initLimit.",
	Applies: func(r *Run) bool { return r.Header.Join > 0 && r.healed() > 0 },
	Judge:   judgeRecovery,
}

// patience is how many times tick × initLimit is soon. In one a server gives up
// a leader that is not there, in the next it elects and joins the one that is;
// the third is for an election that had to be held twice. A real server's program
// must start first, on a machine that has more to do: as much again.
const patience = 6

// defaultJoin is tick times initLimit of ZooKeeper's own sample configuration,
// for logs that do not say.
const defaultJoin = int64(10 * 2 * time.Second)

// soon is what a lag may last, in nanoseconds.
func (r *Run) soon() int64 {
	if r.Header.Join > 0 {
		return patience * r.Header.Join
	}
	return patience * defaultJoin
}

// trouble is a fault in force: a server that is down or stopped or barred, a link
// that is not up, a client that is silent. What befalls Flink's processes is no
// trouble of the ensemble's; how a cluster of theirs recovers, flink-recovery says.
type trouble struct {
	kind               runlog.Kind
	node, peer, client int
}

// healed is when the last fault was undone, while the clients were still at
// work; 0 if there was none, or one never was.
func (r *Run) healed() int64 {
	at, open := int64(0), map[trouble]bool{}
	set := func(t trouble, on bool, when int64) {
		was := len(open)
		if on {
			open[t] = true
		} else {
			delete(open, t)
		}
		if was > 0 && len(open) == 0 {
			at = when
		}
	}
	for i := range r.Events {
		e := &r.Events[i]
		if e.OfProcess() {
			continue
		}
		of := func(k runlog.Kind) trouble { return trouble{k, e.Node, e.Peer, e.Client} }
		switch e.Kind {
		case runlog.Crash, runlog.Start:
			set(of(runlog.Crash), e.Kind == runlog.Crash, e.T)
		case runlog.Pause, runlog.Resume:
			set(of(runlog.Pause), e.Kind == runlog.Pause, e.T)
		case runlog.LinkState:
			set(of(runlog.LinkState), e.Text != "up", e.T)
		case runlog.Step:
			bar := strings.HasPrefix(e.Text, "bar ")
			if bar || strings.HasPrefix(e.Text, "unbar ") {
				for _, n := range e.Servers {
					set(trouble{kind: runlog.Step, node: n}, bar, e.T)
				}
			}
		case runlog.Done, runlog.End:
			if len(open) > 0 {
				return 0
			}
			return at
		}
	}
	return 0
}

func judgeRecovery(r *Run, _ Budget) Result {
	healed, bound := r.healed(), r.soon()
	ready := int64(never)
	for i := range r.Events {
		e := &r.Events[i]
		seen := e.Kind == runlog.Ready || e.Kind == runlog.Await && strings.HasPrefix(e.Text, "await ready")
		if seen && e.T >= healed {
			ready = min(ready, e.T-healed)
		}
	}
	watched := r.Events[len(r.Events)-1].T - healed
	switch {
	case ready == never && watched <= bound:
		return unknown("The last fault was undone at %s, and the log ends %s later, before the ensemble was seen to be healthy. It may take %s.", when(healed), long(watched), long(bound))
	case ready > bound:
		return violation("recovery ensemble", "The last fault was undone at %s, and %s; it may take %s, six times tick times initLimit.", when(healed), longUntil(ready), long(bound))
	}
	served, slowest := 0, int64(0)
	for _, w := range r.waits(healed) {
		if w.lasted > bound {
			return violation("recovery client", "The last fault was undone at %s, yet %s was not answered for %s, nor another of its writes; it may take %s, six times tick times initLimit.",
				when(healed), describe(w.first), long(w.lasted), long(bound))
		}
		if w.answered {
			served++
			slowest = max(slowest, w.lasted)
		}
	}
	return ok("The last fault was undone at %s. The ensemble was healthy %s later, and %s got answers to their writes, each within %s; %s are allowed.",
		when(healed), long(ready), plural(served, "client"), long(slowest), long(bound))
}

// wait is how long one client's writes went without an answer.
type wait struct {
	first    *runlog.Operation
	lasted   int64
	answered bool
}

// waits are those of the clients that wrote after a time, in the order in which
// they began.
func (r *Run) waits(after int64) []*wait {
	var list []*wait
	of := map[int]*wait{}
	for i := range r.History {
		o := &r.History[i]
		if o.Client == 0 || len(r.effects(i)) == 0 || o.Ret < after {
			continue
		}
		w := of[o.Client]
		if w == nil {
			w = &wait{first: o}
			of[o.Client] = w
			list = append(list, w)
		}
		if w.answered {
			continue
		}
		w.answered = o.Out != runlog.Unknown
		w.lasted = min(o.Ret, max(r.done, o.Call)) - max(after, w.first.Call)
	}
	slices.SortStableFunc(list, func(a, b *wait) int { return cmp.Compare(a.first.Call, b.first.Call) })
	return list
}

// long is a duration for people, to the millisecond.
func long(d int64) string {
	if ms := (d + 500_000) / 1_000_000; ms < 1000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", float64(d)/1e9), "0"), ".") + " s"
}

func longUntil(ready int64) string {
	if ready == never {
		return "the ensemble was not seen to be healthy after that"
	}
	return "the ensemble was healthy only " + long(ready) + " later"
}
