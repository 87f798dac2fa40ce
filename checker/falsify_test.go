package checker_test

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// falsifier tells one lie in the log of a good run, at a place that it draws.
type falsifier struct {
	plan.Stream
	header runlog.Header
	events []runlog.Event // a copy that is the falsifier's own
	told   string         // what was falsified, for people
}

// lies are the kinds of falsification, by name. Each says false if the log has no
// place for it.
var lies = map[string]func(*falsifier) bool{
	"record-lost":          func(f *falsifier) bool { return f.remove(f.any(ofKind(runlog.Output))) },
	"record-twice":         func(f *falsifier) bool { return f.again(runlog.Output, 0) },
	"record-renamed":       func(f *falsifier) bool { return f.again(runlog.Output, 1) },
	"record-invented":      (*falsifier).inventRecord,
	"records-swapped":      func(f *falsifier) bool { return f.swap(runlog.Output) },
	"window-sum":           func(f *falsifier) bool { return f.exchange(runlog.Window) },
	"window-lost":          func(f *falsifier) bool { return f.remove(f.any(ofKind(runlog.Window))) },
	"alert-lost":           func(f *falsifier) bool { return f.remove(f.any(ofKind(runlog.Alert))) },
	"version-lost":         func(f *falsifier) bool { return f.remove(f.any(ofKind(runlog.Config))) },
	"last-version-lost":    func(f *falsifier) bool { return f.remove(f.last(ofKind(runlog.Config))) },
	"version-twice":        func(f *falsifier) bool { return f.again(runlog.Config, 0) },
	"versions-swapped":     func(f *falsifier) bool { return f.swap(runlog.Config) },
	"version-invented":     (*falsifier).inventVersion,
	"counter-back":         (*falsifier).counterBack,
	"triggered-again":      func(f *falsifier) bool { return f.numberBack(runlog.Triggered) },
	"completed-again":      func(f *falsifier) bool { return f.numberBack(runlog.Completed) },
	"restored-older":       (*falsifier).restoreOlder,
	"state-missing":        (*falsifier).loseState,
	"second-leader":        (*falsifier).secondLeader,
	"token-reused":         (*falsifier).reuseToken,
	"info-of-another":      (*falsifier).infoOfAnother,
	"latch-of-another":     (*falsifier).latchOfAnother,
	"token-returns":        (*falsifier).tokenReturns,
	"runs-again":           func(f *falsifier) bool { return f.afterTheEnd(runlog.JobState, runlog.JobRunning) },
	"restored-again":       func(f *falsifier) bool { return f.afterTheEnd(runlog.Checkpoint, runlog.Restored) },
	"no-more-checkpoints":  func(f *falsifier) bool { return f.noCheckpoints(0) },
	"checkpoints-stop":     func(f *falsifier) bool { return f.noCheckpoints(60e9) },
	"rewriting":            (*falsifier).rewriting,
	"watches-grow":         (*falsifier).watchesGrow,
	"passed-early":         (*falsifier).passedEarly,
	"arrived-early":        (*falsifier).arrivedEarly,
	"arrival-lost":         (*falsifier).arrivalLost,
	"without-a-checkpoint": (*falsifier).arrivedWithout,
	"tasks-run-on":         (*falsifier).tasksRunOn,
	"office-given-up":      (*falsifier).giveUpOffice,
}

func ofKind(kinds ...runlog.Kind) func(*runlog.Event) bool {
	return func(e *runlog.Event) bool { return slices.Contains(kinds, e.Kind) }
}

func saying(k runlog.Kind, text string) func(*runlog.Event) bool {
	return func(e *runlog.Event) bool { return e.Kind == k && e.Text == text }
}

// all are the places of the events that have a property.
func (f *falsifier) all(is func(*runlog.Event) bool) []int {
	var list []int
	for i := range f.events {
		if is(&f.events[i]) {
			list = append(list, i)
		}
	}
	return list
}

// any is one of them, -1 if there is none.
func (f *falsifier) any(is func(*runlog.Event) bool) int { return f.one(f.all(is)) }

func (f *falsifier) one(list []int) int {
	if len(list) == 0 {
		return -1
	}
	return list[f.Intn(len(list))]
}

func (f *falsifier) last(is func(*runlog.Event) bool) int {
	list := f.all(is)
	if len(list) == 0 {
		return -1
	}
	return list[len(list)-1]
}

func (f *falsifier) tell(e *runlog.Event) { f.told = fmt.Sprintf("%+v", *e) }

func (f *falsifier) remove(i int) bool {
	if i < 0 {
		return false
	}
	f.tell(&f.events[i])
	f.events = slices.Delete(f.events, i, i+1)
	return true
}

