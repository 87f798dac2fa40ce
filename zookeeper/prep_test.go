package zookeeper

import (
	"slices"
	"testing"

	"github.com/schismlab/schism/paxos"
)

// small is a tree with a persistent znode with a child, an ephemeral of session
// 1, and a znode of version 1; sessions 1 and 2 are open.
func small(t *testing.T) Tree {
	t.Helper()
	tree := NewTree()
	for i, r := range []Request{
		{Session: 1, Op: OpCreateSession, Timeout: 1},
		{Session: 2, Op: OpCreateSession, Timeout: 1},
		{Session: 1, Op: OpCreate, Path: "/p"},
		{Session: 1, Op: OpCreate, Path: "/p/kid"},
		{Session: 1, Op: OpCreate, Path: "/e", Ephemeral: true},
		{Session: 1, Op: OpCreate, Path: "/v"},
		{Session: 1, Op: OpSet, Path: "/v", Data: "1", Version: 0},
	} {
		txn := prepare(tree, &r)
		if txn.Err != OK {
			t.Fatalf("%v: %v", txn, txn.Err)
		}
		tree = tree.apply(txn, paxos.MakeZxid(1, uint32(i+1)))
	}
	return tree
}

func TestPrepareErrors(t *testing.T) {
	tree := small(t)
	multi := func(parts ...Request) Request { return Request{Session: 1, Op: OpMulti, Parts: parts} }
	for _, c := range []struct {
		name   string
		r      Request
		want   Error
		failed int
	}{
		{"create", Request{Session: 1, Op: OpCreate, Path: "/n"}, OK, 0},
		{"create without parent", Request{Session: 1, Op: OpCreate, Path: "/none/n"}, NoNode, 0},
		{"create what is there", Request{Session: 1, Op: OpCreate, Path: "/p"}, NodeExists, 0},
		{"create the root", Request{Session: 1, Op: OpCreate, Path: "/"}, NodeExists, 0},
		{"delete the root", Request{Session: 1, Op: OpDelete, Path: "/", Version: -1}, BadArguments, 0},
		{"create under an ephemeral", Request{Session: 1, Op: OpCreate, Path: "/e/n"}, NoChildrenForEphemerals, 0},
		{"sequential without parent", Request{Session: 1, Op: OpCreate, Path: "/none/n-", Sequential: true}, NoNode, 0},
		{"sequential over what is there", Request{Session: 1, Op: OpCreate, Path: "/p", Sequential: true}, OK, 0},
		{"set, any version", Request{Session: 1, Op: OpSet, Path: "/v", Version: -1}, OK, 0},
		{"set, this version", Request{Session: 1, Op: OpSet, Path: "/v", Version: 1}, OK, 0},
		{"set, an older version", Request{Session: 1, Op: OpSet, Path: "/v", Version: 0}, BadVersion, 0},
		{"set, a version to come", Request{Session: 1, Op: OpSet, Path: "/v", Version: 2}, BadVersion, 0},
		{"set nothing", Request{Session: 1, Op: OpSet, Path: "/n", Version: -1}, NoNode, 0},
		{"delete", Request{Session: 2, Op: OpDelete, Path: "/e", Version: -1}, OK, 0},
		{"delete nothing", Request{Session: 1, Op: OpDelete, Path: "/n", Version: -1}, NoNode, 0},
		{"delete another version", Request{Session: 1, Op: OpDelete, Path: "/v", Version: 7}, BadVersion, 0},
		{"delete a parent", Request{Session: 1, Op: OpDelete, Path: "/p", Version: -1}, NotEmpty, 0},
		{"the version comes before the children", Request{Session: 1, Op: OpDelete, Path: "/p", Version: 7}, BadVersion, 0},
		{"without session", Request{Session: 9, Op: OpCreate, Path: "/n"}, SessionExpired, 0},
		{"multi without session", Request{Session: 9, Op: OpMulti}, SessionExpired, 0},
		{"multi, second part fails", multi(Request{Op: OpCreate, Path: "/n"}, Request{Op: OpCheck, Path: "/v", Version: 0}), BadVersion, 1},
		{"multi, check of nothing", multi(Request{Op: OpCheck, Path: "/n", Version: -1}), NoNode, 0},
		{"multi, a part sees the one before", multi(Request{Op: OpCreate, Path: "/n"}, Request{Op: OpCreate, Path: "/n/m"}), OK, 0},
		{"multi, a part sees that its parent went", multi(
			Request{Op: OpDelete, Path: "/p/kid", Version: -1}, Request{Op: OpDelete, Path: "/p", Version: -1},
			Request{Op: OpCreate, Path: "/p/kid"}), NoNode, 2},
		{"multi, versions go on", multi(
			Request{Op: OpSet, Path: "/v", Version: 1}, Request{Op: OpSet, Path: "/v", Version: 2},
			Request{Op: OpSet, Path: "/v", Version: 2}), BadVersion, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			txn := prepare(tree, &c.r)
			if txn.Err != c.want || txn.Failed != c.failed {
				t.Fatalf("%v, part %d: error %v, want %v in part %d", txn, txn.Failed, txn.Err, c.want, c.failed)
			}
			after := tree.apply(txn, paxos.MakeZxid(2, 1))
			if unchanged := after.Digest() == tree.Digest(); unchanged != (c.want != OK) {
				t.Errorf("the tree is unchanged: %v", unchanged)
			}
		})
	}
}

