package witness

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

// replay carries the history out in the order of the zxids and holds each
// answer to the tree. It stops, false, at the first that does not fit.
func (j *judge) replay() bool {
	j.noteLastWrites()
	next := 0
	for k, it := range j.items {
		j.now = k
		for next < len(j.pins) && j.pins[next].zxid <= it.zxid {
			p := &j.pins[next]
			if !j.pinned(p) {
				return j.refute(PrefixReads, p.op, j.znodes[p.id].path, fmt.Sprintf("It shows %s as changed by the transaction %#x, and no write fits that.", j.znodes[p.id].path, p.zxid))
			}
			next++
		}
		if !j.item(it) {
			return false
		}
	}
	return true
}

// noteLastWrites finds by when each session was alive, if any can own znodes.
func (j *judge) noteLastWrites() {
	if !j.owners {
		return
	}
	for k, it := range j.items {
		if it.read || j.kinds[it.op] != writes {
			continue
		}
		j.lastWrite[sessionOf(&j.in.Ops[it.op])] = k
	}
}

func (j *judge) item(it item) bool {
	if n := len(j.in.Ops); int(it.op) >= n {
		return j.final(it.op, &j.in.Finals[int(it.op)-n])
	}
	o := &j.in.Ops[it.op]
	switch j.kinds[it.op] {
	case writes:
		return j.write(it.op, o)
	case refused:
		return j.refusedWrite(it.op, o)
	case syncs:
		j.at[it.op] = int32(len(j.entries))
		return true
	}
	return j.read(it.op, o)
}

// refute notes that an answer does not fit.
func (j *judge) refute(p Promise, op int32, path, what string) bool {
	if j.orphan != 0 {
		p, what = Owned, what+fmt.Sprintf(" It was ephemeral, and its session %#x wrote on later.", uint64(j.orphan))
	}
	b := Breach{Promise: p, Path: path, Ops: []int{int(op)}, Guessed: j.doubtful(path)}
	if j.culprit != noOp {
		b.Ops = []int{int(j.culprit), int(op)}
	}
	if n := len(j.in.Ops); int(op) >= n {
		b.Why = fmt.Sprintf("The final read of n%d does not fit what the order of the zxids makes. %s", j.in.Finals[int(op)-n].Node, what)
	} else {
		b.Why = fmt.Sprintf("The order of the zxids does not explain %s. %s", tell(&j.in.Ops[op]), what)
	}
	j.breach(b)
	return false
}

func (j *judge) write(op int32, o *runlog.Operation) bool {
	parts := j.parts(op)
	session := sessionOf(o)
	for round := 0; ; round++ {
		if !j.versions(parts) {
			break
		}
		parts = j.parts(op)
		err, i := j.try(parts, session)
		if err == "" {
			j.doing = op
			j.apply(parts, session, exactly(o.Result.Zxid))
			j.doing = noOp
			if !j.shown(o) {
				return j.refute(Replay, op, o.Path, j.statWhy(j.zid[op], &o.Result))
			}
			j.at[op] = int32(len(j.entries))
			j.entries = append(j.entries, op)
			return true
		}
		p := parts[i]
		if round > 2*len(parts)+2 || !j.enable(&p, err) {
			break
		}
		parts = j.parts(op)
	}
	parts = j.parts(op)
	err, i := j.try(parts, session)
	path, what := o.Path, ""
	if err != "" {
		path = j.pathOf(&parts[i], o)
		what = fmt.Sprintf("At that place %s, so it would have given %s.", j.state(parts[i].id, parts[i].up), err)
	} else {
		what = fmt.Sprintf("At that place %s.", j.state(parts[0].id, parts[0].up))
	}
	return j.refute(Replay, op, path, what)
}

// versions settles the versions that a write's answer shows it was made on.
func (j *judge) versions(parts []part) bool {
	for i := range parts {
		p := parts[i]
		if p.verb != sets || p.shown <= 0 {
			continue
		}
		// Earlier parts of the same multi may have set it, too.
		before := int32(1)
		for k := range i {
			if parts[k].verb == sets && parts[k].id == p.id {
				before++
			}
		}
		if n := &j.znodes[p.id]; n.exists && n.version == p.shown-before {
			continue
		}
		made := false
		for k := range i {
			made = made || parts[k].verb == creates && parts[k].id == p.id
		}
		if !made && !j.settle(p.id, exists.at(p.shown-before)) {
			return false
		}
	}
	return true
}

