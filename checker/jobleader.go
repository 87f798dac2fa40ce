package checker

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

// oneJobLeader holds JobManagers to their own words. A leader that cannot reach
// ZooKeeper may believe in its office for as long as its session can live, and a
// process that is paused believes nothing; who leads beside another for longer
// than that does not know that it has lost its office, and never will.
var oneJobLeader = Check{
	Name: "one-job-leader",
	Doc: "One JobManager leads at a time: of two that do by their own word, one has given way by the time that a session with ZooKeeper can live, " +
		"and no fencing token is given twice.",
	Applies: func(r *Run) bool { return r.tells(runlog.Grant) },
	Judge: func(r *Run, _ Budget) Result {
		j := &jobLeaders{session: r.Header.Session, running: map[string]*office{}, tokens: map[string]string{}}
		for i := range r.Events {
			if bad := j.take(&r.Events[i]); bad.Verdict == Violation {
				return bad
			}
		}
		return j.worst()
	},
}

// office is a leadership under way, or the process that has none.
type office struct {
	proc, token string
	since       int64
	leads       bool
	paused      bool
}

// overlap is a time in which two led that both ran.
type overlap struct {
	one, two *office
	from, to int64
	// changes counts how often ZooKeeper's leader information went from one of the
	// two tokens to another, and latch is how many took part in the election last.
	changes, latch int
}

type jobLeaders struct {
	session int64
	order   []*office // of all processes, as they were first seen
	running map[string]*office
	tokens  map[string]string // who was given a token
	now     *overlap
	longest *overlap
	latch   int
	last    int64
}

func (j *jobLeaders) process(name string) *office {
	o := j.running[name]
	if o == nil {
		o = &office{proc: name}
		j.order, j.running[name] = append(j.order, o), o
	}
	return o
}

// take takes the next event.
func (j *jobLeaders) take(e *runlog.Event) Result {
	j.last = e.T
	switch e.Kind {
	case runlog.Grant:
		if first := j.tokens[e.Token]; first != "" {
			return violation("one-job-leader", "The fencing token %s was given twice: to %s, and at %s to %s.", e.Token, first, when(e.T), e.Proc)
		}
		j.tokens[e.Token] = e.Proc
		o := j.process(e.Proc)
		o.leads, o.token, o.since = true, e.Token, e.T
	case runlog.Revoke, runlog.Crash, runlog.Exit:
		if e.Proc != "" {
			o := j.process(e.Proc)
			// A paused process's last words may be heard while it stands still.
			o.leads, o.paused = false, o.paused && e.Kind == runlog.Revoke
		}
	case runlog.Pause, runlog.Resume:
		if e.Proc != "" {
			j.process(e.Proc).paused = e.Kind == runlog.Pause
		}
	case runlog.LeaderInfo:
		if j.now != nil && (e.Token == j.now.one.token || e.Token == j.now.two.token) {
			j.now.changes++
		}
		return Result{}
	case runlog.Latch:
		j.latch = len(e.Parts)
		return Result{}
	default:
		return Result{}
	}
	j.pair(e.T)
	return Result{}
}

// pair begins or ends the overlap of the first two that lead and run.
func (j *jobLeaders) pair(at int64) {
	var both []*office
	for _, o := range j.order {
		if o.leads && !o.paused {
			both = append(both, o)
		}
	}
	if j.now != nil {
		if len(both) > 1 && both[0] == j.now.one && both[1] == j.now.two {
			return
		}
		j.end(at)
	}
	if len(both) > 1 {
		j.now = &overlap{one: both[0], two: both[1], from: at}
	}
}

func (j *jobLeaders) end(at int64) {
	j.now.to, j.now.latch = at, j.latch
	// What the two are is told as it was: the process may be granted leadership again.
	one, two := *j.now.one, *j.now.two
	j.now.one, j.now.two = &one, &two
	if j.longest == nil || j.now.to-j.now.from > j.longest.to-j.longest.from {
		j.longest = j.now
	}
	j.now = nil
}

// worst judges the longest overlap.
func (j *jobLeaders) worst() Result {
	if j.now != nil {
		j.end(j.last)
	}
	o := j.longest
	switch {
	case o == nil:
		return ok("Leadership was granted with %s, each given once, and never to two at a time.", plural(len(j.tokens), "token"))
	case o.to-o.from <= j.session:
		return ok("Leadership was granted with %s, each given once. For at most %s two led at a time, which is no longer than a session lives, %s.",
			plural(len(j.tokens), "token"), when(o.to-o.from), when(j.session))
	}
	told := fmt.Sprintf("%s leads since %s by its own word, and %s since %s: both do for %s, and a session lives %s at most.",
		o.one.proc, when(o.one.since), o.two.proc, when(o.two.since), when(o.to-o.from), when(j.session))
	if o.changes > 0 {
		told += fmt.Sprintf(" Meanwhile leader information with the token of one of them was written %d times.", o.changes)
	}
	if o.latch == 1 {
		told += " ZooKeeper knows one of them as a candidate."
	}
	return violation("one-job-leader", "%s", told)
}
