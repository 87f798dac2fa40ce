package online

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// Alarm is a broken promise, as soon as it is seen.
type Alarm struct {
	// Event is the number of the event that shows it, from 1.
	Event     int64  `json:"event"`
	Check     string `json:"check"`
	Signature string `json:"signature"`
	Why       string `json:"why"`
}

// Judge judges a run event by event. The zero value is ready.
type Judge struct {
	// Events, Calls and Answers count what was seen; Zxids counts the answers
	// that carry one, without which little can be judged.
	Events, Calls, Answers, Zxids int64

	clients map[int]*client
	znodes  map[string]*znode
	// acked is the highest zxid of a write that was answered, and by what.
	acked  uint64
	behind answer
	// recent are the zxids of the writes that were answered since the oldest open
	// call was made; oldest is the highest that was answered before it.
	recent map[uint64]answer
	limit  int // at how many of them it is looked which can be forgotten
	said   map[string]bool
}

// client is what is known of one client.
type client struct {
	open bool
	call runlog.Event
	// floor is the highest zxid of a write answered when the call was made.
	floor  uint64
	before answer

	session int64
	zxid    uint64 // the last that the session was shown
	last    answer // in which that was
	// told is what a watch has told since then, "" for nothing.
	told string
}

// znode is what is known of one.
type znode struct {
	// changed is the zxid of the last acknowledged change, by whom.
	changed uint64
	by      answer
	// mzxid, version and data are what the latest read showed.
	mzxid   uint64
	version int32
	data    string
	seen    answer
}

// Observe takes the next event and says what it breaks, nil for nothing new.
func (j *Judge) Observe(e *runlog.Event) *Alarm {
	if j.clients == nil {
		j.clients, j.znodes = map[int]*client{}, map[string]*znode{}
		j.recent, j.said = map[uint64]answer{}, map[string]bool{}
	}
	j.Events++
	var a *Alarm
	switch e.Kind {
	case runlog.Violated:
		a = alarm("invariants", "", "%s was broken: %s", e.Msg, e.Text)
		a.Signature = e.Msg
	case runlog.Call:
		j.called(e)
	case runlog.Ret:
		a = j.answered(e)
	case runlog.Watch:
		if c := j.clients[e.Client]; c != nil && e.Mode != runlog.Renewed && c.zxid != 0 {
			c.told = fmt.Sprintf("%q of %s", e.Text, e.Path)
		}
	case runlog.Expired:
		delete(j.clients, e.Client)
	}
	if a == nil || j.said[a.Signature] {
		return nil
	}
	j.said[a.Signature] = true
	a.Event = j.Events
	return a
}

// alarm names the promise that was broken and the workload that it is about.
func alarm(check, path, format string, args ...any) *Alarm {
	return &Alarm{Check: check, Signature: strings.TrimSpace(check + " " + top(path)), Why: fmt.Sprintf(format, args...)}
}

// top is the first name of a path: what a signature keeps of it.
func top(path string) string {
	if i := strings.IndexByte(path[min(1, len(path)):], '/'); i >= 0 {
		return path[:i+1]
	}
	return path
}

func (j *Judge) called(e *runlog.Event) {
	j.Calls++
	c := j.clients[e.Client]
	if c == nil {
		c = &client{}
		j.clients[e.Client] = c
	}
	c.open, c.call, c.floor, c.before = true, *e, j.acked, j.behind
}

// answered holds an answer to what came before it.
func (j *Judge) answered(e *runlog.Event) *Alarm {
	j.Answers++
	c := j.clients[e.Client]
	if c == nil || !c.open {
		return nil // expired meanwhile, or a log that package runlog refuses
	}
	c.open = false
	defer j.prune()
	if e.Zxid == 0 || e.Out == runlog.Unknown {
		return nil
	}
	j.Zxids++
	a := j.order(c, e)
	if writes(c.call.Op) {
		a = first(a, j.wrote(c, e))
	} else if e.Out == runlog.OK {
		a = first(a, j.read(c, e))
	}
	return a
}

func first(a, b *Alarm) *Alarm {
	if a != nil {
		return a
	}
	return b
}

func writes(op string) bool {
	switch op {
	case "set", "create", "delete", "multi":
		return true
	}
	return false
}

// order holds an answer's zxid to those that its session was shown before.
func (j *Judge) order(c *client, e *runlog.Event) (a *Alarm) {
	session := e.Session
	if session == 0 {
		session = c.call.Session
	}
	what := answerOf(c, e)
	own := c.session == session && c.zxid != 0
	switch {
	case own && e.Zxid < c.zxid:
		a = alarm("session-fifo", c.call.Path, "A session went back in time: %s came with zxid %#x after %s with %#x.", what, e.Zxid, c.last, c.zxid)
	case own && e.Zxid == c.zxid && writes(c.call.Op) && e.Out == runlog.OK:
		a = alarm("session-fifo", c.call.Path, "%s has the zxid %#x, which its session had been shown before, by %s.", what, e.Zxid, c.last)
	case own && c.told != "" && e.Zxid == c.zxid:
		a = alarm("watches-order", c.call.Path, "c%d was told %s, and then %s came of the earlier state of zxid %#x.", e.Client-1, c.told, what, e.Zxid)
	}
	c.session, c.zxid, c.last, c.told = session, e.Zxid, what, ""
	return a
}

