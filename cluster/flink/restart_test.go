//go:build unix

package flink_test

import (
	"testing"

	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/runlog"
)

// TestRestartIsNoEndByItself: a process that is killed and started again at once
// has not ended itself, and the supervisor has nothing to say about it.
func TestRestartIsNoEndByItself(t *testing.T) {
	b := &bench{t: t}
	var err error
	b.Cluster, err = flink.Start(t.Context(), flink.Options{
		Dir: t.TempDir(), ZooKeeper: []string{nowhere}, JobManagers: 1, TaskManagers: 1, Observe: b.observe,
	})
	b.ready(err)
	const times = 40
	for range times {
		b.must(b.Kill(t.Context(), "tm1"))
		b.must(b.Start(t.Context(), "tm1"))
	}
	// Close waits for every supervisor.
	b.must(b.Close())
	b.mu.Lock()
	defer b.mu.Unlock()
	crashes := 0
	for _, e := range b.events {
		if e.Kind == runlog.Crash && e.Proc == "tm1" {
			crashes++
			if e.Text != "" {
				t.Errorf("tm1 was killed, and is said to have ended itself: %s", e.Text)
			}
		}
	}
	if crashes != times {
		t.Errorf("%d crashes of tm1, want %d", crashes, times)
	}
}
