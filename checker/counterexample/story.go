package counterexample

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// Story tells a counterexample to people.
type Story struct {
	// Zero is the log's time that the moments count from, in nanoseconds.
	Zero int64
	// Given is what there was at first.
	Given []string
	// Moments are what happened, in the order of time.
	Moments []Moment
	// Broken is the conclusion: which promise that breaks and why it matters, or
	// why it is permitted.
	Broken string
	// Spans are the same as a picture: lanes and what was done in them.
	Spans []Span
}

// Moment is one sentence with its time in nanoseconds since Story.Zero, and the
// number of the event it is about.
type Moment struct {
	At    int64
	Event int
	Text  string
}

// Span is something in the lane of a client or a server. One without an answer
// is Open; one of length 0 is a point.
type Span struct {
	Lane     string
	From, To int64
	Open     bool
	// Text is short: what was done and what came of it.
	Text string
	// Class is write, read, refused, server or final.
	Class string
}

// tell makes the story of a part of a history.
func (x *Counterexample) tell() Story {
	t := &teller{s: x.subject, part: x.part, check: x.Check, held: map[string]bool{}}
	items := t.s.inOrder(x.part.items)
	t.list = items
	t.look()
	t.story.Zero = t.zero()
	for _, i := range items {
		switch i.kind {
		case call:
			t.call(i.index)
		case event:
			t.event(i.index)
		case final:
			t.final(i.index)
		}
	}
	if x.Verdict == checker.Violation {
		t.beside()
	}
	slices.SortStableFunc(t.story.Moments, func(a, b Moment) int { return cmp.Compare(a.Event, b.Event) })
	t.story.Broken = x.conclusion()
	return t.story
}

// maxBeside bounds what is told beside the operations that suffice: who wrote what
// servers differ in, and which faults there were.
const maxBeside = 4

// beside tells, as far as there is room, what a reader asks for and the check can
// do without. Where all that suffices is what servers held at the end, these are
// the writes of it and the last faults; else the first faults after it began.
func (t *teller) beside() {
	first, last := -1, 0
	for _, i := range t.list {
		at := t.s.place(i)
		last = max(last, at)
		if i.kind != final && first < 0 && (i.kind != call || t.s.run.History[i.index].Client != 0) {
			first = at
		}
	}
	if first < 0 {
		first = t.writers()
	}
	var faults []int
	for i := range t.s.run.Events[:last] {
		if e := &t.s.run.Events[i]; i > first && e.Kind == runlog.Step && troubles(e) {
			faults = append(faults, i)
		}
	}
	n := max(0, min(len(faults), maxBeside, roomBeside-len(t.story.Moments)))
	if first < 0 {
		faults = faults[len(faults)-n:]
	}
	for _, i := range faults[:n] {
		t.event(i)
	}
	t.shift()
}

// writers tells who asked to write what servers held at the end, and gives the
// place of the first, -1 if there is none.
func (t *teller) writers() int {
	first, told := -1, 0
	for _, i := range t.list {
		if i.kind != final {
			continue
		}
		for _, f := range t.s.trees[i.index].finals {
			e := &t.s.run.Events[f]
			if !t.told(e.Path) {
				continue
			}
			for _, c := range t.s.changes[e.Path] {
				it := item{call, c.op}
				if c.data != e.Data || c.do == "delete" || t.items[it] || told == 2 || t.s.run.History[c.op].Client == 0 {
					continue
				}
				told++
				t.items[it] = true
				t.call(c.op)
				if at := t.s.place(it); first < 0 || at < first {
					first = at
				}
			}
		}
	}
	return first
}

// shift lets the moments count from the first of them.
func (t *teller) shift() {
	least := int64(0)
	for _, m := range t.story.Moments {
		least = min(least, m.At)
	}
	for i := range t.story.Moments {
		t.story.Moments[i].At -= least
	}
	for i := range t.story.Spans {
		t.story.Spans[i].From -= least
		t.story.Spans[i].To -= least
	}
	t.story.Zero += least
}

