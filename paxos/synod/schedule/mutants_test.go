package synod

import (
	"fmt"
	"strings"
	"testing"
)

// kills says which invariant kills which planted bug, and within how many
// random schedules: some three times what it takes, so that a check that
// weakens shows. Half of the schedules have three servers, half five.
var kills = []struct {
	bug, by string
	within  int
}{
	{"prepare-minority", "SafeValue", 10},
	{"accept-minority", "LearnedIsChosen", 10},
	{"forget-promise", "DurableBeforeAnswer", 10},
	{"forget-accepted", "DurableBeforeAnswer", 10},
	{"answer-first", "DurableBeforeAnswer", 10},
	{"ignore-accepted", "SafeValue", 10},
	{"adopt-lowest", "SafeValue", 10},
	{"accept-below-promise", "PromiseKept", 10},
	{"promise-lower", "PromiseKept", 10},
	{"lazy-promise", "PromiseKept", 40},
	{"hide-accepted", "PromiseTells", 10},
	{"shared-ballots", "OneValuePerBallot", 400},
	{"reuse-ballots", "PromiseKept", 10},
	{"count-old-promises", "SafeValue", 10},
	{"count-old-accepted", "LearnedIsChosen", 1100},
	{"count-twice", "LearnedIsChosen", 250},
	{"learn-accepted", "LearnedIsChosen", 10},
	{"give-up", "Termination", 250},
}

func servers(seed uint64) int { return 3 + 2*int(seed&1) }

// TestRandomSchedulesHold runs the machine as it is meant to be.
func TestRandomSchedulesHold(t *testing.T) {
	n := uint64(4000)
	if testing.Short() {
		n = 400
	}
	for seed := range n {
		if name, why := runSchedule(seed, servers(seed), 0); name != "" {
			t.Fatalf("seed %d, %d servers: %s: %s", seed, servers(seed), name, why)
		}
	}
}

// TestMutantsAreKilled prints the kill table.
func TestMutantsAreKilled(t *testing.T) {
	if len(kills) != len(BugNames()) {
		t.Fatalf("%d bugs in the table, %d planted", len(kills), len(BugNames()))
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-22s %-20s %-9s %s\n", "planted bug", "killed by", "schedule", "why")
	for _, k := range kills {
		bug, ok := BugNamed(k.bug)
		if !ok {
			t.Fatalf("no bug is named %q", k.bug)
		}
		at, name, why := kill(bug, k.within)
		fmt.Fprintf(&table, "%-22s %-20s %-9d %s\n", k.bug, name, at, why)
		if name != k.by {
			t.Errorf("%s: within %d schedules killed by %q, want %q", k.bug, k.within, name, k.by)
		}
	}
	t.Logf("\n%s", table.String())
}

// kill runs schedules until an invariant breaks.
func kill(bug Bugs, within int) (int, string, string) {
	for seed := range uint64(within) {
		if name, why := runSchedule(seed, servers(seed), bug); name != "" {
			return int(seed) + 1, name, why
		}
	}
	return within, "", ""
}
