package checker

import (
	"sort"

	"github.com/schismlab/schism/runlog"
)

var flinkRecovery = Check{
	Name:    "flink-recovery",
	Doc:     "When the last fault is healed, a JobManager leads, every job runs, and checkpoints are completed again within a grace period, and go on being completed.",
	Applies: func(r *Run) bool { return hasFlink(runlog.Grant, runlog.JobState)(r) && r.endedJob() == nil },
	Judge:   judgeFlinkRecovery,
}

// grace is how long a cluster may take to recover: four sessions, and time for
// restarts on a machine that is busy with all of it.
func (r *Run) grace() int64 { return 4*r.Header.Session + 20e9 }

func judgeFlinkRecovery(r *Run, _ Budget) Result {
	healed, end := int64(-1), int64(0)
	checks := map[string]int64{} // by job, when its last checkpoint was completed, since then
	runs := map[string]bool{}    // by job
	var jobs []string
	of := func(id string) {
		if _, known := runs[id]; !known {
			runs[id] = false
			jobs = append(jobs, id)
		}
	}
	var slow *Result
	for i := range r.Events {
		e := &r.Events[i]
		end = e.T
		switch {
		case e.Kind == runlog.Ready && e.Text == ReadyEnd:
			healed = e.T
		case e.Kind == runlog.JobState:
			of(e.Job)
			runs[e.Job] = e.Text == runlog.JobRunning
		case e.Kind == runlog.Checkpoint && e.Text == runlog.Completed && healed >= 0:
			of(e.Job)
			was, is := checks[e.Job]
			if !is {
				was = -1
			}
			if e.T-max(healed, was) > r.grace() && slow == nil {
				slow = r.slow(healed, was, e)
			}
			checks[e.Job] = e.T
		}
	}
	// The job that is worst off decides.
	completed, running := end, len(jobs) > 0
	for _, id := range jobs {
		t, is := checks[id]
		if !is {
			t = -1
		}
		completed, running = min(completed, t), running && runs[id]
	}
	if len(jobs) == 0 {
		completed = -1
	}
	late := end - max(healed, completed)
	leads := false
	for _, g := range r.reigns() {
		leads = leads || g.to == end
	}
	switch {
	case healed < 0:
		return unknown("Nobody proved that the last fault was healed.")
	case slow != nil:
		return *slow
	case late <= r.grace() && completed >= 0:
		return ok("Checkpoints went on after the last fault was healed at %s, none later than %s after the one before.", when(healed), when(r.grace()))
	case late <= r.grace():
		return unknown("No checkpoint was completed in the %s after the last fault was healed, which is less than the %s that a recovery may take.", when(late), when(r.grace()))
	case !leads:
		return violation("no-leader", "All faults were healed at %s, and %s later no JobManager leads.", when(healed), when(end-healed))
	case !running:
		return violation("no-job", "All faults were healed at %s, a JobManager leads, and %s later the job does not run.", when(healed), when(end-healed))
	}
	return violation("no-checkpoints", "All faults were healed at %s and the job runs, but for %s no checkpoint has been completed.", when(healed), when(late))
}

// slow is a recovery that came, and came too late.
func (r *Run) slow(healed, completed int64, e *runlog.Event) *Result {
	since := "all faults were healed"
	if completed >= 0 {
		since = "the one before"
	}
	bad := violation("slow-recovery", "Checkpoint %d was completed at %s, %s after %s, at %s: a recovery may take %s.",
		e.Ckpt, when(e.T), when(e.T-max(healed, completed)), since, when(max(healed, completed)), when(r.grace()))
	return &bad
}

var flinkQuiet = Check{
	Name:    "flink-quiet",
	Doc:     "Leader information is not written over and over, candidates do not leave and enter the election without end, and servers do not gather watches.",
	Applies: hasFlink(runlog.LeaderInfo, runlog.Latch, runlog.Watches),
	Judge:   judgeFlinkQuiet,
}

// The bounds of what is quiet: a grant changes a component's information a few
// times (the old one goes, a new one comes, and perhaps is set again); each
// process leaves a few watches.
const (
	changesPerGrant = 8
	watchesAtRest   = 100
	entriesAtRest   = 8
)

