package checker

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/figures"
)

var flinkWindows = Check{
	Name:    "flink-windows",
	Doc:     "What the job adds up of servers' samples is what the harness adds up of the same samples: each window once, with the same sums, and the same alerts.",
	Applies: hasFlink(runlog.Window, runlog.Alert),
	Judge:   judgeFlinkWindows,
}

// reckoned is what the harness makes of one server's samples.
type reckoned struct {
	dir   string
	sums  map[int]string // by window
	alert map[int]string // raised or cleared with it
	order []int          // the windows, as they come
	last  int64          // the time of the last sample
}

// reckon adds up the samples that are in ZooKeeper at the end, in the order of
// their numbers. The last window of a server stays open: nobody knows whether
// more would have come.
func (r *Run) reckon(dir string, length int64) (*reckoned, error) {
	var samples []*runlog.Event
	for _, e := range r.trees[0].finals {
		if parent(e.Path) == dir {
			samples = append(samples, e)
		}
	}
	slices.SortFunc(samples, func(a, b *runlog.Event) int { return cmp.Compare(a.Czxid, b.Czxid) })
	k := &reckoned{dir: dir, sums: map[int]string{}, alert: map[int]string{}, last: -1}
	var sum figures.Sum
	window, alert := 0, ""
	end := func() {
		if sum.Samples == 0 {
			return
		}
		k.sums[window] = sum.String()
		k.order = append(k.order, window)
		if now := sum.Alert(alert); now != "" {
			alert, k.alert[window] = now, now
		}
		sum = figures.Sum{}
	}
	for _, e := range samples {
		s, err := figures.Parse(e.Data)
		if err != nil {
			return nil, err
		}
		w := figures.WindowOf(s.At, length)
		if w < window {
			return nil, fmt.Errorf("%s was taken before the sample that it follows", e.Path)
		}
		if w > window {
			end()
		}
		window, k.last = w, max(k.last, s.At)
		sum.Add(s)
	}
	return k, nil
}

func judgeFlinkWindows(r *Run, _ Budget) Result {
	length := r.Header.Window / 1e6
	if len(r.trees) == 0 || length == 0 {
		return unknown("Nobody has read at the end which samples there were.")
	}
	servers := map[string]*reckoned{}
	passed := int64(never) // all samples before this have come, of every server
	for n := 1; n <= r.Header.Servers; n++ {
		k, err := r.reckon(plan.MonitorDir(n), length)
		if err != nil {
			return unknown("The samples of n%d cannot be added up: %v.", n, err)
		}
		servers[k.dir] = k
		passed = min(passed, k.last)
	}
	seen := map[string]bool{}
	drained := false
	for i := range r.Events {
		e := &r.Events[i]
		drained = drained || e.Kind == runlog.Drained
		if e.Kind != runlog.Window && e.Kind != runlog.Alert {
			continue
		}
		if bad := servers[e.Path].compare(e, seen); bad != nil {
			return *bad
		}
	}
	windows, alerts := 0, 0
	for n := 1; n <= r.Header.Servers; n++ {
		k := servers[plan.MonitorDir(n)]
		for _, w := range k.order {
			if int64(w+1)*length > passed {
				continue
			}
			windows++
			missing := ""
			switch {
			case !seen[windowMark(runlog.Window, k.dir, w)]:
				missing = "window-lost"
			case k.alert[w] != "" && !seen[windowMark(runlog.Alert, k.dir, w)]:
				missing = "alert-lost"
			case k.alert[w] != "":
				alerts++
			}
			if missing != "" && drained {
				return violation(missing, "Window %d of the samples of n%d is over (%s), and the job has read all there is, but its output does not tell of it.", w, n, k.told(w))
			}
			if missing != "" && r.endedJob() != nil {
				windows-- // it was ended before it had read all
				continue
			}
			if missing != "" {
				return unknown("Window %d of the samples of n%d is not in the output, but the job was never seen to have read all there is.", w, n)
			}
		}
	}
	return ok("%s added up as the harness adds them up; %s raised or cleared for it, and no other.", plural(windows, "window"), plural(alerts, "alert"))
}

func windowMark(k runlog.Kind, dir string, w int) string { return fmt.Sprint(k, dir, w) }

func (k *reckoned) told(w int) string {
	return strings.TrimSpace(k.sums[w] + " " + k.alert[w])
}

