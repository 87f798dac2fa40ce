package witness

import (
	"strings"

	"github.com/schismlab/schism/runlog"
)

// stamp is a zxid in a Stat, as exactly as it is known: at least lo, at most hi.
type stamp struct{ lo, hi uint64 }

func exactly(z uint64) stamp { return stamp{z, z} }

// admits narrows the stamp to z, which an answer showed. It is false if that
// cannot be.
func (s *stamp) admits(z uint64) bool {
	if z == 0 {
		return true
	}
	if z < s.lo || z > s.hi {
		return false
	}
	*s = exactly(z)
	return true
}

// znode is a path that the history names, whether it exists or not.
type znode struct {
	path   string
	parent int32
	exists bool
	// open: the value is a lost write's that no answer has shown yet; hole is
	// that hidden entry.
	open    bool
	hole    int32
	data    string
	version int32
	owner   int64
	passing bool // the servers may remove it when it has no children
	// by is the operation that changed it last, or noOp.
	by int32

	czxid, mzxid, pzxid stamp
	kids, creates       int32
	// cversion is between clo and chi; pre counts changes that an answer has
	// shown in it and that were not placed yet.
	clo, chi, pre int32

	// readers and listers chain the reads that hold as long as nothing changes:
	// of the znode, and of its children. -1 ends a chain.
	readers, listers int32
	// kid is the child that was numbered last, next the one numbered before this
	// znode under the same parent. -1 ends a chain.
	kid, next int32
	byName    map[string]int32 // see kidsByName
}

// intern numbers a path, and those above it.
func (j *judge) intern(path string) int32 {
	if id, ok := j.byPath[path]; ok {
		return id
	}
	up := int32(-1)
	if path != "/" {
		up = j.intern(path[:max(strings.LastIndexByte(path, '/'), 1)])
	}
	id := int32(len(j.znodes))
	j.byPath[path] = id
	n := znode{path: path, parent: up, readers: -1, listers: -1, kid: -1, next: -1, hole: -1, by: noOp}
	if up >= 0 {
		p := &j.znodes[up]
		n.next, p.kid = p.kid, id
		if p.byName != nil {
			p.byName[n.name()] = id
		}
	}
	j.znodes = append(j.znodes, n)
	return id
}

func (n *znode) name() string { return n.path[strings.LastIndexByte(n.path, '/')+1:] }

// kidsByName are the children of a znode. Most are never listed, so it is made
// when somebody asks.
func (j *judge) kidsByName(id int32) map[string]int32 {
	n := &j.znodes[id]
	if n.byName == nil {
		n.byName = map[string]int32{}
		for kid := n.kid; kid >= 0; kid = j.znodes[kid].next {
			n.byName[j.znodes[kid].name()] = kid
		}
	}
	return n.byName
}

// verb is what a part of a write does.
type verb uint8

const (
	sets verb = iota + 1
	creates
	deletes
	checks
)

var verbs = map[string]verb{"set": sets, "create": creates, "delete": deletes, "check": checks}

// part is one effect of a write.
type part struct {
	verb       verb
	id, up     int32 // -1: a sequential create whose name is not known
	data       string
	guard      int32
	ephemeral  bool
	passing    bool
	sequential bool
	// shown is the version that the answer showed after a set, 0 if none.
	shown int32
}

// parts are the effects of an operation. The slice is valid until the next call.
func (j *judge) parts(op int32) []part {
	o := &j.in.Ops[op]
	j.scratch = j.scratch[:0]
	if o.Op != "multi" {
		shown := int32(0)
		if o.Out == runlog.OK {
			shown = o.Result.Version
		}
		j.scratch = append(j.scratch, j.part(verbs[o.Op], o.Path, o.Result.Path, o.Data, o.Mode, o.Version, shown, j.zid[op]))
		return j.scratch
	}
	for i := range o.Parts {
		p := &o.Parts[i]
		given, shown := "", int32(0)
		if o.Out == runlog.OK && i < len(o.Result.Parts) {
			given, shown = o.Result.Parts[i].Path, o.Result.Parts[i].Version
		}
		j.scratch = append(j.scratch, j.part(verbs[p.Op], p.Path, given, p.Data, p.Mode, p.Version, shown, j.intern(p.Path)))
	}
	return j.scratch
}

func (j *judge) part(v verb, path, given, data, mode string, guard, shown, id int32) part {
	p := part{verb: v, id: id, data: data, guard: guard}
	switch v {
	case sets:
		p.shown = shown
	case creates:
		p.guard = -1
		p.up = j.znodes[id].parent
		if mode == "" {
			break
		}
		p.ephemeral, p.sequential = strings.Contains(mode, "ephemeral"), strings.Contains(mode, "sequential")
		p.passing = strings.Contains(mode, runlog.ContainerMode) || strings.Contains(mode, runlog.TTLMode)
		if !p.sequential {
			break
		}
		p.id = -1
		if given != "" && given != path {
			p.id = j.intern(given)
			p.up = j.znodes[p.id].parent
		}
	}
	return p
}

