package witness

// want is what an answer says a znode was.
type want struct {
	exists bool
	// version is anyVersion where the answer does not say; not is a version that
	// it was not, -1 if none.
	version, not int32
	data         string
	shown        bool // data is known
	czxid, mzxid uint64
	owner        int64
	fleeting     bool // it is ephemeral
}

const anyVersion = -1 << 31

var (
	gone   = want{version: anyVersion, not: -1}
	exists = want{exists: true, version: anyVersion, not: -1}
)

func (w want) at(version int32) want {
	w.version = version
	return w
}

// guarded is w at the version that a guard asks for, if it asks for any.
func (w want) guarded(guard int32) want {
	if guard < 0 {
		return w
	}
	return w.at(guard)
}

func (w want) but(version int32) want {
	w.not = version
	return w
}

// settle makes the znode what an answer says it was, by hidden transactions
// placed right before the current item, which is as late as they can be: so
// they meet the weakest bound on their calls. It is false if none can have
// done that.
func (j *judge) settle(id int32, w want) bool {
	n := &j.znodes[id]
	if !w.exists {
		return !n.exists || j.remove(id)
	}
	if n.exists && w.czxid != 0 && (w.czxid < n.czxid.lo || w.czxid > n.czxid.hi) && !j.remove(id) {
		return false
	}
	if n.exists && w.fleeting && n.owner == 0 && !j.remove(id) {
		return false
	}
	if n.exists && w.version != anyVersion && n.version > w.version && !j.remove(id) {
		return false
	}
	if n.exists && w.shown && n.version == w.version && !n.open && n.data != w.data && !j.remove(id) {
		return false
	}
	if !n.exists && !j.create(id, w) {
		return false
	}
	n = &j.znodes[id] // create may have moved the znodes
	if w.not >= 0 && n.version == w.not && !j.set(id, hidden{}, j.since(id)) {
		return false
	}
	for w.version != anyVersion && n.version < w.version {
		h := hidden{}
		if n.version+1 == w.version {
			h.data, h.shown = w.data, w.shown
		}
		if !j.set(id, h, j.since(id)) {
			return false
		}
		if n.version > w.version {
			return false // a multi that sets twice
		}
	}
	if w.version != anyVersion && n.version != w.version {
		return false
	}
	return !w.shown || j.holds(n, w.data)
}

// holds says whether a znode's value is data; a value that no answer has shown
// yet becomes it.
func (j *judge) holds(n *znode, data string) bool {
	if n.open {
		h := &j.hidden[n.hole]
		h.data, h.shown = data, true
		n.open, n.data = false, data
		return true
	}
	return n.data == data
}

// since is when a hidden change of a znode can have been: after the last known
// one, and before the current item.
func (j *judge) since(id int32) stamp { return stamp{j.znodes[id].mzxid.lo + 1, j.before()} }

// before is the latest zxid that a hidden transaction before the current item
// can have: a read's own is of what it has seen.
func (j *judge) before() uint64 {
	if j.now >= len(j.items) {
		return 1<<64 - 1
	}
	if it := j.items[j.now]; it.read {
		return it.zxid
	}
	return j.items[j.now].zxid - 1
}

// set puts a lost set before the current item. Which one it was is left open:
// match decides when all that must have happened is known. Only a multi, which
// touches other znodes, too, is chosen at once.
func (j *judge) set(id int32, h hidden, z stamp) bool {
	if j.lost.count == 0 {
		return false
	}
	n := &j.znodes[id]
	if j.lost.multis[id] {
		j.guessed = j.guessed || !h.shown
		single := j.singleSet(id, h)
		if !single || !h.shown && j.lost.free[id] == 0 {
			if c, ok := j.latest(j.lost.sets[id], func(c candidate) bool { return j.multiSet(c, h) }); ok {
				j.take(c, -1, 0, z)
				return true
			}
		}
	}
	if j.lost.free[id] == 0 || h.shown && !j.singleSet(id, h) {
		return false
	}
	j.lost.free[id]--
	j.applySet(id, h.data, z)
	h.op, h.id, h.version, h.due = -1, id, n.version, j.dueNow()
	k := j.hide(h)
	n.hole, n.open = k, !h.shown
	return true
}