// compare holds what the job put out against what the harness has reckoned, nil
// if it is the same, for the first time.
func (k *reckoned) compare(e *runlog.Event, seen map[string]bool) *Result {
	var bad Result
	mark := windowMark(e.Kind, e.Path, e.Num)
	switch {
	case k == nil:
		bad = violation("window-phantom", "The job tells of window %d of %s, where no server's samples are.", e.Num, e.Path)
	case seen[mark]:
		bad = violation("window-twice", "The job's output tells of window %d of %s twice: again from checkpoint %d, attempt %d.", e.Num, e.Path, e.Ckpt, e.Attempt)
	case k.sums[e.Num] == "":
		bad = violation("window-phantom", "The job tells of window %d of %s, in which there is no sample.", e.Num, e.Path)
	case e.Kind == runlog.Window && e.Data != k.sums[e.Num]:
		bad = violation("window-sum", "The job adds up window %d of %s to %s; the same samples are %s.", e.Num, e.Path, e.Data, k.sums[e.Num])
	case e.Kind == runlog.Alert && e.Text != k.alert[e.Num]:
		bad = violation("alert-phantom", "The job says %s with window %d of %s; by the same samples that would be %q.", e.Text, e.Num, e.Path, k.alert[e.Num])
	default:
		seen[mark] = true
		return nil
	}
	return &bad
}

var flinkNoticed = Check{
	Name:    "flink-noticed",
	Doc:     "A server that is cut off from all others, has crashed or stands still for long is told of by an alert within a bound.",
	Applies: func(r *Run) bool { return r.Header.Window > 0 && hasFlink(runlog.Grant)(r) },
	Judge:   judgeFlinkNoticed,
}

// noticing is how long an alert may take: until the server knows that it does not
// serve and the job runs again on what is left of the ensemble, and then two
// windows, and two checkpoints.
func (r *Run) noticing() int64 { return r.grace() + 2*r.Header.Window + 2*r.Header.Checkpoint }

// away is since when a server is cut off, down or paused, -1 if it is not.
type away struct {
	since int64
	cut   map[int]bool // peers with a link that is cut in either direction
	gone  bool
}

func judgeFlinkNoticed(r *Run, _ Budget) Result {
	n := r.Header.Servers
	servers := make([]away, n+1)
	raised := make([]bool, n+1)
	for i := range servers {
		servers[i] = away{since: -1, cut: map[int]bool{}}
	}
	told, longest, done := 0, int64(0), false
	// late is a server of which nobody has told in time, 0 if there is none.
	late := func(now int64) int {
		for s := 1; s <= n; s++ {
			if a := &servers[s]; a.since >= 0 && !raised[s] && now-a.since > r.noticing() {
				return s
			}
		}
		return 0
	}
	update := func(s int, now int64) {
		a := &servers[s]
		switch off := a.gone || len(a.cut) == n-1; {
		case off && a.since < 0:
			a.since = now
		case !off:
			a.since = -1
		}
	}
	for i := range r.Events {
		e := &r.Events[i]
		if s := late(e.T); s > 0 && !done {
			return violation("not-noticed", "n%d serves nobody since %s, and %s later the job has not told of it.", s, when(servers[s].since), when(e.T-servers[s].since))
		}
		switch {
		case e.Kind == runlog.Done:
			done = true // nobody takes samples any more
		case e.Kind == runlog.Alert:
			s := plan.ServerNumber(strings.TrimPrefix(e.Path, plan.InputRoot+"/"))
			if s < 1 || s > n {
				continue
			}
			if raised[s] = e.Text == figures.Raised; raised[s] && servers[s].since >= 0 {
				told++
				longest = max(longest, e.T-servers[s].since)
			}
		case e.Kind == runlog.LinkState && e.Node > 0 && e.Peer > 0 && e.Node <= n && e.Peer <= n:
			for _, pair := range [][2]int{{e.Node, e.Peer}, {e.Peer, e.Node}} {
				if e.Text == "cut" {
					servers[pair[0]].cut[pair[1]] = true
				} else {
					delete(servers[pair[0]].cut, pair[1])
				}
				update(pair[0], e.T)
			}
		case e.Node >= 1 && e.Node <= n && (e.Kind == runlog.Crash || e.Kind == runlog.Pause || e.Kind == runlog.Start || e.Kind == runlog.Resume):
			servers[e.Node].gone = e.Kind == runlog.Crash || e.Kind == runlog.Pause
			update(e.Node, e.T)
		}
	}
	return ok("%s told of a server that served nobody, at the latest %s after it was cut off or gone; none was away for more than %s without one.",
		plural(told, "alert"), when(longest), when(r.noticing()))
}
