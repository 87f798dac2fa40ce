package checker

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// problems takes a run apart into questions that do not depend on each other.
func (r *Run) problems() []*problem {
	g := &gatherer{run: r, group: map[string]string{}}
	g.look()
	names := g.names()
	for i := range r.History {
		g.operation(i, names)
	}
	g.sessions()
	g.join()
	groups := map[string][]*operation{}
	for _, o := range g.ops {
		root := g.find(o.first())
		groups[root] = append(groups[root], o)
	}
	roots := make([]string, 0, len(groups))
	for root := range groups {
		roots = append(roots, root)
	}
	sort.Strings(roots)
	members := map[string][]string{}
	for path := range g.group {
		if !g.fleeting[path] && path != "/" {
			root := g.find(path)
			members[root] = append(members[root], path)
		}
	}
	list := make([]*problem, len(roots))
	for i, root := range roots {
		list[i] = newProblem(append(groups[root], r.snapshots(members[root])...))
	}
	return list
}

// gatherer makes the operations of a run's problems.
type gatherer struct {
	run *Run
	ops []*operation
	// group is a union-find forest over paths.
	group map[string]string
	// unsteady are the znodes that a client other than the setup's created or
	// somebody deleted: a create below one may find it missing. fleeting are
	// those that at some time were ephemeral, or the servers' to remove.
	unsteady, fleeting map[string]bool
	// emptied are the znodes that somebody tried to delete.
	emptied map[string]bool
	// last is by session the last call that was answered well.
	last map[int64]int64
}

func (g *gatherer) look() {
	g.unsteady, g.fleeting, g.emptied = map[string]bool{}, map[string]bool{}, map[string]bool{}
	g.last = map[int64]int64{}
	for i := range g.run.History {
		o := &g.run.History[i]
		if o.Out == runlog.OK {
			g.last[session(o)] = max(g.last[session(o)], o.Call)
		}
		for _, e := range g.run.effects(i) {
			switch e.kind {
			case opCreate:
				g.unsteady[e.path] = g.unsteady[e.path] || o.Client != 0 || o.Out == runlog.Unknown || e.passing
				g.fleeting[e.path] = g.fleeting[e.path] || e.fleeting()
				g.emptied[e.path] = g.emptied[e.path] || e.passing
			case opDelete:
				g.unsteady[e.path], g.emptied[e.path] = true, true
			}
		}
	}
}

func (g *gatherer) find(path string) string {
	up, known := g.group[path]
	if !known || up == path {
		g.group[path] = path
		return path
	}
	root := g.find(up)
	g.group[path] = root
	return root
}

// union keeps the least path as the root, so that equal runs have equal
// problems in the same order.
func (g *gatherer) union(a, b string) {
	a, b = g.find(a), g.find(b)
	g.group[max(a, b)] = min(a, b)
}

// join puts into one group what depends on each other: the znodes of one
// operation, and where somebody lists or deletes a znode, those below it.
func (g *gatherer) join() {
	listed := map[string]bool{}
	for _, o := range g.ops {
		first := o.first()
		for path := range o.touched {
			g.union(first, path)
		}
		if o.kind == lists {
			listed[o.path] = true
		}
	}
	for path := range g.group {
		if up := parent(path); listed[up] || g.emptied[up] {
			g.union(path, up)
		}
	}
}

// operation adds what one call says, if it says anything.
func (g *gatherer) operation(at int, names map[*runlog.Operation]map[int]string) {
	o := &g.run.History[at]
	op := &operation{
		call: o.Call, ret: o.Ret, client: o.Client, session: session(o), at: -1,
		about: func() string { return describe(o) },
	}
	switch o.Op {
	case opGet, opExists, opChildren:
		if g.read(o, op) {
			g.ops = append(g.ops, op)
		}
		return
	case opSet, opCreate, opDelete, opMulti:
	default:
		return // a sync changes nothing and shows nothing
	}
	op.kind = writes
	if o.Out == runlog.Unknown {
		op.vague, op.ret = true, never
	}
	if o.Out == runlog.Fail && !op.refuse(o) {
		return
	}
	for i, e := range g.run.effects(at) {
		if e.nameless && op.refused == "" {
			if e.path = names[o][i]; e.path == "" {
				continue // nobody saw its znode: it tells nothing, done or not
			}
		}
		above := -1
		if up := parent(e.path); e.kind == opCreate && up != "/" && (g.unsteady[up] || op.refused == errNoNode) {
			above = 0
		}
		op.parts = append(op.parts, part{effect: e, parent: above})
	}
	if len(op.parts) > 0 {
		g.ops = append(g.ops, op)
	}
}

