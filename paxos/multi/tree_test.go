package multi_test

import (
	"testing"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/multi"
	"github.com/schismlab/schism/zookeeper"
)

// TestCarriesTheTree lets one server alone choose ZooKeeper's transactions: the
// tree takes slots for zxids, and no-ops do not reach it.
func TestCarriesTheTree(t *testing.T) {
	cfg := &multi.Config{
		ID: 1, Members: paxos.Voters(1), Alpha: 2, Outstanding: 1, Heartbeat: 50, Timeout: 400,
		SnapEvery: 2, Keep: 1, Empty: zookeeper.NewTree(),
	}
	disk := multi.NewDurable(cfg)
	var out paxos.Effects
	s := multi.New(cfg, disk.Clone())
	s.Step(&paxos.Event{Kind: paxos.Boot}, &out)
	s.Step(&paxos.Event{Kind: paxos.Fired}, &out)
	if !s.Serves() || s.Role() != paxos.Leading {
		t.Fatalf("%v does not lead", s)
	}
	first := s.Propose(create("/a"), &out)
	s.Propose(multi.NoOp{}, &out)
	last := s.Propose(create("/b"), &out)
	if first != 1 || last != 3 || len(out.Applied) != 2 || out.Applied[1].Entry.Zxid != last {
		t.Fatalf("slots %d and %d, applied %v", first, last, out.Applied)
	}
	for i := range out.Writes {
		disk.Do(&out.Writes[i])
	}
	// After a crash it begins at its snapshot and leads again to where it was.
	again := multi.New(cfg, disk.Clone())
	out.Reset()
	again.Step(&paxos.Event{Kind: paxos.Boot}, &out)
	again.Step(&paxos.Event{Kind: paxos.Fired}, &out)
	if again.DB.Chain != s.DB.Chain || again.DB.State.Digest() != s.DB.State.Digest() {
		t.Errorf("after a crash: %v, %v", again, &disk)
	}
	zxids := map[string]paxos.Zxid{}
	tree := again.DB.State.(zookeeper.Tree)
	tree.Each(func(path, _ string, st zookeeper.Stat) { zxids[path] = st.Czxid })
	if zxids["/a"] != first || zxids["/b"] != last {
		t.Errorf("created at %v, want /a at %d and /b at %d", zxids, first, last)
	}
}

func create(path string) *zookeeper.Txn {
	return &zookeeper.Txn{Op: zookeeper.OpCreate, Changes: []zookeeper.Change{{Op: zookeeper.OpCreate, Path: path}}}
}