// singleSet says whether there is a lost set, not part of a multi, that fits.
// It may be needed elsewhere: that is for match to find.
func (j *judge) singleSet(id int32, h hidden) bool {
	due, version := j.dueNow(), j.znodes[id].version
	list := j.lost.sets[id]
	if h.shown {
		list = j.lost.values[value{id, h.data}]
	}
	for _, c := range list {
		o := &j.in.Ops[c.op]
		if o.Call > due {
			break
		}
		if !h.shown && j.lost.placed[value{id, o.Data}] && j.lost.multis[id] {
			continue // it has a place of its own
		}
		if o.Op == "set" && (o.Version < 0 || o.Version == version) {
			return true
		}
	}
	return false
}

// multiSet says whether a lost multi fits a hole.
func (j *judge) multiSet(c candidate, h hidden) bool {
	o := &j.in.Ops[c.op]
	return o.Op == "multi" && (!h.shown || o.Parts[c.part].Data == h.data)
}

// remove lets a znode go: by a lost delete, by the end of its session, or by the
// servers, if it is one that they may remove.
func (j *judge) remove(id int32) bool {
	n := &j.znodes[id]
	if n.kids > 0 && !j.empty(id) {
		return false
	}
	z := j.since(id)
	_, over := j.ended[n.owner]
	mayEnd := n.owner != 0 && !over && j.lastWrite[n.owner] < j.now
	// Where both are possible, the lost delete explains less, unless it is a
	// multi: so it binds less of what comes later.
	if c, ok := j.latest(j.lost.deletes[id], func(c candidate) bool { return !mayEnd || j.in.Ops[c.op].Op != "multi" }); ok {
		j.guessed = j.guessed || mayEnd
		j.take(c, -1, 0, z)
		return !j.znodes[id].exists // a multi may make it anew
	}
	if mayEnd {
		j.guessed = j.guessed || len(j.lost.deletes[id]) > 0
		j.end(n.owner, z)
		return true
	}
	if n.passing {
		j.guessed = j.guessed || len(j.lost.deletes[id]) > 0
		j.reap(id, z)
		return true
	}
	j.orphan = n.owner
	return false
}

// empty lets a znode's children go.
func (j *judge) empty(id int32) bool {
	for kid := range j.znodes {
		if k := &j.znodes[kid]; k.exists && k.parent == id && !j.remove(int32(kid)) {
			return false
		}
	}
	return true
}

// end ends a session, and with it all its ephemeral znodes.
func (j *judge) end(session int64, z stamp) {
	j.ended[session] = int32(len(j.entries))
	first := int32(-1)
	j.hiding = true
	for id := range int32(len(j.znodes)) {
		if n := &j.znodes[id]; n.exists && n.owner == session {
			j.applyDelete(id, z)
			if first < 0 {
				first = id
			}
			j.fates = append(j.fates, [2]int32{first, id})
		}
	}
	j.hiding = false
	j.ends = append(j.ends, first)
	j.hide(hidden{op: -1, id: -1, session: session})
}

// reap lets the servers remove a znode.
func (j *judge) reap(id int32, z stamp) {
	j.hiding = true
	j.applyDelete(id, z)
	j.hiding = false
	j.ends = append(j.ends, id)
	j.hide(hidden{op: -1, id: -1, reaps: j.znodes[id].path})
}

// create makes a znode by a lost create.
func (j *judge) create(id int32, w want) bool {
	return j.createAt(id, w, j.since(id))
}

func (j *judge) createAt(id int32, w want, z stamp) bool {
	if j.lost.count == 0 || id == 0 {
		return false
	}
	up := j.znodes[id].parent
	if !j.znodes[up].exists && !j.create(up, exists) {
		return false
	}
	shown := w.shown && w.version == 0
	fits := func(c candidate) bool {
		p := j.parts(c.op)[c.part]
		return (!shown || p.data == w.data) && (!w.fleeting || p.ephemeral)
	}
	c, ok := j.latest(j.lost.creates[id], fits)
	if !ok {
		path := j.znodes[id].path
		if len(path) <= sequenceDigits {
			return false
		}
		if c, ok = j.latest(j.lost.nameless[path[:len(path)-sequenceDigits]], fits); !ok {
			return false
		}
	}
	j.take(c, id, w.owner, z)
	return j.znodes[id].exists
}

// sequenceDigits is how many digits ZooKeeper puts behind a sequential name.
const sequenceDigits = 10