// insert puts an event into the log at its time.
func (f *falsifier) insert(e runlog.Event) {
	f.tell(&e)
	i, _ := slices.BinarySearchFunc(f.events, e.T+1, func(e runlog.Event, t int64) int { return int(e.T - t) })
	f.events = slices.Insert(f.events, i, e)
}

// again puts an event into the log a second time, later, its number raised above
// all of its directory's if it is to have another name.
func (f *falsifier) again(k runlog.Kind, another int) bool {
	list := f.all(ofKind(k))
	if len(list) == 0 {
		return false
	}
	n := f.Intn(len(list))
	e := f.events[list[n]]
	e.Attempt++
	at := list[n+f.Intn(len(list)-n)] + 1
	if another > 0 {
		e.Num, at = f.highest(e.Path)+another, list[len(list)-1]+1
	}
	e.T = f.events[at-1].T
	f.tell(&e)
	f.events = slices.Insert(f.events, at, e)
	return true
}

// highest is the greatest number of a record of a directory.
func (f *falsifier) highest(dir string) int {
	n := 0
	for i := range f.events {
		if e := &f.events[i]; e.Kind == runlog.Output && e.Path == dir {
			n = max(n, e.Num)
		}
	}
	return n
}

func (f *falsifier) inventRecord() bool {
	at := f.last(ofKind(runlog.Output))
	if at < 0 {
		return false
	}
	e := f.events[f.any(ofKind(runlog.Output))]
	e.T, e.Num, e.Data = f.events[at].T, f.highest(e.Path)+1, "nobody's"
	f.tell(&e)
	f.events = slices.Insert(f.events, at+1, e)
	return true
}

// swap lets two events of one directory change places in the output.
func (f *falsifier) swap(k runlog.Kind) bool {
	i := f.any(ofKind(k))
	if i < 0 {
		return false
	}
	j := f.any(func(e *runlog.Event) bool {
		return e.Kind == k && e.Path == f.events[i].Path && (e.Num != f.events[i].Num || e.Version != f.events[i].Version)
	})
	if j < 0 {
		return false
	}
	a, b := &f.events[i], &f.events[j]
	f.told = fmt.Sprintf("%+v and %+v", *a, *b)
	*a, *b = *b, *a
	a.T, b.T = b.T, a.T
	return true
}

// exchange gives an event the data of another one.
func (f *falsifier) exchange(k runlog.Kind) bool {
	i := f.any(ofKind(k))
	if i < 0 {
		return false
	}
	j := f.any(func(e *runlog.Event) bool { return e.Kind == k && e.Data != f.events[i].Data })
	if j < 0 {
		return false
	}
	f.events[i].Data = f.events[j].Data
	f.tell(&f.events[i])
	return true
}

// inventVersion puts out a version that was not to be, or its value as another one.
func (f *falsifier) inventVersion() bool {
	i := f.any(ofKind(runlog.Config))
	if i < 0 {
		return false
	}
	switch e := &f.events[i]; f.Intn(3) {
	case 0:
		e.Data = "nobody's"
	case 1:
		return f.exchange(runlog.Config)
	default:
		last := f.last(ofKind(runlog.Config))
		n := *e
		n.T, n.Version = f.events[last].T, f.events[last].Version+1+int32(f.Intn(3))
		f.events = slices.Insert(f.events, last+1, n)
		i = last + 1
	}
	f.tell(&f.events[i])
	return true
}

func (f *falsifier) counterBack() bool {
	before := map[string]int{}
	list := f.all(func(e *runlog.Event) bool {
		if e.Kind != runlog.Counter {
			return false
		}
		was := before[e.Job]
		before[e.Job] = e.Num
		return was > 0
	})
	i := f.one(list)
	if i < 0 {
		return false
	}
	e := &f.events[i]
	was := 0
	for j := range i {
		if o := &f.events[j]; o.Kind == runlog.Counter && o.Job == e.Job {
			was = o.Num
		}
	}
	e.Num = f.Intn(was)
	f.tell(e)
	return true
}

// numberBack gives a checkpoint a number that another one had before it.
func (f *falsifier) numberBack(text string) bool {
	same := func(e, o *runlog.Event) bool {
		return o.Kind == e.Kind && o.Text == text && o.Job == e.Job && o.Mode == ""
	}
	seen := map[string]bool{}
	i := f.any(func(e *runlog.Event) bool {
		if e.Kind != runlog.Checkpoint || e.Text != text || e.Mode != "" {
			return false
		}
		was := seen[e.Job]
		seen[e.Job] = true
		return was
	})
	if i < 0 {
		return false
	}
	e := &f.events[i]
	var before []int
	for j := range i {
		if same(e, &f.events[j]) {
			before = append(before, j)
		}
	}
	e.Ckpt = f.events[f.one(before)].Ckpt
	f.tell(e)
	return true
}

