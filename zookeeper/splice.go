package zookeeper

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// Splice implements paxos.Piecewise. A snapshot holds the sessions as they were
// when it began, then the znodes, parents before their children
// (SerializeUtils.serializeSnapshot): the first half of them as they were then, the
// others as they have become. A znode whose parent was not there when its turn came
// is not found by who walks from parent to child.
func (t Tree) Splice(later paxos.State) paxos.State {
	l, ok := later.(Tree)
	if !ok {
		panic(fmt.Sprintf("zookeeper: a tree cannot become a %T", later))
	}
	if l.digest == t.digest {
		return t
	}
	last := t.nth((t.size + 1) / 2)
	early, late := upTo(t.root, last), behind(l.root, last)
	s := Tree{root: merge(early, late), sessions: t.sessions, recent: t.recent}
	s.eachZnode(func(n *znode) {
		s.size++
		s.digest ^= n.hash()
	})
	parent, there := "", true
	Tree{root: late}.eachZnode(func(n *znode) {
		if n.parent != parent {
			parent, there = n.parent, s.find(n.parent) != nil
		}
		if !there {
			s = s.remove(join(n.parent, n.name))
		}
	})
	return s.countChildren()
}

// nth is the nth znode, from 1, which must be there.
func (t Tree) nth(n int) (nth *znode) {
	t.eachZnode(func(z *znode) {
		if n--; n == 0 {
			nth = z
		}
	})
	return nth
}

// upTo is the part of a treap that does not stand behind z.
func upTo(t *node, z *znode) *node {
	if t == nil {
		return nil
	}
	if compare(t.parent, t.name, z.parent, z.name) > 0 {
		return upTo(t.left, z)
	}
	m := *t
	m.right = upTo(t.right, z)
	return &m
}

// behind is the part of a treap that stands behind z.
func behind(t *node, z *znode) *node {
	if t == nil {
		return nil
	}
	if compare(t.parent, t.name, z.parent, z.name) <= 0 {
		return behind(t.right, z)
	}
	m := *t
	m.left = behind(t.left, z)
	return &m
}

// countChildren puts right how many children each znode has: a snapshot does not
// say it, and who reads it counts.
func (t Tree) countChildren() Tree {
	counted := t
	recount := func(n *znode) {
		if have := int32(len(t.Children(join(n.parent, n.name)))); have != n.stat.Children {
			m := *n
			m.stat.Children = have
			counted = counted.put(&m)
		}
	}
	parent := ""
	t.eachZnode(func(n *znode) {
		if n.stat.Children != 0 {
			recount(n)
		}
		if n.parent != parent { // the first child of another
			parent = n.parent
			if p := t.find(parent); p.stat.Children == 0 {
				recount(p)
			}
		}
	})
	return counted
}

// eachZnode calls f for every znode, in the order of parent and name.
func (t Tree) eachZnode(f func(*znode)) {
	var walk func(n *node)
	walk = func(n *node) {
		if n != nil {
			walk(n.left)
			f(n.znode)
			walk(n.right)
		}
	}
	walk(t.root)
}