// wrote holds a write to those that were answered before it was called.
func (j *Judge) wrote(c *client, e *runlog.Event) (a *Alarm) {
	if e.Out != runlog.OK {
		return nil
	}
	what := answerOf(c, e)
	switch by, twice := j.recent[e.Zxid]; {
	case twice || e.Zxid == c.floor:
		if !twice {
			by = c.before
		}
		a = alarm("unique-zxids", c.call.Path, "Two writes have the zxid %#x: %s, and %s.", e.Zxid, by, what)
	case e.Zxid < c.floor:
		a = alarm("write-order", c.call.Path, "The zxids go against time: %s has %#x and was called after %s had been answered with %#x.", what, e.Zxid, c.before, c.floor)
	}
	j.recent[e.Zxid] = what
	if e.Zxid > j.acked {
		j.acked, j.behind = e.Zxid, what
	}
	if c.call.Op != "multi" {
		path := c.call.Path
		if c.call.Op == "create" && e.Path != "" {
			path = e.Path
		}
		j.changed(c.call.Op, path, c.call.Mode, e.Zxid, what)
		return a
	}
	for i, p := range c.call.Parts {
		path := p.Path
		if i < len(e.Parts) && e.Parts[i].Path != "" {
			path = e.Parts[i].Path
		}
		j.changed(p.Op, path, p.Mode, e.Zxid, what)
	}
	return a
}

// fleeting says whether a znode of that mode may go without a call of anybody.
func fleeting(mode string) bool {
	return slices.ContainsFunc(strings.Fields(mode), func(word string) bool {
		return word == "ephemeral" || word == runlog.ContainerMode || word == runlog.TTLMode
	})
}

// changed notes an acknowledged change of a znode. Ephemeral znodes, containers
// and those with a time to live go without a call, so nothing is kept of them.
func (j *Judge) changed(op, path, mode string, zxid uint64, by answer) {
	switch {
	case op == "delete":
		delete(j.znodes, path)
	case op == "set" || op == "create" && !fleeting(mode):
		n := j.znode(path)
		if zxid > n.changed {
			n.changed, n.by = zxid, by
		}
	}
}

func (j *Judge) znode(path string) *znode {
	n := j.znodes[path]
	if n == nil {
		n = &znode{}
		j.znodes[path] = n
	}
	return n
}

// read holds what a read shows to the zxid in its answer.
func (j *Judge) read(c *client, e *runlog.Event) *Alarm {
	if c.call.Op != "get" && c.call.Op != "exists" || e.Version < 0 || e.Mzxid == 0 {
		return nil
	}
	path, what := c.call.Path, answerOf(c, e)
	n := j.znodes[path]
	switch {
	case e.Mzxid > e.Zxid:
		return alarm("prefix-reads", path, "%s shows the transaction %#x, but says it is of the state up to %#x.", what, e.Mzxid, e.Zxid)
	case n == nil:
		return nil
	case n.changed != 0 && n.changed <= e.Zxid && e.Mzxid < n.changed:
		return alarm("prefix-reads", path, "%s says it is of the state up to %#x and shows the change of %#x, older than %s of %#x.", what, e.Zxid, e.Mzxid, n.by, n.changed)
	case c.call.Op != "get":
		return nil
	case n.mzxid == e.Mzxid && (n.version != e.Version || n.data != e.Data):
		a := alarm("sequential", path, "One transaction with two results: %s and %s both show the change of zxid %#x.", n.seen, what, e.Mzxid)
		a.Signature = "one-zxid-two-values " + top(path)
		return a
	case e.Mzxid > n.mzxid:
		n.mzxid, n.version, n.data, n.seen = e.Mzxid, e.Version, e.Data, what
	}
	return nil
}

// prune forgets zxids that no write under way can be given rightly: those up to
// the highest that had been answered when the oldest open call was made.
func (j *Judge) prune() {
	if len(j.recent) <= j.limit {
		return
	}
	floor := j.acked
	for _, c := range j.clients { // the least of all: the order does not matter
		if c.open {
			floor = min(floor, c.floor)
		}
	}
	for zxid := range j.recent {
		if zxid <= floor {
			delete(j.recent, zxid)
		}
	}
	j.limit = 2*len(j.recent) + 64
}

// answer is what is kept of an answered operation to tell of it later.
type answer struct {
	client   int
	op, path string
	data     string // what was written, or shown
	out      string
	t        int64
}

func answerOf(c *client, e *runlog.Event) answer {
	a := answer{e.Client - 1, c.call.Op, c.call.Path, c.call.Data, e.Out, e.T}
	if a.op == "get" {
		a.data = e.Data
	}
	return a
}

func (a answer) String() string {
	text := fmt.Sprintf("c%d's %s", a.client, a.op)
	if a.path != "" {
		text += " of " + a.path
	}
	switch {
	case a.op == "set":
		text += fmt.Sprintf(" to %q", a.data)
	case a.op == "get" && a.out == runlog.OK:
		text += fmt.Sprintf(" that showed %q", a.data)
	}
	return fmt.Sprintf("%s (answered at %.3f s)", text, float64(a.t)/1e9)
}

// Checks are the names of the promises that are judged here.
var Checks = []string{"invariants", "session-fifo", "write-order", "unique-zxids", "prefix-reads", "sequential", "watches-order"}

// Left are the checks that need the whole run, or parts of which do.
func Left() []string {
	whole := map[string]bool{"invariants": true, "session-fifo": true, "write-order": true, "unique-zxids": true}
	var list []string
	for _, c := range checker.All() {
		if !whole[c.Name] {
			list = append(list, c.Name)
		}
	}
	return list
}