// enable lets a part succeed that would give err.
func (j *judge) enable(p *part, err string) bool {
	switch err {
	case errNoNode:
		if p.verb == creates {
			return j.settle(p.up, exists)
		}
		return j.settle(p.id, exists.guarded(p.guard))
	case errBadVersion:
		return j.settle(p.id, exists.guarded(p.guard))
	case errNodeExists:
		return j.settle(p.id, gone)
	case errNotEmpty:
		return j.empty(p.id)
	}
	return false
}

// refusedWrite holds a refusal to the tree.
func (j *judge) refusedWrite(op int32, o *runlog.Operation) bool {
	want, only := refusal(o), failedPart(o)
	fits := func() bool {
		err, i := j.try(j.parts(op), sessionOf(o))
		return err == want && (only < 0 || only == i)
	}
	for i := 0; !fits(); i++ {
		parts := j.parts(op)
		if i == len(parts) {
			p := &parts[max(only, 0)]
			return j.refute(Replay, op, j.pathOf(p, o), fmt.Sprintf("At that place %s.", j.state(p.id, p.up)))
		}
		if p := parts[i]; only < 0 || i == only {
			j.disable(&p, want)
			j.guessed = j.guessed || len(o.Parts) > 1 && only < 0
		}
	}
	j.at[op] = int32(len(j.entries))
	j.entries = append(j.entries, op)
	return true
}

// disable lets a part give an error, if something hidden can have that effect.
func (j *judge) disable(p *part, err string) {
	switch {
	case err == errNoNode && p.verb == creates:
		j.settle(p.up, gone)
	case err == errNoNode:
		j.settle(p.id, gone)
	case err == errNoChildren && p.verb == creates:
		j.settle(p.up, want{exists: true, version: anyVersion, not: -1, fleeting: true})
	case err == errBadVersion && p.guard >= 0:
		j.settle(p.id, exists.but(p.guard))
	case err == errNodeExists && p.id >= 0:
		j.settle(p.id, exists)
	case err == errNotEmpty && p.id >= 0:
		if !j.settle(p.id, exists.guarded(p.guard)) || j.znodes[p.id].kids > 0 {
			return
		}
		for kid := range j.znodes {
			if j.znodes[kid].parent == p.id && j.settle(int32(kid), exists) {
				return
			}
		}
	}
}

func (j *judge) read(op int32, o *runlog.Operation) bool {
	id := j.zid[op]
	n := &j.znodes[id]
	k := j.kinds[op]
	w := gone
	if !missing(o) {
		w = want{exists: true, version: anyVersion, not: -1, czxid: o.Result.Czxid, mzxid: o.Result.Mzxid, owner: o.Result.Owner}
		if k != lists {
			w.version = o.Result.Version
		}
		if k == gets {
			w.data, w.shown = o.Result.Data, true
		}
	}
	if id == 0 && k != lists {
		j.at[op] = int32(len(j.entries)) // the root is not the history's
		return true
	}
	// The common case first: nothing is hidden.
	if n.exists != w.exists || w.exists && (w.version != anyVersion && n.version != w.version || w.shown && (n.open || n.data != w.data)) {
		if !j.settle(id, w) {
			return j.refute(PrefixReads, op, o.Path, fmt.Sprintf("At that place %s.", j.state(id, -1)))
		}
		n = &j.znodes[id]
	}
	if k == lists && w.exists {
		if !j.children(id, o.Result.Kids) {
			return j.refute(PrefixReads, op, o.Path, fmt.Sprintf("At that place %s has %d children of those that it shows, and %d in all.", o.Path, j.present(id, o.Result.Kids), j.znodes[id].kids))
		}
		n = &j.znodes[id]
	}
	if w.exists && !j.stat(id, &o.Result) {
		j.guessed = j.guessed || len(j.ends) > 0 // when a session ended, or a znode was removed, is not known to the zxid
		return j.refute(PrefixReads, op, o.Path, j.statWhy(id, &o.Result))
	}
	j.at[op] = int32(len(j.entries))
	if k == lists && w.exists {
		j.chain(&n.listers, op)
	} else {
		j.chain(&n.readers, op)
	}
	return true
}

