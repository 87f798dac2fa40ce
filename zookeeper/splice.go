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
	s := Tree{sessions: t.sessions, recent: t.recent}
	var last *znode
	for n := range t.znodes {
		if s.size == (t.size+1)/2 {
			break
		}
		last = n
		s.size++
		s.digest ^= n.digest
	}
	late := Tree{root: behind(l.root, last)}
	for n := range late.znodes {
		s.size++
		s.digest ^= n.digest
	}
	s.root = merge(upTo(t.root, last), late.root)
	parent, there := "", true
	for n := range late.znodes {
		if n.parent != parent {
			parent, there = n.parent, s.find(n.parent) != nil
		}
		if !there {
			s = s.remove(n.path)
		}
	}
	return s.countChildren()
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
		if have := int32(t.List(n.path).Len()); have != n.stat.Children {
			m := *n
			m.stat.Children = have
			counted = counted.put(&m)
		}
	}
	parent := ""
	for n := range t.znodes {
		if n.stat.Children != 0 {
			recount(n)
		}
		if n.parent != parent { // the first child of another
			parent = n.parent
			if p := t.find(parent); p.stat.Children == 0 {
				recount(p)
			}
		}
	}
	return counted
}