// look notes what the servers held at the end.
func (t *teller) look() {
	for _, i := range t.list {
		if i.kind == final {
			for _, f := range t.s.trees[i.index].finals {
				t.held[t.s.run.Events[f].Path] = true
			}
		}
	}
}

// teller makes a story.
type teller struct {
	s *subject
	part
	list  []item // in the order of the log
	check string
	story Story
	// held is what any server held at the end.
	held map[string]bool
}

// jobs counts the Flink jobs that took checkpoints in the run.
func (t *teller) jobs() int {
	jobs := map[string]bool{}
	for i := range t.s.run.Events {
		if e := &t.s.run.Events[i]; e.Kind == runlog.Checkpoint {
			jobs[e.Job] = true
		}
	}
	return len(jobs)
}

// zero is when the first item that is not the setup's begins.
func (t *teller) zero() int64 {
	for _, i := range t.list {
		if i.kind != call || t.s.run.History[i.index].Client != 0 {
			return t.s.run.Events[t.s.place(i)].T
		}
	}
	return 0
}

func (t *teller) say(at int, format string, args ...any) {
	t.story.Moments = append(t.story.Moments, Moment{t.s.run.Events[at].T - t.story.Zero, at + 1, fmt.Sprintf(format, args...)})
}

func (t *teller) span(lane string, from, to int64, open bool, class, format string, args ...any) {
	t.story.Spans = append(t.story.Spans, Span{lane, from - t.story.Zero, to - t.story.Zero, open, fmt.Sprintf(format, args...), class})
}

// call tells an operation: in one sentence, or in two if anything else that is
// kept happened between the question and the answer.
func (t *teller) call(op int) {
	o := &t.s.run.History[op]
	asked, answered := asks(o, t.paths), t.answers(o)
	if o.Client == 0 {
		for _, p := range pathsOf(o) {
			if t.told(p) && o.Out == runlog.OK && o.Op == "create" {
				t.story.Given = append(t.story.Given, t.given(p, o.Data))
			}
		}
		return
	}
	who, at := fmt.Sprintf("c%d", o.Client), int(o.Line)-1
	class := "write"
	switch {
	case o.Out == runlog.Fail:
		class = "refused"
	case o.Op == "get" || o.Op == "exists" || o.Op == "children" || o.Op == "sync":
		class = "read"
	}
	t.span(who, o.Call, min(o.Ret, t.end()), o.Out == runlog.Unknown, class, "%s", label(o, t.paths))
	ret := t.s.rets[op]
	switch {
	case o.Out == runlog.Unknown:
		t.say(at, "%s %s, and never hears whether that was done. It may take effect at any later time, or never.", who, asked)
	case t.between(at, ret):
		t.say(at, "%s %s.", who, asked)
		t.say(ret, "%s, which asked to %s, %s", who, wish(o, t.paths), answered)
	default:
		t.say(at, "%s %s, and %s", who, asked, answered)
	}
}

// given says what a znode was at first: as it was set up, or how often it had
// been written if those writes are left out.
func (t *teller) given(path, data string) string {
	first, out := int32(0), 0
	for _, c := range t.s.changes[path] {
		if c.do == "set" && c.acked && t.items[item{call, c.op}] && (first == 0 || c.version < first) {
			first = c.version
		}
	}
	for _, c := range t.s.changes[path] {
		if c.do == "set" && c.acked && c.version < first {
			out++
		}
	}
	if out > 0 {
		return fmt.Sprintf("%s exists; left out here: %s to it", path, count(out, "earlier write"))
	}
	return fmt.Sprintf("%s exists%s", path, holding(data))
}

// end is the time of the last kept event.
func (t *teller) end() int64 {
	last := t.story.Zero
	for _, i := range t.list {
		if i.kind == call {
			if o := &t.s.run.History[i.index]; o.Out != runlog.Unknown {
				last = max(last, o.Ret)
			}
			continue
		}
		last = max(last, t.s.run.Events[t.s.place(i)].T)
	}
	return last
}

