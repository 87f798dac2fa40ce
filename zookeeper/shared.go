package zookeeper

import "github.com/schismlab/schism/paxos"

// NewSharedTree is NewTree for the servers of one run. What one of them has applied
// to a tree, the others need not apply again to the same one: they share what came
// of it. So all that grows out of this tree belongs to one goroutine.
func NewSharedTree() Tree {
	t := NewTree()
	t.recent = &recent{}
	return t
}

// recentLen is how many transactions are remembered: servers of a run that are
// further apart do their own work.
const recentLen = 256

// recent is what came of the last transactions, by zxid.
type recent [recentLen]outcome

// outcome is the tree after a transaction, and how to know the tree before it again:
// by where it lies, not by what it is.
type outcome struct {
	txn      *Txn
	root     *node
	sessions []session
	after    Tree
	state    paxos.State // after
}

// applied is the outcome of a transaction on t, nil if nothing is remembered at all.
func (t Tree) applied(txn *Txn, z paxos.Zxid) *outcome {
	if t.recent == nil {
		return nil
	}
	o := &t.recent[z%recentLen]
	if o.txn != txn || o.root != t.root || !sameArray(o.sessions, t.sessions) {
		after := t.apply(txn, z)
		*o = outcome{txn, t.root, t.sessions, after, after}
	}
	return o
}

// after is the tree after a transaction.
func (t Tree) after(txn *Txn, z paxos.Zxid) Tree {
	if o := t.applied(txn, z); o != nil {
		return o.after
	}
	return t.apply(txn, z)
}

func sameArray(a, b []session) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