// TestSequentialNamesCountCreates: a sequential name counts the children ever
// made, not the changes to the children that cversion counts.
func TestSequentialNamesCountCreates(t *testing.T) {
	tree := small(t)
	step := func(n uint32, r Request) *Txn {
		txn := prepare(tree, &r)
		tree = tree.apply(txn, paxos.MakeZxid(2, n))
		return txn
	}
	step(1, Request{Session: 1, Op: OpDelete, Path: "/p/kid", Version: -1})
	txn := step(2, Request{Session: 1, Op: OpCreate, Path: "/p/s-", Sequential: true})
	if got, want := txn.Changes[0].Path, "/p/s-0000000001"; got != want {
		t.Errorf("one child was made and deleted: the next is %s, want %s", got, want)
	}
	if _, stat, _ := tree.Get("/p"); stat.Cversion != 3 || stat.Children != 1 {
		t.Errorf("/p is %+v, want cversion 3 and one child", stat)
	}
}

func TestCloseSessionTakesItsEphemerals(t *testing.T) {
	tree := small(t)
	for i, r := range []Request{
		{Session: 2, Op: OpCreate, Path: "/p/mine", Ephemeral: true},
		{Session: 1, Op: OpCreate, Path: "/p/gone", Ephemeral: true},
		{Session: 1, Op: OpCreate, Path: "/p/stays"},
		{Session: 1, Op: OpCloseSession},
	} {
		tree = tree.apply(prepare(tree, &r), paxos.MakeZxid(2, uint32(i+1)))
	}
	if got, want := tree.Children("/p"), []string{"kid", "mine", "stays"}; !slices.Equal(got, want) {
		t.Errorf("children of /p are %v, want %v", got, want)
	}
	if got, want := tree.Children("/"), []string{"p", "v"}; !slices.Equal(got, want) {
		t.Errorf("children of / are %v, want %v", got, want)
	}
	if tree.HasSession(1) || !tree.HasSession(2) {
		t.Errorf("sessions open: 1 %v, 2 %v", tree.HasSession(1), tree.HasSession(2))
	}
	if _, stat, _ := tree.Get("/p"); stat.Pzxid != paxos.MakeZxid(2, 4) || stat.Cversion != 5 {
		t.Errorf("/p is %+v, want pzxid 2:4 and cversion 5", stat)
	}
}

// TestGuard is PrepRequestProcessor.checkSession as a table.
func TestGuard(t *testing.T) {
	s := &Server{}
	s.tracked = []tracked{{id: 1, owner: 1}, {id: 2, owner: 2, closing: true}, {id: 3}}
	for _, c := range []struct {
		name string
		r    Request
		want Error
	}{
		{"its own server", Request{Session: 1, Op: OpSet, Server: 1}, OK},
		{"the server it has left", Request{Session: 1, Op: OpSet, Server: 2}, SessionMoved},
		{"nobody knows the session", Request{Session: 9, Op: OpSet, Server: 1}, SessionExpired},
		{"the session is being closed", Request{Session: 2, Op: OpSet, Server: 2}, SessionExpired},
		{"closed twice", Request{Session: 2, Op: OpCloseSession, Server: 2}, OK},
		{"closed by the leader", Request{Session: 1, Op: OpCloseSession}, OK},
		{"owner unknown after an election", Request{Session: 3, Op: OpSet, Server: 2}, OK},
		{"a new session", Request{Session: 9, Op: OpCreateSession, Server: 1}, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := OK
			if txn := s.guard(&c.r); txn != nil {
				got = txn.Err
			}
			if got != c.want {
				t.Errorf("error %v, want %v", got, c.want)
			}
		})
	}
}