func judgeFlinkQuiet(r *Run, _ Budget) Result {
	grants, changes := 1, map[string]int{}
	watches := map[int][]int{}
	entries := latchEntries{soon: 2 * r.Header.Session}
	rewrites := rewriting{soon: r.Header.Session, count: map[string]int{}}
	for i := range r.Events {
		entries.take(&r.Events[i])
		rewrites.take(&r.Events[i])
		switch e := &r.Events[i]; e.Kind {
		case runlog.Grant:
			grants++
		case runlog.LeaderInfo:
			changes[e.Path]++
		case runlog.Watches:
			watches[e.Node] = append(watches[e.Node], e.Num)
		}
	}
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if changes[name] > changesPerGrant*grants {
			return violation("rewriting-storm", "The leader information of %s changed %d times, in %d leaderships.", name, changes[name], grants-1)
		}
	}
	for _, bad := range []*Result{rewrites.worst, entries.worst} {
		if bad != nil {
			return *bad
		}
	}
	most := 0
	nodes := make([]int, 0, len(watches))
	for n := range watches {
		nodes = append(nodes, n)
	}
	sort.Ints(nodes)
	for _, n := range nodes {
		list := watches[n]
		last, first := list[len(list)-1], list[0]
		most = max(most, last)
		if last > watchesAtRest && last > 3*first {
			return violation("watch-leak", "Server n%d holds %d watches at the end, and held %d when they were counted first.", n, last, first)
		}
	}
	return ok("Leader information was written for its reasons, and no server ends with more than %d watches.", most)
}

// latchEntries counts candidates that enter the election with no occasion: not
// since the last fault, or its end, or a start, plus the time in which processes
// learn of it.
type latchEntries struct {
	soon        int64
	quiet       int64 // from when on there is no occasion
	known       map[string]bool
	count       int // since then
	first, last string
	worst       *Result
}

func (l *latchEntries) take(e *runlog.Event) {
	switch {
	case stirs(e):
		l.quiet, l.count = e.T+l.soon, 0
	case e.Kind == runlog.Latch:
		l.enter(e)
	}
}

// stirs says whether an event is an occasion for processes to begin anew.
func stirs(e *runlog.Event) bool {
	switch e.Kind {
	case runlog.Start, runlog.Crash, runlog.Exit, runlog.Pause, runlog.Resume, runlog.LinkState, runlog.Ready:
		return true
	}
	return false
}

// rewriting counts how often leader information is written with no occasion, of each
// component. A change of leadership is one, too: for as long as a session lives two may
// lead, and each take the other's information for wrong.
type rewriting struct {
	soon, quiet int64
	count       map[string]int
	worst       *Result
}

func (w *rewriting) take(e *runlog.Event) {
	switch {
	case stirs(e) || e.Kind == runlog.Grant || e.Kind == runlog.Revoke:
		w.quiet = e.T + w.soon
		clear(w.count)
	case e.Kind == runlog.LeaderInfo && e.T >= w.quiet:
		if w.count[e.Path]++; w.count[e.Path] > changesPerGrant && w.worst == nil {
			bad := violation("rewriting-storm", "From %s to %s the leader information of %s changed %d times, though nothing had happened for long.",
				when(w.quiet), when(e.T), e.Path, w.count[e.Path])
			w.worst = &bad
		}
	}
}

func (l *latchEntries) enter(e *runlog.Event) {
	now := map[string]bool{}
	for _, p := range e.Parts {
		now[p.Path] = true
		if l.known[p.Path] || e.T < l.quiet {
			continue
		}
		if l.last = p.Path; l.count == 0 {
			l.first = p.Path
		}
		if l.count++; l.count > entriesAtRest && l.worst == nil {
			bad := violation("latch-storm", "From %s to %s candidates entered the election %d times (%s to %s), though nothing had happened for long: each that leaves makes another one leave.",
				when(l.quiet), when(e.T), l.count, l.first, l.last)
			l.worst = &bad
		}
	}
	l.known = now
}
