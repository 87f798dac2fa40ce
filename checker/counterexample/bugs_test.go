package counterexample

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

var seeds = flag.Uint64("seeds", 0, "run every scenario with so many seeds of each planted bug (0: until each is caught once)")

// catchers are scenarios that catch each planted bug.
var catchers = map[string][]string{
	"ack-before-sync":       {"full-restart"},
	"minority-commit":       {"leader-partition", "leader-pause"},
	"skip-truncate":         {"quorum-loss"},
	"stale-epoch-vote":      {"leader-crash"},
	"out-of-order-delivery": {"rolling-restart", "quorum-loss"},
	"deposed-leader-write":  {"leader-partition", "leader-pause"},
	"lose-log-tail":         {"rolling-restart", "full-restart"},

	"sink-keyed-by-attempt":    {"flink-state"},
	"commit-before-checkpoint": {"flink-config"},
	"latch-ignores-session":    {"flink-failover"},
	"counter-resets":           {"flink-state"},
	"drop-uncertain-state":     {"flink-state", "flink-failover"},
	"windows-outside-state":    {"flink-monitoring"},
	"barrier-by-attempt":       {"flink-state"},
}

// TestEveryPlantedBugHasASmallCounterexample holds every bad run to at most
// twelve operations, or events of servers where no client saw anything.
func TestEveryPlantedBugHasASmallCounterexample(t *testing.T) {
	var table strings.Builder
	for _, bug := range sim.BugNames() {
		bad := 0
		for _, s := range scenarios.All() {
			if _, needs := flink.BugNamed(bug); needs && s.Flink == (plan.Flink{}) {
				continue
			}
			for seed := uint64(1); tried(bug, s.Name, seed); seed++ {
				run := ran(t, s, seed, bug)
				results := checker.Judge(run, checker.All(), checker.DefaultBudget)
				if checker.Worst(results) != checker.Violation {
					continue
				}
				bad++
				small(t, &table, run, results)
				if *seeds == 0 {
					break // the first that is caught
				}
			}
		}
		if bad == 0 {
			t.Errorf("no run catches %s", bug)
		}
	}
	t.Logf("counterexamples of the planted bugs:\n%s", table.String())
}

// small holds the counterexample of a bad run to its bounds.
func small(t *testing.T, table io.Writer, run *checker.Run, results []checker.Result) {
	t.Helper()
	h := &run.Header
	x := Find(run, results, DefaultBounds)
	if x == nil {
		t.Errorf("%s %s %d: nothing explains %s", h.Bug, h.Scenario, h.Seed, checker.Signature(results))
		return
	}
	fmt.Fprintf(table, "%-22s %-18s %3d  %2d of %5d  %-36s %4d judgements\n", h.Bug, h.Scenario, h.Seed, x.Ops, x.Of, x.Check+": "+x.Signature, x.Judgements)
	if x.Ops > Small || !x.Minimal || x.Ops == 0 {
		t.Errorf("%s %s %d: %d operations, minimal %v\n%s", h.Bug, h.Scenario, h.Seed, x.Ops, x.Minimal, x.Text(100))
	}
	if lines := strings.Count(x.Text(100), "\n"); lines > MaxLines {
		t.Errorf("%s %s %d: %d lines", h.Bug, h.Scenario, h.Seed, lines)
	}
	again(t, run, x)
	if twice := Find(run, results, DefaultBounds); twice.Text(100) != x.Text(100) {
		t.Errorf("%s %s %d: the second time it is told as\n%s", h.Bug, h.Scenario, h.Seed, twice.Text(100))
	}
}

// tried says whether a seed is to be tried; of the scenarios that catch a bug, so
// many that one does.
func tried(bug, scenario string, seed uint64) bool {
	if *seeds > 0 {
		return seed <= *seeds
	}
	return seed <= 30 && slices.Contains(catchers[bug], scenario)
}

// again judges the log of a counterexample anew, as somebody would who was given
// nothing else.
func again(t *testing.T, run *checker.Run, x *Counterexample) {
	t.Helper()
	if x.Log == nil {
		return
	}
	alone, err := checker.NewRun(run.Header, x.Log)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range checker.Judge(alone, checker.All(), checker.DefaultBudget) {
		if r.Name == x.Check && r.Verdict == x.Verdict && r.Signature == x.Signature {
			return
		}
	}
	t.Errorf("%s is not in its own counterexample", x.Signature)
}