func (f *falsifier) restoreOlder() bool {
	i := f.any(func(e *runlog.Event) bool {
		return e.Kind == runlog.Checkpoint && e.Text == runlog.Restored && e.Ckpt > 0
	})
	if i < 0 {
		return false
	}
	e := &f.events[i]
	e.Ckpt = int64(f.Intn(int(e.Ckpt)))
	f.tell(e)
	return true
}

func (f *falsifier) loseState() bool {
	i := f.any(saying(runlog.Pointer, runlog.Present))
	if i < 0 {
		return false
	}
	f.events[i].Text = runlog.Missing
	f.tell(&f.events[i])
	return true
}

// quietly are the moments from which on, for a span, nothing happens to or is said by
// any JobManager or server, and its leader.
func (f *falsifier) quietly(span int64, kinds ...runlog.Kind) []moment {
	stirs := append(kinds, runlog.Grant, runlog.Revoke, runlog.Crash, runlog.Exit, runlog.Pause, runlog.Resume, runlog.LinkState, runlog.Start, runlog.Done)
	var list []moment
	leader, since := map[string]*runlog.Event{}, int64(0)
	for i := range f.events {
		e := &f.events[i]
		if !slices.Contains(stirs, e.Kind) {
			continue
		}
		if e.T-since > span && len(leader) == 1 {
			for _, g := range leader { // the only one
				list = append(list, moment{g, since, e.T})
			}
		}
		since = e.T
		switch e.Kind {
		case runlog.Grant:
			leader[e.Proc] = e
		case runlog.Revoke, runlog.Crash, runlog.Exit, runlog.Pause:
			delete(leader, e.Proc)
		}
	}
	return list
}

// moment is a time in which one alone leads and nothing happens.
type moment struct {
	grant    *runlog.Event
	from, to int64
}

func (f *falsifier) quietMoment(span int64, kinds ...runlog.Kind) (moment, bool) {
	list := f.quietly(span, kinds...)
	if len(list) == 0 {
		return moment{}, false
	}
	return list[f.Intn(len(list))], true
}

func otherThan(proc string) string {
	if proc == "jm1" {
		return "jm2"
	}
	return "jm1"
}

// secondLeader grants leadership to the other JobManager, for a little longer than a
// session.
func (f *falsifier) secondLeader() bool {
	m, is := f.quietMoment(f.header.Session * 5 / 4)
	if !is {
		return false
	}
	e := runlog.Event{Kind: runlog.Grant, T: m.from + 1, Proc: otherThan(m.grant.Proc), Token: "a token of nobody's"}
	f.insert(runlog.Event{Kind: runlog.Revoke, T: e.T + f.header.Session + 1 + int64(f.Intn(int(f.header.Session/5))), Proc: e.Proc, Token: e.Token})
	f.insert(e)
	return true
}

func (f *falsifier) reuseToken() bool {
	list := f.all(ofKind(runlog.Grant))
	if len(list) < 2 {
		return false
	}
	n := 1 + f.Intn(len(list)-1)
	f.events[list[n]].Token = f.events[list[f.Intn(n)]].Token
	f.tell(&f.events[list[n]])
	return true
}

// settled are the places of events of a kind after which nothing changes in the
// election or its outcome, and nothing happens to the ensemble, for two sessions and more.
func (f *falsifier) settled(is func(*runlog.Event) bool) []int {
	var list, open []int
	latest := int64(0)
	for i := range f.events {
		e := &f.events[i]
		if !ofKind(runlog.LeaderInfo, runlog.Latch, runlog.Crash, runlog.Start, runlog.Pause, runlog.Resume, runlog.LinkState, runlog.End)(e) {
			continue
		}
		if e.T-latest > 2*f.header.Session {
			list = append(list, open...)
		}
		latest = e.T
		open = slices.DeleteFunc(open, func(j int) bool { return f.events[j].Kind == e.Kind && f.events[j].Path == e.Path })
		if is(e) {
			open = append(open, i)
		}
	}
	return list
}

// infoOfAnother lets the information of one component be another leader's.
func (f *falsifier) infoOfAnother() bool {
	i := f.one(f.settled(func(e *runlog.Event) bool { return e.Kind == runlog.LeaderInfo && e.Token != "" }))
	if i < 0 {
		return false
	}
	e := &f.events[i]
	e.Token, e.Owner = "a token of nobody's", e.Owner+1
	f.tell(e)
	return true
}

