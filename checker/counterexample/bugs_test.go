package counterexample

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/scenarios"
)

var seeds = flag.Uint64("seeds", 0, "run every scenario with so many seeds of each planted bug (a few chosen runs)")

// caught are runs that catch each planted bug: by scenario, seeds.
var caught = map[string]map[string][]uint64{
	"ack-before-sync":       {"full-restart": {1, 2}},
	"minority-commit":       {"leader-partition": {1}, "one-way-partition": {1}, "leader-pause": {1}, "quorum-loss": {3}},
	"skip-truncate":         {"quorum-loss": {3}},
	"stale-epoch-vote":      {"leader-crash": {5}},
	"out-of-order-delivery": {"rolling-restart": {1}, "quorum-loss": {1}},
	"deposed-leader-write":  {"leader-partition": {1}, "leader-pause": {1}, "quorum-loss": {2}},
	"lose-log-tail":         {"rolling-restart": {1}, "quorum-loss": {3}, "full-restart": {1, 2}},
}

// TestEveryPlantedBugHasASmallCounterexample holds every bad run to at most
// twelve operations, or events of servers where no client saw anything.
func TestEveryPlantedBugHasASmallCounterexample(t *testing.T) {
	var table strings.Builder
	for _, bug := range zab.BugNames() {
		bad := 0
		for _, s := range scenarios.All() {
			for _, seed := range seedsOf(bug, s.Name) {
				run := ran(t, s, seed, bug)
				results := checker.Judge(run, checker.All(), checker.DefaultBudget)
				if checker.Worst(results) != checker.Violation {
					continue
				}
				bad++
				x := Find(run, results, DefaultBounds)
				if x == nil {
					t.Errorf("%s %s %d: nothing explains %s", bug, s.Name, seed, checker.Signature(results))
					continue
				}
				fmt.Fprintf(&table, "%-22s %-18s %3d  %2d of %5d  %-36s %4d judgements\n", bug, s.Name, seed, x.Ops, x.Of, x.Check+": "+x.Signature, x.Judgements)
				if x.Ops > Small || !x.Minimal || x.Ops == 0 {
					t.Errorf("%s %s %d: %d operations, minimal %v\n%s", bug, s.Name, seed, x.Ops, x.Minimal, x.Text(100))
				}
				if lines := strings.Count(x.Text(100), "\n"); lines > MaxLines {
					t.Errorf("%s %s %d: %d lines", bug, s.Name, seed, lines)
				}
				again(t, run, x)
				if twice := Find(run, results, DefaultBounds); twice.Text(100) != x.Text(100) {
					t.Errorf("%s %s %d: the second time it is told as\n%s", bug, s.Name, seed, twice.Text(100))
				}
			}
		}
		if bad == 0 {
			t.Errorf("no run catches %s", bug)
		}
	}
	t.Logf("counterexamples of the planted bugs:\n%s", table.String())
}

func seedsOf(bug, scenario string) (list []uint64) {
	if *seeds == 0 {
		return caught[bug][scenario]
	}
	for seed := uint64(1); seed <= *seeds; seed++ {
		list = append(list, seed)
	}
	return list
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
