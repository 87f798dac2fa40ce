package multi

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/schismlab/schism/paxos"
)

// kills says which invariant kills which planted bug, and within how many
// random schedules: some three times what it takes, so that a check that
// weakens shows.
var kills = []struct {
	bug, by string
	within  int
}{
	{"prepare-minority", "SafeValue", 10},
	{"commit-minority", "LearnedIsChosen", 10},
	{"forget-promise", "DurableBeforeAnswer", 10},
	{"forget-accepted", "DurableBeforeAnswer", 10},
	{"answer-first", "DurableBeforeAnswer", 10},
	{"accept-below-promise", "PromiseKept", 10},
	{"ignore-accepted", "SafeValue", 10},
	{"adopt-lowest", "SafeValue", 100},
	{"skip-no-ops", "Termination", 60},
	{"stale-leader", "PromiseKept", 10},
	{"cumulative-accept", "LearnedIsChosen", 30},
	{"commit-any-ballot", "Agreement", 30},
	{"members-at-once", "SafeValue", 20},
	{"snapshot-forgets-members", "SafeValue", 30},
	{"truncate-tail", "PromiseTells", 20},
	{"reuse-ballots", "PromiseKept", 10},
	{"serve-early", "PrimaryOrder", 10},
	{"lease-from-answer", "LeaseExclusive", 600},
	{"never-catch-up", "Termination", 30},
}

// rare are the planted bugs that hardly any random schedule meets, with the
// transcript in which each breaks what it breaks.
var rare = map[string]string{
	"count-old-accepted":   "old_acceptances",
	"boot-without-waiting": "lease_forgotten",
}

// circumstances are what a bug needs to show in a sensible time.
var circumstances = map[Bugs]func(*Config, *schedule){
	LeaseFromAnswer: func(cfg *Config, s *schedule) {
		cfg.Members, cfg.Lease = paxos.Voters(3), cfg.Timeout
		s.late = 60_000
	},
}

// TestRandomSchedulesHold runs the machine as it is meant to be.
func TestRandomSchedulesHold(t *testing.T) {
	n := uint64(600)
	if testing.Short() {
		n = 60
	}
	var slots, gaps, snaps, changes int
	for seed := range n {
		w := &schedulePlayed(seed, 0, nil).watch
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

// TestMutantsAreKilled prints the kill table.
func TestMutantsAreKilled(t *testing.T) {
	if len(kills)+len(rare) != len(BugNames()) {
		t.Fatalf("%d bugs in the tables, %d planted", len(kills)+len(rare), len(BugNames()))
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-25s %-20s %-9s %s\n", "planted bug", "killed by", "schedule", "why")
	for _, k := range kills {
		bug, ok := BugNamed(k.bug)
		if !ok {
			t.Fatalf("no bug is named %q", k.bug)
		}
		at, name, why := kill(bug, k.within, circumstances[bug])
		fmt.Fprintf(&table, "%-25s %-20s %-9d %s\n", k.bug, name, at, why)
		if name != k.by {
			t.Errorf("%s: within %d schedules killed by %q, want %q", k.bug, k.within, name, k.by)
		}
	}
	for _, bug := range BugNames() {
		transcript, ok := rare[bug]
		if !ok {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "transcripts", "multi", transcript))
		if err != nil || !strings.Contains(string(text), "bug="+bug) {
			t.Errorf("%s: transcript %s does not show it: %v", bug, transcript, err)
		}
		fmt.Fprintf(&table, "%-25s transcript %s\n", bug, transcript)
	}
	t.Logf("\n%s", table.String())
}

// kill runs schedules until an invariant breaks.
func kill(bug Bugs, within int, change func(*Config, *schedule)) (int, string, string) {
	for seed := range uint64(within) {
		if name, why := runSchedule(seed, bug, change); name != "" {
			return int(seed) + 1, name, why
		}
	}
	return within, "", ""
}
