package zookeeper

import (
	"fmt"
	"slices"
	"testing"

	"github.com/schismlab/schism/paxos"
	"pgregory.net/rapid"
)

// TestListingBothWays lists the children of every znode of a tree forward and
// backward, in whole and in part, and holds that to a walk over all znodes.
func TestListingBothWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := NewTree()
		for i := range rapid.IntRange(0, 60).Draw(t, "creates") {
			at := drawnPath(t)
			parent, _ := split(at)
			if tree.find(at) == nil && tree.find(parent) != nil {
				tree = tree.apply(&Txn{Op: OpCreate, Changes: []Change{{Op: OpCreate, Path: at}}}, paxos.Zxid(i+1))
			}
		}
		for of := range tree.znodes {
			var want []string
			for n := range tree.znodes {
				if n.parent == of.path {
					want = append(want, n.name)
				}
			}
			l := tree.List(of.path)
			if got := l.Names(); !slices.Equal(got, want) || l.Len() != len(want) {
				t.Fatalf("%s lists %d, %v, want %v", of.path, l.Len(), got, want)
			}
			slices.Reverse(want)
			want = want[:rapid.IntRange(0, len(want)).Draw(t, "wanted")]
			var got []string
			for name := range l.Backward {
				if len(got) == len(want) {
					break
				}
				got = append(got, name)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s lists backward %v, want %v", of.path, got, want)
			}
		}
	})
}

func drawnPath(t *rapid.T) string {
	return rapid.SampledFrom([]string{"/a", "/b", "/ab", "/a/b", "/a/c", "/a/b/c", "/b/a", "/a/b/d", "/a/b!", "/ab/c"}).Draw(t, "path")
}

// TestDraftIsOneByOne makes changes in one draft, more of them than it has room for,
// and each in a draft of its own: the trees are the same to the last field.
func TestDraftIsOneByOne(t *testing.T) {
	room := len(draft{}.drafted)
	rapid.Check(t, func(t *rapid.T) {
		one, d := NewTree(), draft{tree: NewTree()}
		for range rapid.IntRange(0, 3*room).Draw(t, "changes") {
			c := Change{
				Op: rapid.SampledFrom([]Op{OpCreate, OpCreate, OpSet, OpDelete, OpCheck}).Draw(t, "op"), Path: drawnPath(t),
				Data: rapid.SampledFrom([]string{"", "x"}).Draw(t, "data"), Version: rapid.Int32Range(0, 9).Draw(t, "version"), Cversion: rapid.Int32Range(0, 9).Draw(t, "cversion"),
			}
			if rapid.IntRange(0, 3).Draw(t, "numbered") == 0 {
				c.Path = fmt.Sprintf("%s%d", c.Path, rapid.IntRange(0, 2*room).Draw(t, "number"))
			}
			z := paxos.Zxid(rapid.IntRange(1, 9).Draw(t, "zxid"))
			d.change(&c, z)
			alone := draft{tree: one}
			alone.change(&c, z)
			one = alone.done()
		}
		if got := d.done(); !same(got, one) || !same(one, got) || !sameShape(got.root, one.root) {
			t.Fatalf("in one draft\n%s\none by one\n%s", contents(got), contents(one))
		}
	})
}

// grown is a tree with a directory of n znodes, named as sequential ones are.
func grown(n int) Tree {
	tree := NewTree().withSession(1, 1000)
	tree = tree.apply(prepare(tree, &Request{Session: 1, Op: OpCreate, Path: "/log"}), 1)
	for i := range n {
		tree = tree.apply(prepare(tree, appended(1)), paxos.Zxid(i+2))
	}
	return tree
}

// appended creates so many sequential znodes, in a multi if they are several.
func appended(n int) *Request {
	r := Request{Session: 1, Op: OpCreate, Path: "/log/r-", Data: "x", Sequential: true}
	if n == 1 {
		return &r
	}
	return &Request{Session: 1, Op: OpMulti, Parts: slices.Repeat([]Request{r}, n)}
}

// TestListingIsFree holds that a listing allocates nothing for the names that nobody
// asks for.
func TestListingIsFree(t *testing.T) {
	tree, last := grown(1000), ""
	if n := testing.AllocsPerRun(10, func() {
		for name := range tree.List("/log").Backward {
			last = name
			break
		}
	}); n > 0 || last != "r-0000000999" {
		t.Errorf("the last name is %q, at %.0f allocations; want r-0000000999 and none", last, n)
	}
}

// BenchmarkTail is what a reader of a log of sequential znodes asks for each time that
// one is added.
func BenchmarkTail(b *testing.B) {
	tree := grown(4000)
	b.ReportAllocs()
	for b.Loop() {
		for range tree.List("/log").Backward {
			break
		}
	}
}

// BenchmarkNames is a listing in whole.
func BenchmarkNames(b *testing.B) {
	tree := grown(4000)
	b.ReportAllocs()
	for b.Loop() {
		tree.Children("/log")
	}
}

// BenchmarkAppend prepares and applies a transaction that adds six znodes to a large
// directory.
func BenchmarkAppend(b *testing.B) {
	tree, r := grown(4000), appended(6)
	b.ReportAllocs()
	for b.Loop() {
		tree.apply(prepare(tree, r), 5000)
	}
}

// BenchmarkSplice reads a large tree in the middle of which something has changed.
func BenchmarkSplice(b *testing.B) {
	tree := grown(4000)
	later := tree.apply(prepare(tree, appended(6)), 5000)
	b.ReportAllocs()
	for b.Loop() {
		tree.Splice(later)
	}
}
