package zookeeper

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/schismlab/schism/paxos"
)

// plainTree is what Tree is held against: a map, and ZooKeeper's rules written
// down once more, without transactions.
type plainTree struct {
	nodes    map[string]plainNode
	sessions map[int64]bool
}

type plainNode struct {
	data    string
	stat    Stat
	creates int32 // children ever made: what sequential names count
}

func newPlainTree() *plainTree {
	return &plainTree{nodes: map[string]plainNode{"/": {}}, sessions: map[int64]bool{}}
}

func (p *plainTree) clone() *plainTree {
	return &plainTree{nodes: maps.Clone(p.nodes), sessions: maps.Clone(p.sessions)}
}

func parentOf(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// do carries a request out as transaction z, and gives what it made: the path of
// a znode created, the version of one set.
func (p *plainTree) do(r *Request, z paxos.Zxid) (made []string, err Error) {
	switch r.Op {
	case OpCreateSession:
		p.sessions[r.Session] = true
		return nil, OK
	case OpCloseSession:
		delete(p.sessions, r.Session)
		for path, n := range p.nodes {
			if n.stat.Owner == r.Session {
				p.remove(path, z)
			}
		}
		return nil, OK
	}
	if !p.sessions[r.Session] {
		return nil, SessionExpired
	}
	parts := []Request{*r}
	if r.Op == OpMulti {
		parts = r.Parts
	}
	before := p.clone()
	for i := range parts {
		m, err := p.change(&parts[i], r.Session, z)
		if err != OK {
			*p = *before
			return nil, err
		}
		made = append(made, m)
	}
	return made, OK
}

func (p *plainTree) change(r *Request, session int64, z paxos.Zxid) (string, Error) {
	n, exists := p.nodes[r.Path]
	if r.Op == OpCreate {
		return p.create(r, session, z)
	}
	switch {
	case !exists:
		return "", NoNode
	case r.Version != -1 && r.Version != n.stat.Version:
		return "", BadVersion
	case r.Op == OpDelete && n.stat.Children > 0:
		return "", NotEmpty
	}
	switch r.Op {
	case OpDelete:
		p.remove(r.Path, z)
	case OpSet:
		n.data, n.stat.Mzxid = r.Data, z
		n.stat.Version++
		p.nodes[r.Path] = n
		return fmt.Sprint(n.stat.Version), OK
	}
	return "", OK
}

func (p *plainTree) create(r *Request, session int64, z paxos.Zxid) (string, Error) {
	up := parentOf(r.Path)
	parent, ok := p.nodes[up]
	if !ok {
		return "", NoNode
	}
	path := r.Path
	if r.Sequential {
		path += fmt.Sprintf("%010d", parent.creates)
	}
	if _, taken := p.nodes[path]; taken {
		return "", NodeExists
	}
	if parent.stat.Owner != 0 {
		return "", NoChildrenForEphemerals
	}
	n := plainNode{data: r.Data, stat: Stat{Czxid: z, Mzxid: z, Pzxid: z}}
	if r.Ephemeral {
		n.stat.Owner = session
	}
	parent.creates++
	parent.stat.Children++
	parent.stat.Cversion++
	parent.stat.Pzxid = z
	p.nodes[up], p.nodes[path] = parent, n
	return path, OK
}

func (p *plainTree) remove(path string, z paxos.Zxid) {
	delete(p.nodes, path)
	parent := p.nodes[parentOf(path)]
	parent.stat.Children--
	parent.stat.Cversion++
	parent.stat.Pzxid = z
	p.nodes[parentOf(path)] = parent
}

// check holds a tree to the map.
func (p *plainTree) check(t *rapid.T, tree Tree) {
	t.Helper()
	if tree.Len() != len(p.nodes) {
		t.Fatalf("the tree has %d znodes, want %d", tree.Len(), len(p.nodes))
	}
	kids := map[string][]string{}
	for path, want := range p.nodes {
		data, stat, ok := tree.Get(path)
		if !ok || data != want.data || stat != want.stat {
			t.Fatalf("%s is %q %+v (%v), want %q %+v", path, data, stat, ok, want.data, want.stat)
		}
		if path != "/" {
			kids[parentOf(path)] = append(kids[parentOf(path)], path[strings.LastIndexByte(path, '/')+1:])
		}
	}
	for path := range p.nodes {
		slices.Sort(kids[path])
		if got := tree.Children(path); !slices.Equal(got, kids[path]) {
			t.Fatalf("children of %s are %v, want %v", path, got, kids[path])
		}
	}
	for id := int64(1); id <= 3; id++ {
		if tree.HasSession(id) != p.sessions[id] {
			t.Fatalf("session %d is open: %v, want %v", id, tree.HasSession(id), p.sessions[id])
		}
	}
}

var (
	somePath  = rapid.SampledFrom([]string{"/a", "/b", "/a/x", "/a/y", "/b/x", "/a/x/p", "/ab", "/a-b"})
	somePart  = rapid.Custom(func(t *rapid.T) Request { return drawPart(t, true) })
	someParts = rapid.SliceOfN(somePart, 1, 4)
)

func drawPart(t *rapid.T, inMulti bool) Request {
	ops := []Op{OpCreate, OpCreate, OpCreate, OpSet, OpDelete}
	if inMulti {
		ops = append(ops, OpCheck)
	}
	r := Request{
		Op: rapid.SampledFrom(ops).Draw(t, "op"), Path: somePath.Draw(t, "path"),
		Version: rapid.SampledFrom([]int32{-1, -1, 0, 1, 2}).Draw(t, "version"),
	}
	if r.Op == OpCreate || r.Op == OpSet {
		r.Data = rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "data")
	}
	if r.Op == OpCreate {
		r.Ephemeral, r.Sequential = rapid.Bool().Draw(t, "ephemeral"), rapid.IntRange(0, 3).Draw(t, "sequential") == 0
	}
	return r
}