// between says whether another kept item begins or ends within a call.
func (t *teller) between(from, to int) bool {
	for _, i := range t.list {
		at := t.s.place(i)
		if i.kind == call && t.s.run.History[i.index].Client == 0 {
			continue
		}
		if at > from && at < to {
			return true
		}
		if i.kind == call {
			if ret := t.s.rets[i.index]; ret > from && ret < to {
				return true
			}
		}
	}
	return false
}

func (t *teller) event(at int) {
	e := &t.s.run.Events[at]
	who := fmt.Sprintf("c%d", e.Client-1)
	switch {
	case e.Kind == runlog.Watch:
		what := map[string]string{"data": "has a new value", "created": "was created", "deleted": "was deleted", "children": "has other children"}[e.Text]
		t.say(at, "A watch tells %s that %s %s.", who, e.Path, what)
		t.span(who, e.T, e.T, false, "read", "watch: %s %s", e.Path, e.Text)
	case e.Kind != runlog.Expired && e.Kind != runlog.Lost:
		long, short, class := eventText(e)
		if e.Kind == runlog.Checkpoint && t.jobs() > 1 {
			name := "job " + runlog.JobName(e.Job)
			long, short = upper(name)+": "+long, name+": "+short
		}
		t.say(at, "%s", long)
		t.span(laneOf(e), e.T, e.T, false, class, "%s", short)
	case e.Kind == runlog.Expired:
		t.say(at, "%s learns that its session %#x has expired.", who, uint64(e.Session))
		t.span(who, e.T, e.T, false, "server", "session expired")
	case e.Text != checker.Closed:
		t.say(at, "%s loses its connection.", who)
		t.span(who, e.T, e.T, false, "server", "connection lost")
	default:
		t.say(at, "%s closes its session %#x.", who, uint64(e.Session))
		t.span(who, e.T, e.T, false, "server", "session closed")
	}
}

// final tells what a server held at the end, of the znodes that count.
func (t *teller) final(tree int) {
	tr := &t.s.trees[tree]
	held := map[string]bool{}
	var list []string
	for _, f := range tr.finals {
		e := &t.s.run.Events[f]
		held[e.Path] = true
		if t.told(e.Path) {
			text := fmt.Sprintf("%s is %q, version %d", e.Path, e.Data, e.Version)
			if t.check == "servers-agree" {
				text += fmt.Sprintf(", created by transaction %s, changed by %s", zxidText(e.Czxid), zxidText(e.Mzxid))
			}
			if e.Owner != 0 {
				text += fmt.Sprintf(", ephemeral of session %#x", uint64(e.Owner))
			}
			list = append(list, text)
		}
	}
	var lacks []string
	for path := range t.paths {
		if _, made := t.s.nodes[path]; t.told(path) && (made || t.held[path]) && !held[path] {
			lacks = append(lacks, "there is no "+path)
		}
	}
	slices.Sort(lacks)
	list = append(list, lacks...)
	if len(list) == 0 {
		list = []string{"it holds none of these znodes"}
	}
	asOf := ""
	if z := t.s.run.Events[tr.end].Zxid; z != 0 && byNumber[t.check] {
		asOf = fmt.Sprintf(", as of transaction %s", zxidText(z))
	}
	t.say(tr.end, "At the end, after a sync, n%d is read%s: %s.", tr.node, asOf, strings.Join(list, "; "))
	at := t.s.run.Events[tr.end].T
	t.span(fmt.Sprintf("n%d", tr.node), at, at, false, "final", "%s", strings.Join(list, "; "))
}

// told says whether a znode is worth a word: not one that is kept only because
// others are below it.
func (t *teller) told(path string) bool {
	if !t.paths[path] || path == "/" {
		return false
	}
	for other := range t.paths {
		if parent(other) == path {
			return false
		}
	}
	return true
}