func (f *falsifier) latchOfAnother() bool {
	i := f.one(f.settled(func(e *runlog.Event) bool { return e.Kind == runlog.Latch && len(e.Parts) > 0 }))
	if i < 0 {
		return false
	}
	e := &f.events[i]
	e.Parts = slices.Clone(e.Parts)
	e.Parts[0].Data += "0"
	f.tell(e)
	return true
}

func (f *falsifier) tokenReturns() bool {
	list := f.all(func(e *runlog.Event) bool { return e.Kind == runlog.LeaderInfo && e.Token != "" })
	var later []int
	for _, i := range list {
		for _, j := range list {
			if j < i && f.events[j].Path == f.events[i].Path && f.events[j].Token != f.events[i].Token {
				later = append(later, i)
				break
			}
		}
	}
	i := f.one(later)
	if i < 0 {
		return false
	}
	e := f.events[i]
	old := f.any(func(o *runlog.Event) bool {
		return o.Kind == runlog.LeaderInfo && o.Path == e.Path && o.Token != "" && o.Token != e.Token && o.T <= e.T
	})
	o := f.events[old]
	o.T, o.Zxid, o.Mzxid = e.T+1, e.Zxid+1, e.Mzxid+1
	f.insert(o)
	return true
}

// afterTheEnd lets a job that is over for good do something more than a session later,
// by the word of whoever led last.
func (f *falsifier) afterTheEnd(k runlog.Kind, text string) bool {
	i := f.any(func(e *runlog.Event) bool {
		return e.Kind == runlog.JobState && slices.Contains([]string{runlog.JobCancelled, runlog.JobFinished, runlog.JobFailed}, e.Text)
	})
	if i < 0 {
		return false
	}
	e := f.events[i]
	end := f.events[len(f.events)-1].T
	from := e.T + f.header.Session + 1
	if end <= from {
		return false
	}
	e.T, e.Kind, e.Text = from+int64(f.Intn(int(min(end-from, math.MaxInt32)))), k, text
	for j := range f.events {
		if o := &f.events[j]; o.Kind == runlog.Grant && o.T <= e.T {
			e.Proc, e.Token = o.Proc, o.Token
		}
	}
	f.insert(e)
	return true
}

// noCheckpoints takes away all that were completed after the last fault, and lets the
// rest of the log be later.
func (f *falsifier) noCheckpoints(later int64) bool {
	i := f.last(saying(runlog.Ready, checker.ReadyEnd))
	if i < 0 {
		return false
	}
	n, completed := len(f.events), saying(runlog.Checkpoint, runlog.Completed)
	f.events = append(f.events[:i+1], slices.DeleteFunc(f.events[i+1:], func(e runlog.Event) bool { return completed(&e) })...)
	for j := i + 1; j < len(f.events); j++ {
		f.events[j].T += later
	}
	f.told = fmt.Sprintf("%d checkpoints after %d ns", n-len(f.events), f.events[i].T)
	return len(f.events) < n
}

// rewriting writes a component's leader information ten times and more, every 10 ms,
// in a time in which there is no reason to.
func (f *falsifier) rewriting() bool {
	const every = 10e6
	n := 10 + f.Intn(40)
	m, is := f.quietMoment(f.header.Session+int64(n)*every, runlog.Ready)
	if !is {
		return false
	}
	var one *runlog.Event
	for i := range f.events {
		if e := &f.events[i]; e.Kind == runlog.LeaderInfo && e.Token == m.grant.Token && e.T <= m.from {
			one = e
		}
	}
	if one == nil {
		return false
	}
	e := *one
	for i := range n {
		e.Mzxid++
		e.Zxid, e.T = e.Mzxid, m.from+f.header.Session+int64(i)*every
		f.insert(e)
	}
	f.told = fmt.Sprintf("%d times %s", n, f.told)
	return true
}

// watchesGrow lets a server gather 10 to 40 watches more each time that it is asked.
func (f *falsifier) watchesGrow() bool {
	i := f.any(ofKind(runlog.Watches))
	if i < 0 {
		return false
	}
	node, from, by, n := f.events[i].Node, f.events[i].T, 10+f.Intn(30), 0
	for j := range f.events {
		if e := &f.events[j]; e.Kind == runlog.Watches && e.Node == node && e.T >= from {
			n++
			e.Num += n * by
			f.tell(e)
		}
	}
	f.told = fmt.Sprintf("by %d each, %d times, %s", by, n, f.told)
	return true
}