// view is a znode as a write being tried leaves it.
type view struct {
	id      int32
	exists  bool
	version int32
	kids    int32
	owner   int64
}

func (j *judge) viewOf(id int32) *view {
	for i := range j.views {
		if j.views[i].id == id {
			return &j.views[i]
		}
	}
	n := &j.znodes[id]
	j.views = append(j.views, view{id, n.exists, n.version, n.kids, n.owner})
	return &j.views[len(j.views)-1]
}

// try says which error parts would give now, and which of them. The order of
// the tests is ZooKeeper's.
func (j *judge) try(parts []part, session int64) (string, int) {
	j.views = j.views[:0]
	for i := range parts {
		p := &parts[i]
		if p.verb == creates {
			up := j.viewOf(p.up)
			parentless, childless := !up.exists, up.owner != 0
			switch {
			case parentless:
				return errNoNode, i
			case p.id >= 0 && j.viewOf(p.id).exists:
				return errNodeExists, i
			case childless:
				return errNoChildren, i
			}
			j.viewOf(p.up).kids++
			if p.id >= 0 {
				v := j.viewOf(p.id)
				*v = view{id: p.id, exists: true}
				if p.ephemeral {
					v.owner = session
				}
			}
			continue
		}
		v := j.viewOf(p.id)
		switch {
		case !v.exists || p.id == 0 && p.verb == deletes:
			return errNoNode, i
		case p.guard >= 0 && p.guard != v.version:
			return errBadVersion, i
		case p.verb == deletes && v.kids > 0:
			return errNotEmpty, i
		case p.verb == sets:
			v.version++
		case p.verb == deletes:
			v.exists = false
			j.viewOf(j.znodes[p.id].parent).kids--
		}
	}
	return "", 0
}

// apply carries parts out as the entry that comes next; z is when, sure whether
// that is known exactly.
func (j *judge) apply(parts []part, session int64, z stamp) {
	for i := range parts {
		p := &parts[i]
		switch p.verb {
		case sets:
			j.applySet(p.id, p.data, z)
		case creates:
			if p.id >= 0 {
				owner := int64(0)
				if p.ephemeral {
					owner = session
				}
				j.applyCreate(p.id, p.data, owner, z)
				j.znodes[p.id].passing = p.passing
			}
		case deletes:
			j.applyDelete(p.id, z)
		}
	}
}

func (j *judge) applySet(id int32, data string, z stamp) {
	n := &j.znodes[id]
	n.data, n.open, n.hole, n.mzxid, n.by = data, false, -1, z, j.doing
	n.version++
	j.flush(&n.readers)
}

func (j *judge) applyCreate(id int32, data string, owner int64, z stamp) {
	n := &j.znodes[id]
	n.exists, n.open, n.hole, n.data, n.version, n.owner, n.by = true, false, -1, data, 0, owner, j.doing
	n.czxid, n.mzxid, n.pzxid = z, z, z
	n.kids, n.creates, n.clo, n.chi, n.pre = 0, 0, 0, 0, 0
	j.flush(&n.readers)
	j.znodes[n.parent].creates++
	j.touch(n.parent, 1, z)
}

func (j *judge) applyDelete(id int32, z stamp) {
	n := &j.znodes[id]
	n.exists, n.open, n.hole, n.mzxid, n.by = false, false, -1, z, j.doing
	j.flush(&n.readers)
	j.flush(&n.listers)
	j.touch(n.parent, -1, z)
}

// touch notes a change of a znode's children.
func (j *judge) touch(id int32, kids int32, z stamp) {
	n := &j.znodes[id]
	n.kids += kids
	n.chi++
	if n.pre > 0 && j.hiding {
		n.pre--
	} else {
		n.clo++
	}
	if z.lo == z.hi {
		n.pzxid = exactly(max(z.hi, n.pzxid.hi))
	} else {
		n.pzxid.hi = max(z.hi, n.pzxid.hi)
	}
	j.flush(&n.listers)
}

// flush ends what reads saw: the entry that comes next changes it.
func (j *judge) flush(chain *int32) {
	for op := *chain; op >= 0; op = j.link[op] {
		j.until[op] = int32(len(j.entries))
	}
	*chain = -1
}

func (j *judge) chain(head *int32, op int32) {
	j.link[op] = *head
	*head = op
}
