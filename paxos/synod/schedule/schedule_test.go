package schedule

import "testing"

// TestRandomSchedulesHold runs the machine as it is meant to be.
func TestRandomSchedulesHold(t *testing.T) {
	n := uint64(4000)
	if testing.Short() {
		n = 400
	}
	for seed := range n {
		if name, why := Run(seed, 0); name != "" {
			t.Fatalf("seed %d: %s: %s", seed, name, why)
		}
	}
}

// BenchmarkRun is one random schedule with all invariants watched.
func BenchmarkRun(b *testing.B) {
	for seed := uint64(0); b.Loop(); seed++ {
		if name, why := Run(seed, 0); name != "" {
			b.Fatal(name, why)
		}
	}
}
