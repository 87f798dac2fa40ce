package counterexample

import (
	"slices"

	"github.com/schismlab/schism/runlog"
)

// part is some of a run: items, and the znodes that count in them.
type part struct {
	items map[item]bool
	paths map[string]bool
}

// closure adds to a part what explains its answers in the whole run: what made
// the znodes, what wrote the values that were shown. Without it, taking away
// would break promises that the run kept.
type closure struct {
	s     *subject
	check string
	part
	todo []item
	// known are the znodes whose existence has been seen to.
	known map[string]bool
}

func (s *subject) close(check string, items []item, paths map[string]bool) part {
	c := &closure{s: s, check: check, part: part{map[item]bool{}, map[string]bool{}}, known: map[string]bool{}}
	for path := range paths {
		c.paths[path] = true
	}
	for _, i := range items {
		c.add(i)
	}
	for before := -1; before != len(c.paths)+len(c.items); {
		before = len(c.paths) + len(c.items)
		c.settle()
	}
	return c.part
}

// settle explains every item once. A znode that begins to count on the way
// makes another round.
func (c *closure) settle() {
	clear(c.known)
	for i := range c.items {
		c.todo = append(c.todo, i)
	}
	for len(c.todo) > 0 {
		i := c.todo[len(c.todo)-1]
		c.todo = c.todo[:len(c.todo)-1]
		c.explain(i)
	}
	if c.check == "watches" {
		c.watched()
	}
}

func (c *closure) add(i item) {
	if !c.items[i] {
		c.items[i] = true
		c.todo = append(c.todo, i)
	}
}

func (c *closure) addCall(op int) { c.add(item{call, op}) }

// pairwise are the checks in which two items break the promise, whatever else
// happened: nothing has to be explained.
var pairwise = map[string]bool{"ephemerals": true, "unique-zxids": true, "session-fifo": true, "servers-agree": true}

func (c *closure) explain(i item) {
	switch i.kind {
	case call:
		c.explainCall(i.index)
	case final:
		for _, at := range c.s.trees[i.index].finals {
			e := &c.s.run.Events[at]
			if !c.paths[e.Path] {
				continue
			}
			c.made(e)
			c.wrote(e.Path, e.Version, e.Data, true)
		}
		if c.check == "bank" || c.check == "counter" {
			c.sums()
		}
		for path := range c.paths { // the order does not matter: this is a closure
			c.exists(path)
		}
	}
}

func (c *closure) explainCall(op int) {
	o := &c.s.run.History[op]
	if o.Op == "multi" && o.Out == runlog.Fail {
		// Which part failed is not always told, so all of them count.
		for _, path := range pathsOf(o) {
			c.paths[path] = true
		}
	}
	for _, path := range pathsOf(o) {
		if !c.paths[path] {
			continue
		}
		c.exists(path)
		c.unit(path, op)
		switch {
		case o.Out == runlog.OK && (o.Op == "get" || o.Op == "exists") && o.Result.Version >= 0:
			c.wrote(path, o.Result.Version, o.Result.Data, o.Op == "get")
		case o.Out == runlog.Fail && o.Op == "set" && o.Version >= 0:
			c.moved(path, o.Version)
		case o.Out != runlog.OK && o.Op == "multi":
			for _, p := range o.Parts {
				if p.Path == path && p.Op != "create" && p.Version >= 0 {
					c.moved(path, p.Version)
				}
			}
		}
	}
	if o.Op == "children" || o.Op == "delete" && o.Out == runlog.Fail {
		c.kids(o.Path)
	}
}

// made keeps what created a znode that a server shows.
func (c *closure) made(e *runlog.Event) {
	for _, ch := range c.s.changes[e.Path] {
		if ch.do == "create" && ch.acked && e.Czxid != 0 && ch.zxid == e.Czxid {
			c.addCall(ch.op)
		}
	}
}

// exists keeps what made a znode, and those above it.
func (c *closure) exists(path string) {
	if path == "" || path == "/" || c.known[path] || pairwise[c.check] {
		return
	}
	c.known[path] = true
	if len(c.s.changes[path]) > 0 {
		c.paths[path] = true
	}
	for _, ch := range c.s.changes[path] {
		// What may have been done without an answer may matter at any time.
		if ch.do == "create" && !c.s.rest(path) || c.s.rest(path) && !ch.acked {
			c.addCall(ch.op)
		}
	}
	c.exists(parent(path))
}

// unit keeps, of a znode that came and went, all of the life that an operation
// falls in: from its create to before the next one. Without zxids that is all
// there is.
func (c *closure) unit(path string, op int) {
	if !c.s.rest(path) || pairwise[c.check] {
		return
	}
	at := c.s.run.History[op].Result.Zxid
	whole := at == 0 || c.s.whole || c.s.nodes[path].opaque
	var sure []change
	for _, ch := range c.s.changes[path] {
		whole = whole || ch.acked && ch.zxid == 0
		if ch.acked {
			sure = append(sure, ch)
		}
	}
	slices.SortStableFunc(sure, func(a, b change) int {
		if a.zxid < b.zxid {
			return -1
		} else if a.zxid > b.zxid {
			return 1
		}
		return 0
	})
	lo, hi := 0, len(sure)
	for i, ch := range sure {
		if !whole && ch.do == "create" && ch.zxid <= at {
			lo = i
		}
		if !whole && ch.do == "create" && ch.zxid > at {
			hi = i
			break
		}
	}
	for _, ch := range sure[lo:hi] {
		c.addCall(ch.op)
	}
}