var someRequest = rapid.Custom(func(t *rapid.T) Request {
	var r Request
	switch rapid.IntRange(0, 12).Draw(t, "kind") {
	case 0, 1:
		r.Op, r.Timeout = OpCreateSession, 1000
	case 2:
		r.Op = OpCloseSession
	case 3, 4:
		r.Op, r.Parts = OpMulti, someParts.Draw(t, "parts")
	default:
		r = drawPart(t, false)
	}
	r.Session = rapid.Int64Range(1, 3).Draw(t, "session")
	return r
})

// TestTreeIsAMap takes random requests through prepare, apply and result, and
// carries them out on the map: trees, replies and errors must agree, and a tree
// that was left behind must stay what it was.
func TestTreeIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			tree   Tree
			plain  *plainTree
			digest uint64
		}
		tree, plain := NewTree(), newPlainTree()
		var kept []version
		for i := range rapid.IntRange(1, 40).Draw(t, "requests") {
			r := someRequest.Draw(t, "request")
			if r.Op == OpCreateSession && plain.sessions[r.Session] {
				continue // its number is its connection's: never given twice
			}
			z := paxos.MakeZxid(1, uint32(i+1))
			kept = append(kept, version{tree, plain.clone(), tree.Digest()})
			made, err := plain.do(&r, z)
			txn := prepare(tree, &r)
			tree = tree.apply(txn, z)
			checkReply(t, result(tree, txn, z), made, err, z)
			plain.check(t, tree)
		}
		for _, v := range kept {
			v.plain.check(t, v.tree)
			if v.tree.Digest() != v.digest {
				t.Fatalf("the digest of an old tree was %x and is %x", v.digest, v.tree.Digest())
			}
		}
	})
}

func checkReply(t *rapid.T, reply *Reply, made []string, err Error, z paxos.Zxid) {
	t.Helper()
	if reply.Err != err || reply.Zxid != z {
		t.Fatalf("reply %+v, want error %q at %v", reply, err, z)
	}
	var got []string
	show := func(r *Reply) string {
		if r.Path == "" && r.Stat.Mzxid == z {
			return fmt.Sprint(r.Stat.Version)
		}
		return r.Path
	}
	switch {
	case err != OK:
	case reply.Parts == nil && len(made) == 1:
		got = []string{show(reply)}
	default:
		for i := range reply.Parts {
			p := &reply.Parts[i]
			if p.Stat.Version > 0 {
				p.Stat.Mzxid = z // of a znode that a later part has deleted
			}
			got = append(got, show(p))
		}
	}
	if !slices.Equal(got, made) {
		t.Fatalf("the reply shows %q, want %q", got, made)
	}
}

