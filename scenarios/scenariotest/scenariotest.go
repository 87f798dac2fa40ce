package scenariotest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/leftover"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/incidents"
)

var (
	firstSeed = flag.Uint64("schism.seed", 1, "first seed of each scenario")
	seedCount = flag.Int("schism.seeds", 0, "seeds of each scenario (3 in the model, 1 on real servers)")
	worldList = flag.String("schism.world", campaign.Sim, "worlds: sim, local, docker, several with commas, or all")
	passOver  = flag.Bool("schism.pass-over", false, "where a run on real servers shows a bug that no release of theirs has repaired, say so and make another run in its place")
	outFolder = flag.String("schism.out", "", "folder for run folders (a temporary one, which stays if the test fails)")
)

// Seeds of each scenario unless the flag says otherwise.
const (
	simSeeds  = 3
	realSeeds = 1
)

// Run runs every scenario of the list in every world that the flags name, a
// subtest for each pair.
func Run(t *testing.T, list []*scenarios.Scenario) {
	t.Helper()
	worlds, err := worldsNamed(*worldList)
	if err != nil {
		t.Fatalf("-schism.world: %v", err)
	}
	if *seedCount < 0 {
		t.Fatalf("-schism.seeds %d: want at least 1", *seedCount)
	}
	for _, s := range list {
		t.Run(s.Name, func(t *testing.T) {
			for _, world := range worlds {
				if s.ModelOnly && world != campaign.Sim {
					continue // as schism run all does
				}
				t.Run(world, func(t *testing.T) { runIn(t, s, world) })
			}
		})
	}
}

func worldsNamed(list string) ([]string, error) {
	if list == "all" {
		return campaign.Worlds(), nil
	}
	var worlds []string
	for _, w := range strings.Split(list, ",") {
		if err := campaign.CheckWorld(w, ""); err != nil {
			return nil, err
		}
		if !slices.Contains(worlds, w) {
			worlds = append(worlds, w)
		}
	}
	return worlds, nil
}

// runIn makes the runs of one scenario in one world.
func runIn(t *testing.T, s *scenarios.Scenario, world string) {
	count := *seedCount
	if count == 0 {
		count = realSeeds
		if world == campaign.Sim {
			count = simSeeds
		}
	}
	r := &campaign.Runner{World: world, Out: *outFolder}
	if r.Out == "" {
		r.Out = failuresOnly(t)
	}
	if world != campaign.Sim {
		cleanUp(t)
	}
	again := 0
	each(t, s, r, *firstSeed, count, func(res *campaign.Result) {
		if *passOver && world != campaign.Sim && isOpen(t, s, res) {
			again++
			return
		}
		judge(t, res)
	})
	each(t, s, r, *firstSeed+uint64(count), again, func(res *campaign.Result) { judge(t, res) })
}

// each makes a run for each of so many seeds.
func each(t *testing.T, s *scenarios.Scenario, r *campaign.Runner, first uint64, count int, done func(*campaign.Result)) {
	draw := func(i int) (campaign.Job, error) {
		seed := first + uint64(i)
		j, err := campaign.Draw(s, seed, scenarios.Options{}, r.World, "")
		j.Reproduce = fmt.Sprintf("go test -run '^%s$' -schism.world %s -schism.seed %d", strings.ReplaceAll(t.Name(), "/", "$/^"), r.World, seed)
		return j, err
	}
	err := campaign.Each(t.Context(), r, count, draw, func(_ int, res *campaign.Result) error {
		done(res)
		return nil
	})
	var lacks *cluster.NotReady
	if errors.As(err, &lacks) {
		t.Skip("not ready: " + lacks.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// isOpen says whether a run has shown a bug that its servers are known to have, in every
// release there is, and tells which.
func isOpen(t *testing.T, s *scenarios.Scenario, res *campaign.Result) bool {
	t.Helper()
	if res.Verdict != checker.Violation {
		return false
	}
	i := incidents.Open(res.Signature, s.Flink != plan.Flink{})
	if i == nil {
		return false
	}
	t.Logf("open bug: %s (%s), in seed %d; reproduce: %s", i.Name, res.Signature, res.Seed, res.Reproduce)
	return true
}

// judge fails the test when the run did not pass, with all that one needs.
func judge(t *testing.T, res *campaign.Result) {
	t.Helper()
	t.Logf("seed %d: %s, %d calls ok, %d refused, %d unknown, log %s", res.Seed, res.Verdict, res.Ops.OK, res.Ops.Fail, res.Ops.Unknown, res.LogSha256)
	if res.Verdict.Passes() {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %s %s\n", res.Seed, res.Verdict, res.Signature)
	for _, c := range res.Checks {
		if !c.Verdict.Passes() {
			fmt.Fprintf(&b, "  %s: %s: %s\n", c.Name, c.Verdict, c.Why)
		}
	}
	if res.Log != "" {
		fmt.Fprintf(&b, "  report %s\n", filepath.Join(filepath.Dir(res.Log), campaign.ReportFile))
	}
	t.Errorf("%s  reproduce: %s", b.String(), res.Reproduce)
}

// failuresOnly is a folder that stays if the test fails: a report that nobody
// can open any more would be no use.
func failuresOnly(t *testing.T) string {
	dir, err := os.MkdirTemp("", "schism-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !t.Failed() {
			os.RemoveAll(dir)
		}
	})
	return dir
}

// cleanUp removes what killed runs have left before real servers are started.
func cleanUp(t *testing.T) {
	gone, err := leftover.Clean(context.WithoutCancel(t.Context()))
	for _, l := range gone {
		t.Logf("removed %s", l)
	}
	if err != nil {
		t.Logf("some of what killed runs have left stays: %v", err)
	}
}
