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
	left := (t.size + 1) / 2
	var last *znode
	t.eachZnode(func(n *znode) {
		if left > 0 {
			s, last, left = s.put(n), n, left-1
		}
	})
	l.eachZnode(func(n *znode) {
		if compare(n.parent, n.name, last.parent, last.name) <= 0 {
			return
		}
		if n.parent == "" || s.find(n.parent) != nil {
			s = s.put(n)
		}
	})
	return s.countChildren()
}

// countChildren puts right how many children each znode has: a snapshot does not
// say it, and who reads it counts.
func (t Tree) countChildren() Tree {
	counted := t
	t.eachZnode(func(n *znode) {
		if have := int32(len(t.Children(join(n.parent, n.name)))); have != n.stat.Children {
			m := *n
			m.stat.Children = have
			counted = counted.put(&m)
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
