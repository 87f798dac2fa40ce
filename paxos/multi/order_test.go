package multi

import "testing"

// TestSeveralOutstandingLosePrimaryOrder shows why Outstanding is 1 for layers
// that make entries from their state: with more, no rule of Paxos is broken, and
// yet entries are applied to states they were not made for. With 1 the other
// tests' schedules hold the same check.
func TestSeveralOutstandingLosePrimaryOrder(t *testing.T) {
	several := func(cfg *Config, s *schedule) {
		cfg.Alpha, cfg.Outstanding = 8, 8
		s.watchOrder = true
	}
	const within = 100
	for seed := range uint64(within) {
		switch name, why := runSchedule(seed, 0, several); name {
		case "":
		case "PrimaryOrder":
			t.Logf("schedule %d: %s", seed+1, why)
			return
		default:
			t.Fatalf("schedule %d: %s: %s", seed+1, name, why)
		}
	}
	t.Errorf("the primary order held in %d schedules: does anybody look?", within)
}