// wrote keeps what may have written the value that was shown: whoever was told
// that version, or else all whose fate is unknown, and of the value its first
// writer.
func (c *closure) wrote(path string, version int32, data string, withData bool) {
	if pairwise[c.check] {
		return
	}
	sure, first := false, false
	for _, ch := range c.s.changes[path] {
		if ch.acked && ch.do == "set" && ch.version == version {
			c.addCall(ch.op)
			sure = true
		}
		if withData && !first && ch.data == data && ch.do != "delete" {
			c.addCall(ch.op)
			first = true
		}
	}
	for _, ch := range c.s.changes[path] {
		if !sure && !ch.acked && (!withData || ch.data == data) {
			c.addCall(ch.op)
		}
	}
	if prefix, is := prefixOf(path); is && len(c.s.changes[path]) == 0 {
		for _, ch := range c.s.changes[prefix] {
			c.paths[prefix] = true
			c.addCall(ch.op)
		}
	}
}

// moved keeps what took a znode from the version that a guard named.
func (c *closure) moved(path string, guard int32) {
	sure := false
	for _, ch := range c.s.changes[path] {
		if ch.acked && ch.do == "set" && ch.version == guard+1 {
			c.addCall(ch.op)
			sure = true
		}
	}
	for _, ch := range c.s.changes[path] {
		if !sure && !ch.acked && ch.do == "set" {
			c.addCall(ch.op)
		}
	}
}

// kids keeps what may have become of those children of a znode that count.
func (c *closure) kids(path string) {
	for kid := range c.paths {
		if parent(kid) == path {
			c.exists(kid)
			for _, ch := range c.s.changes[kid] {
				if c.s.rest(kid) {
					c.addCall(ch.op)
				}
			}
			if prefix, is := prefixOf(kid); is && len(c.s.changes[kid]) == 0 {
				for _, ch := range c.s.changes[prefix] {
					c.paths[prefix] = true
					c.addCall(ch.op)
				}
			}
		}
	}
}

// sums keeps what a sum over znodes is made of: the accounts as they were set
// up, and the counts whose fate is unknown.
func (c *closure) sums() {
	for path, list := range c.s.changes {
		if c.check == "bank" && top(path) != "/bank" || c.check == "counter" && !c.paths[path] {
			continue
		}
		for _, ch := range list {
			if ch.do == "create" || c.check == "counter" && !ch.acked {
				c.paths[path] = true
				c.addCall(ch.op)
			}
		}
	}
}

// watched keeps, for each watch that fired, the first change that it may have
// told of: later than what its client had been shown by the answers that are
// kept.
func (c *closure) watched() {
	shown, waits := map[int]uint64{}, map[int]bool{}
	for i := range c.s.run.Events {
		e := &c.s.run.Events[i]
		switch {
		case e.Kind == runlog.Expired:
			shown[e.Client] = 0
		case e.Kind == runlog.Ret:
			if op, is := c.s.opOf[i]; is && c.items[item{call, op}] {
				shown[e.Client] = max(shown[e.Client], e.Zxid)
				waits[e.Client] = false
			}
		case e.Kind == runlog.Lost && waits[e.Client]:
			// Answers on the next connection may be of an earlier state.
			c.items[item{event, i}] = true
			waits[e.Client] = false
		case e.Kind == runlog.Watch && c.items[item{event, i}]:
			waits[e.Client] = true
			c.tells(e, shown[e.Client])
		}
	}
}

func (c *closure) tells(e *runlog.Event, shown uint64) {
	best, at := -1, ^uint64(0)
	for path, list := range c.s.changes {
		for _, ch := range list {
			// An ephemeral znode goes without a call of anybody.
			if !fires(e, path, ch.do) && (!ch.ephemeral || !fires(e, path, "delete")) || c.s.run.History[ch.op].Call > e.T {
				continue
			}
			switch {
			case !ch.acked || ch.ephemeral:
				c.paths[path] = true
				c.addCall(ch.op)
			case ch.zxid > shown && ch.zxid < at:
				best, at = ch.op, ch.zxid
			}
		}
	}
	if best >= 0 {
		for _, path := range pathsOf(&c.s.run.History[best]) {
			c.paths[path] = true
		}
		c.addCall(best)
	}
}

// fires says whether a change of a znode is what a watch told of.
func fires(e *runlog.Event, path, do string) bool {
	switch e.Text {
	case "data":
		return path == e.Path && do == "set"
	case "created":
		return path == e.Path && do == "create"
	case "deleted":
		return path == e.Path && do == "delete"
	}
	return parent(path) == e.Path && do != "set"
}
