package zookeeper

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/schismlab/schism/paxos"
)

// history is a tree after each transaction of a drawn history.
type history struct {
	trees []Tree // one more than txns
	txns  []*Txn
}

func drawHistory(t *rapid.T) history {
	h := history{trees: []Tree{NewTree()}}
	for i := range rapid.IntRange(1, 30).Draw(t, "requests") {
		r := someRequest.Draw(t, "request")
		if i == 0 {
			r = Request{Session: r.Session, Op: OpCreateSession, Timeout: 1}
		}
		last := h.trees[i]
		if r.Op == OpCreateSession && last.HasSession(r.Session) {
			r = Request{Session: r.Session, Op: OpSet, Path: "/", Version: -1}
		}
		txn := prepare(last, &r)
		h.txns = append(h.txns, txn)
		h.trees = append(h.trees, last.apply(txn, h.zxid(i)))
	}
	return h
}

// zxid is that of transaction i.
func (h *history) zxid(i int) paxos.Zxid { return paxos.MakeZxid(1, uint32(i+1)) }

// replay applies the transactions from one up to another.
func (h *history) replay(t Tree, from, to int) Tree {
	for i := from; i < to; i++ {
		t = t.apply(h.txns[i], h.zxid(i))
	}
	return t
}

// same says whether two trees are the same to the last field.
func same(a, b Tree) bool {
	if a.Digest() != b.Digest() || a.Len() != b.Len() {
		return false
	}
	equal := true
	for n := range a.znodes {
		m := b.find(join(n.parent, n.name))
		equal = equal && m != nil && m.data == n.data && m.stat == n.stat
	}
	return equal
}

// TestReplayMendsFuzzySnapshot reads a tree while a history goes on, and replays
// what has happened since: the tree is the one that the history led to, with every
// stat. That is all that a fuzzy snapshot needs.
func TestReplayMendsFuzzySnapshot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		from := rapid.IntRange(0, len(h.txns)).Draw(t, "from")
		to := rapid.IntRange(from, len(h.txns)).Draw(t, "to")
		upTo := rapid.IntRange(to, len(h.txns)).Draw(t, "up to")
		fuzzy := h.trees[from].Splice(h.trees[to]).(Tree)
		if got, want := h.replay(fuzzy, from, upTo), h.trees[upTo]; !same(got, want) {
			t.Fatalf("read from %d to %d, replayed to %d:\n%s\nwant\n%s", from, to, upTo, contents(got), contents(want))
		}
	})
}

// TestFuzzySnapshotIsNeither shows that there is something to mend: a snapshot read
// while two znodes change, one after the other, holds the later change and not the
// earlier one. To replay the later one alone does not mend it.
func TestFuzzySnapshotIsNeither(t *testing.T) {
	h := history{trees: []Tree{NewTree()}}
	for i, r := range []Request{
		{Op: OpCreateSession},
		{Op: OpCreate, Path: "/a"},
		{Op: OpCreate, Path: "/b"},
		{Op: OpSet, Path: "/a", Data: "1", Version: -1},
		{Op: OpSet, Path: "/b", Data: "1", Version: -1},
	} {
		r.Session = 1
		h.txns = append(h.txns, prepare(h.trees[i], &r))
		h.trees = append(h.trees, h.trees[i].apply(h.txns[i], h.zxid(i)))
	}
	fuzzy := h.trees[3].Splice(h.trees[5]).(Tree)
	a, _, _ := fuzzy.Get("/a")
	b, _, _ := fuzzy.Get("/b")
	if a != "" || b != "1" {
		t.Fatalf("/a is %q and /b is %q, want the old one and the new one", a, b)
	}
	if same(h.replay(fuzzy, 4, 5), h.trees[5]) {
		t.Error("a replay that leaves the first change out makes the tree whole")
	}
	if !same(h.replay(fuzzy, 3, 5), h.trees[5]) {
		t.Error("a full replay does not make the tree whole")
	}
}

// TestSpliceIsReadZnodeByZnode holds the splice, which cuts and joins treaps,
// against what it stands for: znodes that are read one after the other.
func TestSpliceIsReadZnodeByZnode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t)
		from := rapid.IntRange(0, len(h.txns)).Draw(t, "from")
		to := rapid.IntRange(from, len(h.txns)).Draw(t, "to")
		before, later := h.trees[from], h.trees[to]
		if before.digest == later.digest {
			return
		}
		want, last, left := Tree{sessions: before.sessions}, (*znode)(nil), (before.size+1)/2
		for n := range before.znodes {
			if left > 0 {
				want, last, left = want.put(n), n, left-1
			}
		}
		for n := range later.znodes {
			found := n.parent == "" || want.find(n.parent) != nil
			if compare(n.parent, n.name, last.parent, last.name) > 0 && found {
				want = want.put(n)
			}
		}
		counted := want
		for n := range want.znodes {
			m := *n
			m.stat.Children = int32(len(want.Children(join(n.parent, n.name))))
			counted = counted.put(&m)
		}
		if got := before.Splice(later).(Tree); !same(got, counted) || !same(counted, got) {
			t.Fatalf("read from %d to %d:\n%s\nwant\n%s", from, to, contents(got), contents(counted))
		}
	})
}
