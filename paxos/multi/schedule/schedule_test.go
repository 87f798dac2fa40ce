package schedule

import (
	"testing"

	"github.com/schismlab/schism/paxos/multi"
)

// TestRandomSchedulesHold runs the machine as it is meant to be.
func TestRandomSchedulesHold(t *testing.T) {
	n := uint64(600)
	if testing.Short() {
		n = 60
	}
	var slots, gaps, snaps, changes int
	for seed := range n {
		w := &played(seed, 0, nil).watch
		if w.broken != "" {
			t.Fatalf("seed %d: %s: %s", seed, w.broken, w.why)
		}
		slots, gaps = slots+int(w.applied), gaps+w.gaps
		snaps, changes = snaps+w.snaps, changes+len(w.members)-1
	}
	t.Logf("%d schedules: %d slots chosen, %d of them no-ops, %d changes of members, %d states taken over", n, slots, gaps, changes, snaps)
	if slots < 10*int(n) || gaps == 0 || snaps == 0 || changes == 0 {
		t.Error("the schedules pass by what they are to look at")
	}
}

// TestSeveralOutstandingLosePrimaryOrder shows why Outstanding is 1 for layers
// that make entries from their state: with more, no rule of Paxos is broken, and
// yet entries are applied to states they were not made for. With 1 the other
// tests' schedules hold the same check.
func TestSeveralOutstandingLosePrimaryOrder(t *testing.T) {
	several := func(cfg *multi.Config, s *schedule) {
		cfg.Alpha, cfg.Outstanding = 8, 8
		s.watchOrder = true
	}
	const within = 100
	for seed := range uint64(within) {
		switch w := &played(seed, 0, several).watch; w.broken {
		case "":
		case "PrimaryOrder":
			t.Logf("schedule %d: %s", seed+1, w.why)
			return
		default:
			t.Fatalf("schedule %d: %s: %s", seed+1, w.broken, w.why)
		}
	}
	t.Errorf("the primary order held in %d schedules: does anybody look?", within)
}

// BenchmarkRun is one random schedule with all invariants watched.
func BenchmarkRun(b *testing.B) {
	for seed := uint64(0); b.Loop(); seed++ {
		if name, why := Run(seed, 0); name != "" {
			b.Fatal(name, why)
		}
	}
}