// read fills in a read. It is false for one that says nothing.
func (g *gatherer) read(o *runlog.Operation, op *operation) bool {
	op.kind = map[string]kind{opGet: reads, opExists: looks, opChildren: lists}[o.Op]
	op.path, op.data, op.version = o.Path, o.Result.Data, o.Result.Version
	switch {
	case o.Out == runlog.Fail && o.Result.Err == errNoNode, o.Op == opExists && o.Out == runlog.OK && o.Result.Version == -1:
		op.refused = errNoNode
	case o.Out != runlog.OK:
		return false
	case o.Op == opChildren:
		for _, kid := range o.Result.Kids {
			if o.Path == "/" {
				if kid != "zookeeper" { // ZooKeeper's own, which no history creates
					op.kids = append(op.kids, "/"+kid)
				}
				continue
			}
			op.kids = append(op.kids, o.Path+"/"+kid)
		}
		slices.Sort(op.kids)
	}
	return true
}

// refuse notes which error a write was refused with, and at which part. It is
// false for errors that say nothing about the znodes.
func (op *operation) refuse(o *runlog.Operation) bool {
	op.refused = o.Result.Err
	for i, p := range o.Result.Parts {
		if p.Err != "" && p.Err != "ok" && p.Err != "RuntimeInconsistency" {
			op.refused, op.at = p.Err, i
			break
		}
	}
	switch op.refused {
	case errNoNode, errBadVersion, errNodeExists, errNotEmpty:
		return true
	}
	return false
}

// sessions adds the ends of sessions that made ephemeral znodes. A session was
// alive while its calls were answered; when it ended nobody knows. A znode that
// the servers may remove is one of a session of its own.
func (g *gatherer) sessions() {
	made := map[int64]map[string]bool{}
	var removals []*operation
	for _, o := range g.ops {
		for i := range o.parts {
			e := &o.parts[i]
			switch {
			case o.refused != "":
			case e.passing:
				e.owner = -1 - int64(len(removals))
				removals = append(removals, &operation{
					kind: expires, call: o.call, ret: never, vague: true, client: -1, session: e.owner, path: e.path, at: -1,
					about: func() string { return fmt.Sprintf("the removal of %s by the servers", e.path) },
				})
			case e.ephemeral:
				e.owner = o.session
				if made[o.session] == nil {
					made[o.session] = map[string]bool{}
				}
				made[o.session][e.path] = true
			}
		}
	}
	g.ops = append(g.ops, removals...)
	for id, paths := range made {
		for path := range paths {
			g.ops = append(g.ops, &operation{
				kind: expires, call: g.last[id], ret: never, vague: true, client: -1, session: id, path: path, at: -1,
				about: func() string { return fmt.Sprintf("the end of session %#x", uint64(id)) },
			})
		}
	}
	// Maps have no order, and equal runs must be judged equally.
	sort.SliceStable(g.ops, func(i, j int) bool {
		a, b := g.ops[i], g.ops[j]
		if a.call != b.call {
			return a.call < b.call
		}
		return a.kind == expires && b.kind == expires && a.path < b.path
	})
}

// snapshots are the final reads of some znodes: one operation for each server,
// or for all that saw the same. Znodes that were ephemeral, or that the servers
// may remove, are left out: when they go is not the client's doing.
func (r *Run) snapshots(paths []string) []*operation {
	sort.Strings(paths)
	var list []*operation
	for i := range r.trees {
		t := &r.trees[i]
		o := &operation{kind: snapshot, call: r.done + 1, ret: max(t.at, r.done+1), client: -t.node, at: -1}
		for _, path := range paths {
			w := sight{path: path}
			if e := t.znodes[path]; e != nil {
				w.want = cell{exists: true, data: e.Data, version: e.Version}
			}
			o.seen = append(o.seen, w)
		}
		same := slices.IndexFunc(list, func(l *operation) bool { return slices.Equal(l.seen, o.seen) })
		switch {
		case len(paths) == 0:
		case same >= 0:
			list[same].ret = max(list[same].ret, o.ret)
		default:
			o.about = func() string { return final(t.node, o.seen) }
			list = append(list, o)
		}
	}
	return list
}

// final describes the final reads of a server.
func final(node int, seen []sight) string {
	var b strings.Builder
	fmt.Fprintf(&b, "the final read on n%d", node)
	for i, w := range seen {
		switch {
		case i == 3:
			fmt.Fprintf(&b, " and %d more", len(seen)-i)
			return b.String()
		case w.want.exists:
			fmt.Fprintf(&b, ", %s = %q version %d", w.path, w.want.data, w.want.version)
		default:
			fmt.Fprintf(&b, ", no %s", w.path)
		}
	}
	return b.String()
}
