package zookeeper

import "strings"

// Listing is the list of a znode's children at one moment. It is taken in no time,
// for it is the tree of that moment, and names are looked up in it as they are asked
// for: who lists a directory each time it grows pays for what is new, not for all.
// The zero Listing is of no znode.
type Listing struct {
	root *node
	path string
	size int // as the znode's Stat has it
}

// List lists the children of the znode at path.
func (t Tree) List(path string) Listing {
	_, stat, _ := t.Get(path)
	return Listing{t.root, path, max(0, int(stat.Children))}
}

// Children are the names of a znode's children, in order. The time is that of a
// search, and of a step for each child.
func (t Tree) Children(path string) []string { return t.List(path).Names() }

// Names are the children's names, in order; nil of the zero Listing.
func (l Listing) Names() []string {
	if l.root == nil {
		return nil
	}
	return l.root.children(make([]string, 0, l.size), l.path, false, false)
}

// Len is the number of children. It counts them.
func (l Listing) Len() (n int) {
	for range l.Backward {
		n++
	}
	return n
}

// children appends the names of the znodes below n whose parent is path. As these
// lie side by side, a subtree is known to hold no other when what stands before it
// (after) and what stands behind it (before) are of them: nothing is compared there.
func (n *node) children(kids []string, path string, after, before bool) []string {
	for n != nil {
		c := 0
		if !after || !before {
			c = strings.Compare(path, n.parent)
		}
		switch {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			kids = append(n.left.children(kids, path, after, true), n.name)
			n, after = n.right, true
		}
	}
	return kids
}

// Backward gives the children's names from the last to the first, until yield has
// enough.
func (l Listing) Backward(yield func(name string) bool) { l.root.backward(l.path, yield) }

// backward is false when yield has had enough.
func (n *node) backward(path string, yield func(string) bool) bool {
	for n != nil {
		switch c := strings.Compare(path, n.parent); {
		case c < 0:
			n = n.left
		case c > 0:
			n = n.right
		default:
			if !n.right.backward(path, yield) || !yield(n.name) {
				return false
			}
			n = n.left
		}
	}
	return true
}
