package run

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"time"
)

// awaitSnapshots waits until each of these servers has written a snapshot that
// was not there before. Its file grows while it is written, so it counts once
// it has kept its size for a while.
func (s *servers) awaitSnapshots(ctx context.Context, within time.Duration, servers []int) error {
	before := map[int]map[string]saved{}
	for _, n := range servers {
		before[n] = s.snapshots(n)
	}
	last, since := map[int]map[string]saved{}, time.Now()
	return await(ctx, within, func() bool {
		all := true
		for _, n := range servers {
			now := s.snapshots(n)
			if !maps.Equal(now, last[n]) {
				last[n], since = now, time.Now()
			}
			all = all && grown(before[n], now)
		}
		return all && time.Since(since) > snapshotRests
	})
}

// snapshotRests is how long a snapshot that is complete has not changed. A tree
// of a test's size takes milliseconds.
const snapshotRests = 300 * time.Millisecond

// saved is what tells one state of a file from another.
type saved struct {
	size int64
	at   time.Time
}

// snapshots are the files with server n's snapshots that hold anything.
func (s *servers) snapshots(n int) map[string]saved {
	// The pattern is sound, and that is all Glob can complain of.
	paths, _ := filepath.Glob(filepath.Join(s.ensemble.Dir(n), "data", "version-2", "snapshot.*"))
	found := map[string]saved{}
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil && info.Size() > 0 {
			found[p] = saved{info.Size(), info.ModTime()}
		}
	}
	return found
}

// grown says whether a file is new or was written again.
func grown(before, now map[string]saved) bool {
	for p, f := range now {
		if before[p] != f {
			return true
		}
	}
	return false
}