// own is ZooKeeper's own znode, which no history creates.
const own = "zookeeper"

// children settles which children a znode has.
func (j *judge) children(id int32, kids []string) bool {
	shown, names := 0, j.kidsByName(id)
	for _, name := range kids {
		if id == 0 && name == own {
			continue
		}
		shown++
		kid, named := names[name]
		if !named {
			path := j.znodes[id].path + "/" + name
			if id == 0 {
				path = "/" + name
			}
			kid = j.intern(path)
		}
		if !j.znodes[kid].exists && !j.settle(kid, exists) {
			return false
		}
	}
	if int(j.znodes[id].kids) == shown {
		return true
	}
	listed := make(map[string]bool, len(kids))
	for _, name := range kids {
		listed[name] = true
	}
	up := j.znodes[id].path
	if id == 0 {
		up = ""
	}
	for kid := range j.znodes {
		n := &j.znodes[kid]
		if n.parent == id && n.exists && !listed[n.path[len(up)+1:]] && !j.settle(int32(kid), gone) {
			return false
		}
	}
	return int(j.znodes[id].kids) == shown
}

func (j *judge) present(id int32, kids []string) int {
	n, names := 0, j.kidsByName(id)
	for _, name := range kids {
		if kid, named := names[name]; named && j.znodes[kid].exists {
			n++
		}
	}
	return n
}

// final holds what a server held at the end to the tree.
func (j *judge) final(op int32, f *Final) bool {
	ids := make([]int32, 0, len(f.Znodes))
	for _, e := range f.Znodes {
		if e.Path == "/" || e.Path == "/"+own || len(e.Path) > len(own)+1 && e.Path[:len(own)+2] == "/"+own+"/" {
			continue
		}
		id := j.intern(e.Path)
		ids = append(ids, id)
		w := want{exists: true, version: e.Version, not: -1, data: e.Data, shown: true, czxid: e.Czxid, mzxid: e.Mzxid, owner: e.Owner}
		if !j.settle(id, w) || !j.stat(id, e) {
			return j.refute(Durable, op, e.Path, fmt.Sprintf("It holds %s as %q, version %d, but at that place %s.", e.Path, e.Data, e.Version, j.state(id, -1)))
		}
	}
	there := make([]bool, len(j.znodes))
	for _, id := range ids {
		there[id] = true
	}
	for id := 1; id < len(j.znodes); id++ {
		if n := &j.znodes[id]; n.exists && !there[id] && !j.settle(int32(id), gone) {
			return j.refute(Durable, op, n.path, fmt.Sprintf("It lacks %s, but at that place %s.", n.path, j.state(int32(id), -1)))
		}
	}
	j.at[op] = int32(len(j.entries))
	j.until[op] = j.at[op]
	return true
}

func (j *judge) pathOf(p *part, o *runlog.Operation) string {
	switch {
	case p.id >= 0:
		return j.znodes[p.id].path
	case o.Path != "":
		return o.Path
	}
	return j.znodes[p.up].path
}

// state says in words what a znode is now, and who made it so.
func (j *judge) state(id, up int32) string {
	if id < 0 {
		id = up
	}
	n := &j.znodes[id]
	text := fmt.Sprintf("%s is %q, version %d", n.path, n.data, n.version)
	switch {
	case !n.exists && n.by == noOp:
		return n.path + " does not exist"
	case !n.exists:
		text = n.path + " does not exist any more"
	case n.open:
		text = fmt.Sprintf("%s has version %d", n.path, n.version)
	}
	if n.by == noOp {
		return text
	}
	j.culprit = n.by
	return text + ", by " + tell(&j.in.Ops[n.by])
}