// passedEarly lets an output be committed before the last of a round has arrived.
func (f *falsifier) passedEarly() bool {
	i := f.any(func(e *runlog.Event) bool { return e.Kind == runlog.Passed && e.Czxid > 0 })
	if i < 0 {
		return false
	}
	e := &f.events[i]
	for j := range f.events {
		if a := &f.events[j]; a.Kind == runlog.Arrived && a.Num == e.Num {
			e.Czxid = a.Czxid // the last one's, at the end
		}
	}
	e.Czxid -= uint64(f.Intn(2))
	f.tell(e)
	return true
}

func (f *falsifier) arrivedEarly() bool {
	i := f.any(func(e *runlog.Event) bool { return e.Kind == runlog.Arrived && e.Num > 1 })
	if i < 0 {
		return false
	}
	e := &f.events[i]
	last := uint64(0)
	for j := range f.events {
		if a := &f.events[j]; a.Kind == runlog.Arrived && a.Num == e.Num-1 {
			last = max(last, a.Czxid)
		}
	}
	e.Czxid = last - uint64(f.Intn(2))
	f.tell(e)
	return true
}

func (f *falsifier) arrivalLost() bool {
	i := f.any(ofKind(runlog.Arrived))
	if i < 0 {
		return false
	}
	e := f.events[i]
	f.tell(&e)
	f.events = slices.DeleteFunc(f.events, func(o runlog.Event) bool {
		return o.Kind == runlog.Arrived && o.Num == e.Num && runlog.Party(o.Path) == runlog.Party(e.Path)
	})
	return true
}

// arrivedWithout lets the checkpoint of an arrival never have been complete: it was
// declined, its pointer never came.
func (f *falsifier) arrivedWithout() bool {
	i := f.any(ofKind(runlog.Arrived))
	if i < 0 {
		return false
	}
	e := f.events[i]
	f.tell(&e)
	f.events = slices.DeleteFunc(f.events, func(o runlog.Event) bool {
		return o.Job == e.Job && o.Ckpt == e.Ckpt && (o.Kind == runlog.Pointer || o.Kind == runlog.Checkpoint && o.Text != runlog.Triggered)
	})
	return true
}

// tasksRunOn takes away that a TaskManager stopped the tasks of one leader, and all that
// it did with that job from then on, though another leader's run and it is not ended by
// others, for longer than two sessions.
func (f *falsifier) tasksRunOn() bool {
	end := f.events[len(f.events)-1].T
	i := f.any(func(e *runlog.Event) bool {
		if e.Kind != runlog.Tasks || e.Num > 0 {
			return false
		}
		from := end
		for j := range f.events {
			o := &f.events[j]
			if o.T < e.T {
				continue
			}
			if o.Kind == runlog.JobState && o.Text == runlog.JobRunning && o.Job == e.Job && o.Token != e.Token {
				from = min(from, o.T)
			}
			if o.Proc == e.Proc && ofKind(runlog.Crash, runlog.Pause)(o) {
				return false
			}
		}
		return end-from > 2*f.header.Session
	})
	if i < 0 {
		return false
	}
	e := f.events[i]
	f.tell(&e)
	kept := f.events[:i]
	for _, o := range f.events[i:] {
		if o.Proc != e.Proc || o.Job != e.Job || o.Kind != runlog.Tasks {
			kept = append(kept, o)
		}
	}
	f.events = kept
	return true
}

// giveUpOffice lets a leader that tolerates suspended connections be granted leadership
// again in its session.
func (f *falsifier) giveUpOffice() bool {
	m, is := f.quietMoment(f.header.Session)
	if !is {
		return false
	}
	f.header.Tolerant = true
	info := f.any(func(e *runlog.Event) bool {
		return e.Kind == runlog.LeaderInfo && e.Token == m.grant.Token && e.T <= m.from
	})
	if info < 0 {
		return false
	}
	e := f.events[info]
	e.Token, e.T, e.Mzxid, e.Zxid = "a token of nobody's", m.from+3, e.Mzxid+1, e.Zxid+1
	f.insert(runlog.Event{Kind: runlog.Revoke, T: m.from + 1, Proc: m.grant.Proc, Token: m.grant.Token})
	f.insert(runlog.Event{Kind: runlog.Grant, T: m.from + 2, Proc: m.grant.Proc, Token: e.Token})
	f.insert(e)
	return true
}

// flinkChecks are those that judge Flink.
func flinkChecks() []checker.Check {
	var list []checker.Check
	for _, c := range checker.All() {
		if strings.HasPrefix(c.Name, "flink-") || c.Name == "one-job-leader" {
			list = append(list, c)
		}
	}
	return list
}