// TestReplayIsIdempotent applies any part of a history once more, in order, to
// the tree it led to. ZooKeeper relies on it wherever a snapshot is later than
// the log that is replayed over it. Its stats may then run ahead; data, znodes
// and children may not differ.
func TestReplayIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := NewTree()
		var txns []*Txn
		for i := range rapid.IntRange(1, 20).Draw(t, "requests") {
			r := someRequest.Draw(t, "request")
			r.Session = 1
			if r.Op == OpCreateSession != (i == 0) || r.Op == OpCloseSession {
				r = Request{Session: 1, Op: OpSet, Path: "/", Version: -1}
				if i == 0 {
					r = Request{Session: 1, Op: OpCreateSession, Timeout: 1}
				}
			}
			txn := prepare(tree, &r)
			txns = append(txns, txn)
			tree = tree.apply(txn, paxos.MakeZxid(1, uint32(i+1)))
		}
		from := rapid.IntRange(1, len(txns)).Draw(t, "from")
		again := tree
		for i, txn := range txns[from:] {
			again = again.apply(txn, paxos.MakeZxid(1, uint32(from+i+1)))
		}
		if got, want := contents(again), contents(tree); got != want {
			t.Fatalf("replayed from transaction %d:\n%s\nwant\n%s", from+1, got, want)
		}
	})
}

func contents(tree Tree) string {
	var b strings.Builder
	tree.Each(func(path, data string, stat Stat) {
		fmt.Fprintf(&b, "%s %q v%d owner %d kids %v\n", path, data, stat.Version, stat.Owner, tree.Children(path))
	})
	return b.String()
}

// TestDigestKnowsNoOrder makes the same znodes in two orders: the treaps and the
// digests are the same. A znode that differs in anything shows.
func TestDigestKnowsNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,4}`), 2, 30, rapid.ID).Draw(t, "names")
		shuffled := rapid.Permutation(names).Draw(t, "shuffled")
		build := func(names []string) Tree {
			tree := NewTree()
			for _, n := range names {
				tree = tree.put(&znode{parent: "/", name: n, data: n, stat: Stat{Czxid: 7}})
			}
			return tree
		}
		a, b := build(names), build(shuffled)
		if a.Digest() != b.Digest() || !sameShape(a.root, b.root) {
			t.Fatalf("%v and %v: digests %x and %x, same treap: %v", names, shuffled, a.Digest(), b.Digest(), sameShape(a.root, b.root))
		}
		gone := a.remove("/" + names[0])
		if gone.Digest() == a.Digest() {
			t.Fatal("a znode less does not show in the digest")
		}
		if back := gone.put(a.find("/" + names[0])); back.Digest() != a.Digest() || !sameShape(back.root, a.root) {
			t.Fatal("a znode that was taken out and put back makes another tree")
		}
	})
}

func sameShape(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.parent == b.parent && a.name == b.name && sameShape(a.left, b.left) && sameShape(a.right, b.right)
}

// TestDigestSeesEveryField changes one thing at a time.
func TestDigestSeesEveryField(t *testing.T) {
	base := znode{parent: "/", name: "a", data: "d"}
	seen := map[uint64]string{}
	for name, change := range map[string]func(n *znode){
		"nothing": func(*znode) {}, "name": func(n *znode) { n.name = "b" }, "data": func(n *znode) { n.data = "e" },
		"czxid": func(n *znode) { n.stat.Czxid = 1 }, "mzxid": func(n *znode) { n.stat.Mzxid = 1 }, "pzxid": func(n *znode) { n.stat.Pzxid = 1 },
		"version": func(n *znode) { n.stat.Version = 1 }, "cversion": func(n *znode) { n.stat.Cversion = 1 }, "owner": func(n *znode) { n.stat.Owner = 1 },
	} {
		n := base
		change(&n)
		d := NewTree().put(&n).Digest()
		if other, same := seen[d]; same {
			t.Errorf("%s and %s have the same digest", name, other)
		}
		seen[d] = name
	}
	with := NewTree().withSession(1, 1000)
	if d := with.Digest(); d == NewTree().Digest() || d == NewTree().withSession(1, 2000).Digest() || d == NewTree().withSession(2, 1000).Digest() {
		t.Error("a session, its number or its time-out does not show")
	}
	if with.withoutSession(1).Digest() != NewTree().Digest() {
		t.Error("a session that is over still shows")
	}
}
