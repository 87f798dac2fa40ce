package scenarios_test

import (
	"testing"

	"github.com/schismlab/schism/scenarios"
)

func TestNearest(t *testing.T) {
	releases := []string{"zk-3.3.1", "zk-3.8.0", "zk-3.8.6", "zk-repaired"}
	for _, c := range []struct {
		typed, want string
		far         int
	}{
		{"zk-3.8.1", "zk-3.8.0", 2}, // not zk-3.3.1, of which one letter differs, too
		{"zk-repared", "zk-repaired", 2},
		{"ZK-3.8.6", "zk-3.8.6", 1},
		{"curator", "", 2},
		{"zk-3.8.0", "zk-3.8.0", 0},
		{"", "", 2},
	} {
		if got := scenarios.Nearest(c.typed, releases, c.far); got != c.want {
			t.Errorf("nearest to %q within %d is %q, want %q", c.typed, c.far, got, c.want)
		}
	}
}
