package zookeeper

import (
	"strings"

	"github.com/schismlab/schism/paxos"
)

// Stat is what ZooKeeper tells of a znode beside its data.
type Stat struct {
	Czxid, Mzxid, Pzxid paxos.Zxid
	Version, Cversion   int32
	// Owner is the session that an ephemeral znode lives with, else 0.
	Owner    int64
	Children int32
}

// creates is how many children a znode has ever had. ZooKeeper counts just that
// and reckons Cversion from it (DataNode.copyStat); it numbers sequential names.
func (s *Stat) creates() int32 { return (s.Cversion + s.Children) / 2 }

// Tree is the replicated state of ZooKeeper: znodes and sessions. It is a
// persistent value: changing methods give a new Tree and leave the old one as
// it was, so a copy is an assignment. It implements paxos.State.
//
// Znodes lie in a treap ordered by parent and name, so the children of a znode
// lie side by side, in order. Priorities are hashes of the paths: the same
// znodes make the same treap, however they came to be.
type Tree struct {
	root     *node
	size     int
	digest   uint64
	sessions []session // by id; copied on write
	recent   *recent   // nil: see NewSharedTree
}

// session is a client's session as the transactions know it.
type session struct {
	id      int64
	timeout int64 // nanoseconds
}

// znode is what stands at a path. It does not change once it is in a tree.
type znode struct {
	parent, name string
	data         string
	stat         Stat
	// path and prio follow from parent and name, digest from all: see replace.
	path         string
	prio, digest uint64
}

// node is a place in the treap. It is small, because each change copies the
// nodes on the way from the root, and shares the znodes.
type node struct {
	*znode
	left, right *node
}

// NewTree is a tree with the root znode alone.
func NewTree() Tree {
	return Tree{}.put(&znode{parent: "", name: "", stat: Stat{}})
}

// split cuts a path into its parent's path and its name: "/a/b" into "/a" and
// "b", "/a" into "/" and "a", "/" into "" and "".
func split(path string) (parent, name string) {
	if path == "/" {
		return "", ""
	}
	i := strings.LastIndexByte(path, '/')
	if i == 0 {
		return "/", path[1:]
	}
	return path[:i], path[i+1:]
}

func join(parent, name string) string {
	switch parent {
	case "":
		return "/"
	case "/":
		return "/" + name
	}
	return parent + "/" + name
}

func compare(p1, n1, p2, n2 string) int {
	if c := strings.Compare(p1, p2); c != 0 {
		return c
	}
	return strings.Compare(n1, n2)
}

func (t Tree) find(path string) *znode {
	parent, name := split(path)
	return t.at(parent, name)
}

func (t Tree) at(parent, name string) *znode {
	n := t.root
	for n != nil {
		switch c := compare(parent, name, n.parent, n.name); {
		case c == 0:
			return n.znode
		case c < 0:
			n = n.left
		default:
			n = n.right
		}
	}
	return nil
}

// Get gives a znode's data and stat, and whether it exists.
func (t Tree) Get(path string) (data string, stat Stat, ok bool) {
	n := t.find(path)
	if n == nil {
		return "", Stat{}, false
	}
	return n.data, n.stat, true
}

// Len is the number of znodes, the root included.
func (t Tree) Len() int { return t.size }

// Each calls f for every znode, in the order of parent and name.
func (t Tree) Each(f func(path, data string, stat Stat)) {
	for n := range t.znodes {
		f(n.path, n.data, n.stat)
	}
}

// znodes gives every znode, in the order of parent and name, until yield has enough.
func (t Tree) znodes(yield func(*znode) bool) { t.root.each(yield) }

// each is false when yield has had enough.
func (n *node) each(yield func(*znode) bool) bool {
	for ; n != nil; n = n.right {
		if !n.left.each(yield) || !yield(n.znode) {
			return false
		}
	}
	return true
}

// owned are the paths of a session's ephemeral znodes.
func (t Tree) owned(id int64) []string {
	var paths []string
	for n := range t.znodes {
		if n.stat.Owner == id {
			paths = append(paths, n.path)
		}
	}
	return paths
}

