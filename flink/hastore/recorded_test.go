package hastore

import (
	"errors"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// recorded is what a real cluster of Flink 2.3.0 left in ZooKeeper while it ran
// one job, as testdata/tree says it: path, owner and data in hexadecimal. The
// stat's zxids are the numbers of the lines.
func recorded(t testing.TB) tree {
	t.Helper()
	text, err := os.ReadFile("testdata/tree")
	if err != nil {
		t.Fatal(err)
	}
	return parseTree(t, string(text))
}

func TestRecorded(t *testing.T) {
	s := New(recorded(t), "/flink/run")
	components, err := s.Components()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range components {
		names = append(names, c.Name)
		if c.Bad != nil || c.None() || c.Owner == 0 || c.Token != components[0].Token {
			t.Errorf("%+v: want an ephemeral of the one leader", c)
		}
		if c.Name == "rest_server" && !strings.HasPrefix(c.Address, "http://127.0.0.1:") {
			t.Errorf("the address of REST is %q", c.Address)
		}
	}
	if want := []string{"dispatcher", "job-" + job, "resource_manager", "rest_server"}; !slices.Equal(names, want) {
		t.Errorf("components %q, want %q", names, want)
	}
	latch, err := s.Latch()
	if err != nil || len(latch) != 1 || latch[0].Sequence != 0 || latch[0].Owner == 0 {
		t.Errorf("latch %+v, %v", latch, err)
	}
	graphs, err := s.Graphs()
	if err != nil || len(graphs) != 1 || graphs[0].JobID != job {
		t.Fatalf("graphs %+v, %v", graphs, err)
	}
	if file, ok := graphs[0].File(); !ok || graphs[0].Bad != nil || graphs[0].Marked || len(graphs[0].Locks) != 1 || !strings.Contains(file, "/ha/") {
		t.Errorf("graph %+v", graphs[0])
	}
	jobs, err := s.Jobs()
	if err != nil || len(jobs) != 1 || jobs[0].ID != job || jobs[0].CounterBad != nil {
		t.Fatalf("jobs %+v, %v", jobs, err)
	}
	j := jobs[0]
	if len(j.Checkpoints) != 1 || j.Checkpoints[0].ID >= j.Counter {
		t.Fatalf("checkpoints %+v, next %d", j.Checkpoints, j.Counter)
	}
	c := j.Checkpoints[0]
	if file, ok := c.File(); !ok || c.Bad != nil || c.Marked || len(c.Locks) != 1 || c.Size <= 0 || !strings.Contains(file, "completedCheckpoint") {
		t.Errorf("checkpoint %+v", c)
	}
}

// TestVanishing: znodes that are gone by the time they are read are left out,
// whichever they are. What is still there is found.
func TestVanishing(t *testing.T) {
	all := recorded(t)
	var paths []string
	for p := range all.nodes {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	rapid.Check(t, func(t *rapid.T) {
		all.vanished = map[string]bool{}
		for _, p := range rapid.SliceOfN(rapid.SampledFrom(paths), 0, 5).Draw(t, "vanished") {
			all.vanished[p] = true
		}
		s := New(all, "/flink/run")
		components, err1 := s.Components()
		_, err2 := s.Latch()
		_, err3 := s.Graphs()
		_, err4 := s.Jobs()
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			t.Fatal(err)
		}
		left := 0
		for _, p := range paths {
			if path.Base(p) == "connection_info" && !all.vanished[p] && !all.vanished["/flink/run/leader"] {
				left++
			}
		}
		if len(components) != left {
			t.Fatalf("%d components, want %d", len(components), left)
		}
	})
}
