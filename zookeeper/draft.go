package zookeeper

import "github.com/schismlab/schism/paxos"

// draft is a tree with changes that are not in it yet: those of one transaction, of
// which the later see what the earlier did (PrepRequestProcessor's outstandingChanges).
// A multi comes back to the same parent with each of its parts, yet each znode is put
// into the tree once, and if nobody wants the tree, not at all.
type draft struct {
	tree Tree
	// drafted are the first n of these, by when they were looked at. There is room for
	// most transactions; when it is used up the changes go into the tree.
	drafted [16]drafted
	n       int
}

// drafted is a znode as the tree has it, and as it is now; nil is none. A znode that
// has changed is the draft's own, and may change again.
type drafted struct {
	path     string
	was, now *znode
}

// at is what is drafted at path. It is good until the next call.
func (d *draft) at(path string) *drafted {
	for i := range d.n {
		if d.drafted[i].path == path {
			return &d.drafted[i]
		}
	}
	if d.n == len(d.drafted) {
		d.tree, d.n = d.done(), 0
	}
	n, r := d.tree.find(path), &d.drafted[d.n]
	d.n++
	*r = drafted{path, n, n}
	return r
}

func (d *draft) find(path string) *znode { return d.at(path).now }

// own is the znode, which must be there, to be changed.
func (r *drafted) own() *znode {
	if r.now == r.was {
		m := *r.was
		r.now = &m
	}
	return r.now
}

// change makes one change. A znode that is not there, or is there already, is
// what a replay over a later snapshot meets: what a change of it did to its parent
// is done again all the same, for the parent may be of an earlier moment
// (ZOOKEEPER-1046, 3125).
func (d *draft) change(c *Change, z paxos.Zxid) {
	parent, name := split(c.Path)
	r := d.at(c.Path)
	switch {
	case c.Op == OpSet && r.now != nil:
		n := r.own()
		n.data, n.stat.Version, n.stat.Mzxid = c.Data, c.Version, z
	case c.Op == OpCreate && r.now != nil, c.Op == OpDelete && r.now == nil:
		d.touch(parent, c.Cversion, z, 0)
	case c.Op == OpCreate:
		up := d.touch(parent, c.Cversion, z, 1)
		if up == nil {
			return // it was deleted later, and this znode before it
		}
		d.at(c.Path).now = &znode{
			parent: up.path, name: name, path: c.Path, data: c.Data, stat: Stat{Czxid: z, Mzxid: z, Pzxid: z, Owner: c.Owner},
		}
	case c.Op == OpDelete:
		r.now = nil
		d.touch(parent, c.Cversion, z, -1)
	}
}

// touch tells a znode, if it is there, of a change of its children, so many more.
func (d *draft) touch(path string, cversion int32, z paxos.Zxid, children int32) *znode {
	r := d.at(path)
	if n := r.now; n == nil || n.stat.Cversion >= cversion && n.stat.Pzxid >= z && children == 0 {
		return n
	}
	n := r.own()
	n.stat.Cversion, n.stat.Pzxid = max(n.stat.Cversion, cversion), max(n.stat.Pzxid, z)
	n.stat.Children += children
	return n
}

// done is the tree with all changes.
func (d *draft) done() Tree {
	t := d.tree
	for i := range d.n {
		switch r := &d.drafted[i]; {
		case r.now == r.was:
		case r.now == nil:
			t = t.remove(r.path)
		default:
			t = t.replace(r.was, r.now)
		}
	}
	return t
}