// put adds n, or puts it in the place of the znode of the same path.
func (t Tree) put(n *znode) Tree { return t.replace(t.at(n.parent, n.name), n) }

// replace puts n in the place of old, which is the znode of the same path, nil if there
// is none, and works out what follows from the fields of n.
func (t Tree) replace(old, n *znode) Tree {
	if n.path == "" {
		n.path = join(n.parent, n.name)
	}
	if n.prio == 0 {
		n.prio = paxos.MixString(paxos.MixString(1, n.parent), n.name)
	}
	if old != nil {
		t.digest ^= old.digest
	} else {
		t.size++
	}
	n.digest = n.hash()
	t.digest ^= n.digest
	t.root = insert(t.root, n)
	return t
}

// hash covers all that a znode is. The digest of a tree is the sum (xor) of
// these, so it follows each change in constant time.
func (n *znode) hash() uint64 {
	h := paxos.MixString(n.prio, n.data)
	h = paxos.Mix(h ^ uint64(n.stat.Czxid))
	h = paxos.Mix(h ^ uint64(n.stat.Mzxid))
	h = paxos.Mix(h ^ uint64(n.stat.Pzxid))
	h = paxos.Mix(h ^ uint64(uint32(n.stat.Version))<<32 ^ uint64(uint32(n.stat.Cversion)))
	return paxos.Mix(h ^ uint64(n.stat.Owner))
}

// insert gives the treap t with n in it. Nodes on the way are copied.
func insert(t *node, n *znode) *node {
	if t == nil {
		return &node{znode: n}
	}
	c := compare(n.parent, n.name, t.parent, t.name)
	m := *t
	switch {
	case c == 0:
		m.znode = n
	case c < 0:
		m.left = insert(t.left, n)
		if m.left.prio > m.prio {
			return rotateRight(&m)
		}
	default:
		m.right = insert(t.right, n)
		if m.right.prio > m.prio {
			return rotateLeft(&m)
		}
	}
	return &m
}

// rotateRight lifts the left child over t. Both are fresh copies, so they may
// be changed in place.
func rotateRight(t *node) *node {
	l := t.left
	t.left, l.right = l.right, t
	return l
}

func rotateLeft(t *node) *node {
	r := t.right
	t.right, r.left = r.left, t
	return r
}

// remove gives the tree without the znode at path, which must exist.
func (t Tree) remove(path string) Tree {
	t.digest ^= t.find(path).digest
	t.size--
	parent, name := split(path)
	t.root = remove(t.root, parent, name)
	return t
}

func remove(t *node, parent, name string) *node {
	switch c := compare(parent, name, t.parent, t.name); {
	case c < 0:
		m := *t
		m.left = remove(t.left, parent, name)
		return &m
	case c > 0:
		m := *t
		m.right = remove(t.right, parent, name)
		return &m
	}
	return merge(t.left, t.right)
}

// merge joins two treaps of which all of a comes before all of b.
func merge(a, b *node) *node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	case a.prio > b.prio:
		m := *a
		m.right = merge(a.right, b)
		return &m
	}
	m := *b
	m.left = merge(a, b.left)
	return &m
}

// Digest is a hash of the whole tree, sessions included.
func (t Tree) Digest() uint64 {
	h := t.digest
	for _, s := range t.sessions {
		h ^= paxos.Mix(uint64(s.id) ^ paxos.Mix(uint64(s.timeout)))
	}
	return h
}

// HasSession says whether a session is open.
func (t Tree) HasSession(id int64) bool {
	for i := range t.sessions {
		if t.sessions[i].id == id {
			return true
		}
	}
	return false
}

func (t Tree) withSession(id, timeout int64) Tree {
	if t.HasSession(id) {
		return t
	}
	t.sessions = append(t.sessions[:len(t.sessions):len(t.sessions)], session{id, timeout})
	return t
}

func (t Tree) withoutSession(id int64) Tree {
	rest := make([]session, 0, len(t.sessions))
	for _, s := range t.sessions {
		if s.id != id {
			rest = append(rest, s)
		}
	}
	t.sessions = rest
	return t
}
