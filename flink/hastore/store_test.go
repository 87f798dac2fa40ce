package hastore

import (
	"encoding/hex"
	"errors"
	"path"
	"slices"
	"strings"
	"testing"
)

// tree is a Tree of a test: one line of a file a znode. Reads of the paths in
// vanished find nothing, though the list of children still has the name.
type tree struct {
	nodes    map[string]node
	vanished map[string]bool
}

type node struct {
	data []byte
	stat Stat
}

func parseTree(t testing.TB, text string) tree {
	t.Helper()
	all := tree{nodes: map[string]node{}}
	zxid := uint64(0)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		zxid++
		f := append(strings.Fields(line), "")
		n := node{stat: Stat{Czxid: zxid, Mzxid: zxid}}
		if f[1] == "ephemeral" {
			n.stat.Owner = 0x100
			f = slices.Delete(f, 1, 2)
		}
		data, err := hex.DecodeString(f[1])
		if err != nil {
			t.Fatalf("testdata/tree: %s: %v", line, err)
		}
		n.data = data
		all.nodes[f[0]] = n
	}
	return all
}

func (t tree) Get(at string) ([]byte, Stat, error) {
	n, there := t.nodes[at]
	if !there || t.vanished[at] {
		return nil, Stat{}, ErrNoNode
	}
	return n.data, n.stat, nil
}

func (t tree) Children(at string) (names []string, err error) {
	if _, there := t.nodes[at]; !there || t.vanished[at] {
		return nil, ErrNoNode
	}
	for p := range t.nodes {
		if path.Dir(p) == at && p != at {
			names = append(names, path.Base(p))
		}
	}
	return names, nil
}

const job = "73636869736d2d66322d7472792d3031"

// TestNothing: before the first JobManager there is nothing, and that is no
// error.
func TestNothing(t *testing.T) {
	s := New(tree{}, "/flink/run")
	components, err1 := s.Components()
	latch, err2 := s.Latch()
	graphs, err3 := s.Graphs()
	jobs, err4 := s.Jobs()
	if err := errors.Join(err1, err2, err3, err4); err != nil || len(components)+len(latch)+len(graphs)+len(jobs) != 0 {
		t.Errorf("%v %v %v %v, %v", components, latch, graphs, jobs, err)
	}
}

// TestFolderOfGraphs: the folder's name is not assumed.
func TestFolderOfGraphs(t *testing.T) {
	for _, folder := range []string{"jobgraphs", "execution-plans", "mine"} {
		s := New(parseTree(t, "/f\n/f/"+folder+"\n/f/"+folder+"/"+job+" 00\n/f/"+folder+"/other 00\n/f/applications\n/f/applications/"+job+" 00\n"), "/f")
		graphs, err := s.Graphs()
		if err != nil || len(graphs) != 1 || graphs[0].JobID != job || !graphs[0].Marked || graphs[0].Bad == nil {
			t.Errorf("%s: %+v, %v; want one that is marked and cannot be read", folder, graphs, err)
		}
	}
}

// TestLatchOrder: by number, whatever the names begin with.
func TestLatchOrder(t *testing.T) {
	s := New(parseTree(t, `
/f
/f/leader
/f/leader/latch
/f/leader/latch/_c_bb-latch-0000000009 ephemeral
/f/leader/latch/_c_aa-latch-0000000010 ephemeral
/f/leader/latch/stray
`), "/f")
	latch, err := s.Latch()
	if err != nil || len(latch) != 2 || latch[0].Sequence != 9 || latch[1].Sequence != 10 {
		t.Errorf("%+v, %v", latch, err)
	}
}

// broken is a tree behind a connection that is lost.
type broken struct{ tree }

var errLost = errors.New("connection lost")

func (b broken) Get(string) ([]byte, Stat, error) { return nil, Stat{}, errLost }

// TestErrorsPass: that nothing could be read is not that nothing is there.
func TestErrorsPass(t *testing.T) {
	s := New(broken{parseTree(t, "/f\n/f/leader\n/f/leader/latch\n/f/leader/latch/_c_a-latch-0000000001\n/f/leader/dispatcher\n/f/jobs\n/f/jobs/"+job+"\n/f/graphs\n/f/graphs/"+job+"\n")}, "/f")
	_, err1 := s.Components()
	_, err2 := s.Latch()
	_, err3 := s.Graphs()
	_, err4 := s.Jobs()
	for i, err := range []error{err1, err2, err3, err4} {
		if !errors.Is(err, errLost) {
			t.Errorf("read %d: %v, want the error of the connection", i, err)
		}
	}
}
