package scenarios_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/scenariotest"
	"github.com/schismlab/schism/sim"
)

func TestScenarios(t *testing.T) { scenariotest.Run(t, scenarios.All()) }

// run carries a job out in the model.
func run(t *testing.T, j campaign.Job) *campaign.Result {
	t.Helper()
	res, err := (&campaign.Runner{World: campaign.Sim}).Run(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func drawn(t *testing.T, s *scenarios.Scenario, seed uint64, o scenarios.Options) campaign.Job {
	t.Helper()
	j, err := campaign.Draw(s, seed, o, campaign.Sim, "")
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// TestDeterminism runs a sample of seeds twice; the logs must be the same to
// the bit. It also holds that another seed gives another log, since a log that
// never changes would pass the first half.
func TestDeterminism(t *testing.T) {
	for _, s := range scenarios.All() {
		t.Run(s.Name, func(t *testing.T) {
			logs := map[string]uint64{}
			for _, seed := range []uint64{1, 2, 1 << 40} {
				first, second := run(t, drawn(t, s, seed, scenarios.Options{})), run(t, drawn(t, s, seed, scenarios.Options{}))
				if first.LogSha256 != second.LogSha256 {
					t.Errorf("seed %d: log %s, then %s", seed, first.LogSha256, second.LogSha256)
				}
				if other, same := logs[first.LogSha256]; same {
					t.Errorf("seeds %d and %d have the same log", other, seed)
				}
				logs[first.LogSha256] = seed
			}
		})
	}
}

// TestPlanAsText takes every plan through its text and runs both.
func TestPlanAsText(t *testing.T) {
	for _, s := range scenarios.All() {
		t.Run(s.Name, func(t *testing.T) {
			j := drawn(t, s, 3, scenarios.Options{})
			text := j.Plan.String()
			p, err := plan.Parse("plan", text)
			if err != nil {
				t.Fatal(err)
			}
			if again := p.String(); again != text {
				t.Fatalf("the plan's text changed when it was parsed and printed:\n%s\nthen\n%s", text, again)
			}
			parsed := j
			parsed.Plan = p
			if a, b := run(t, j), run(t, parsed); a.LogSha256 != b.LogSha256 {
				t.Errorf("log %s from the value, %s from its text", a.LogSha256, b.LogSha256)
			}
		})
	}
}

// kills says which scenario and which check catch a planted bug.
var kills = []struct{ bug, scenario, signature string }{
	{"ack-before-sync", "full-restart", "LeaderLogCompleteness"},
	{"minority-commit", "leader-partition", "LeaderLogCompleteness"},
	{"skip-truncate", "quorum-loss", "ProcessConsistency"},
	{"stale-epoch-vote", "leader-crash", "CommittedLogDurability"},
	{"out-of-order-delivery", "rolling-restart", "LocalPrimaryOrder"},
	{"deposed-leader-write", "leader-pause", "PrefixConsistency"},
	{"lose-log-tail", "full-restart", "LeaderLogCompleteness"},
	{"sink-keyed-by-attempt", "flink-state", "exactly-once duplicated"},
	{"commit-before-checkpoint", "flink-failover", "exactly-once duplicated"},
	{"latch-ignores-session", "flink-failover", "one-job-leader"},
	{"counter-resets", "flink-state", "counter-back"},
	{"drop-uncertain-state", "flink-state", "pointer-without-state"},
	{"windows-outside-state", "flink-monitoring", "window-sum"},
	{"barrier-by-attempt", "flink-state", "barrier too-early"},
}

// killSeeds is how many seeds a scenario has to catch its bug.
const killSeeds = 200

var errCaught = errors.New("caught")

// TestPlantedBugs holds the checks to what they are for: each bug planted in
// the model is caught, by the scenario and with the signature that are named.
func TestPlantedBugs(t *testing.T) {
	tried := map[string]bool{}
	for _, k := range kills {
		tried[k.bug] = true
		t.Run(k.bug, func(t *testing.T) {
			s, err := scenarios.Named(k.scenario)
			if err != nil {
				t.Fatal(err)
			}
			o := scenarios.Options{Bug: k.bug}
			draw := func(i int) (campaign.Job, error) {
				return campaign.Draw(s, uint64(i+1), o, campaign.Sim, "")
			}
			r := &campaign.Runner{World: campaign.Sim, Out: t.TempDir()}
			err = campaign.Each(context.WithoutCancel(t.Context()), r, killSeeds, draw, func(_ int, res *campaign.Result) error {
				if res.Verdict != checker.Violation {
					return nil
				}
				t.Logf("%-22s %-17s seed %3d  %s (check %s)", k.bug, k.scenario, res.Seed, res.Signature, blames(res))
				if res.Signature != k.signature {
					t.Errorf("caught as %q, want %q\n  reproduce: %s", res.Signature, k.signature, res.Reproduce)
				}
				return errCaught
			})
			if !errors.Is(err, errCaught) {
				t.Errorf("not caught by %d seeds of %s: %v", killSeeds, k.scenario, err)
			}
		})
	}
	for _, bug := range sim.BugNames() {
		if !tried[bug] {
			t.Errorf("nothing is said to catch the planted bug %s", bug)
		}
	}
}

// blames is the first check that found a violation.
func blames(res *campaign.Result) string {
	for _, c := range res.Checks {
		if c.Verdict == checker.Violation {
			return c.Name
		}
	}
	panic(fmt.Sprintf("a violation without a check: %+v", res))
}
