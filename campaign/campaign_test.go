package campaign_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/cluster/leftover"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
)

func named(t testing.TB, name string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drawing draws seeds 1, 2, … of a scenario.
func drawing(s *scenarios.Scenario, o scenarios.Options) func(i int) (campaign.Job, error) {
	return func(i int) (campaign.Job, error) { return campaign.Draw(s, uint64(i+1), o, campaign.Sim, "") }
}

func first(t testing.TB, s *scenarios.Scenario, o scenarios.Options) campaign.Job {
	t.Helper()
	j, err := drawing(s, o)(0)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestEachKeepsTheOrderOfJobs(t *testing.T) {
	r := &campaign.Runner{World: campaign.Sim, Out: t.TempDir()}
	next := uint64(1)
	err := campaign.Each(t.Context(), r, 12, drawing(named(t, "slow-links"), scenarios.Options{}), func(i int, res *campaign.Result) error {
		if res.Seed != next || i != int(next-1) {
			t.Errorf("result %d of seed %d came when %d was due", i, res.Seed, next)
		}
		next++
		return nil
	})
	if err != nil || next != 13 {
		t.Errorf("ended before seed %d with %v", next, err)
	}
	if left, _ := os.ReadDir(r.Out); len(left) > 0 {
		t.Errorf("runs that passed left %v", left)
	}
}

func TestEachKeepsTheFirstFailures(t *testing.T) {
	r := &campaign.Runner{World: campaign.Sim, Out: t.TempDir()}
	n := campaign.KeptFailures + 3
	// This bug shows in every run.
	draw := drawing(named(t, "leader-crash"), scenarios.Options{Bug: "out-of-order-delivery"})
	err := campaign.Each(t.Context(), r, n, draw, func(i int, res *campaign.Result) error {
		if res.Verdict != checker.Violation {
			t.Fatalf("seed %d: %s", res.Seed, res.Verdict)
		}
		if kept := res.Log != ""; kept != (i < campaign.KeptFailures) {
			t.Errorf("run %d has the log %q", i, res.Log)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestEachEnds(t *testing.T) {
	enough := errors.New("enough")
	r := &campaign.Runner{World: campaign.Sim, Out: t.TempDir()}
	draw := drawing(named(t, "leader-crash"), scenarios.Options{})
	for _, n := range []int{1, 1000} {
		err := campaign.Each(t.Context(), r, n, draw, func(int, *campaign.Result) error { return enough })
		if !errors.Is(err, enough) {
			t.Errorf("%d runs: %v, want the error of done", n, err)
		}
		err = campaign.Each(t.Context(), r, n, func(int) (campaign.Job, error) { return campaign.Job{}, enough }, nil)
		if !errors.Is(err, enough) {
			t.Errorf("%d runs: %v, want the error of draw", n, err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(enough)
		if err := campaign.Each(ctx, r, n, draw, nil); !errors.Is(err, enough) {
			t.Errorf("%d runs: %v, want what ended the context", n, err)
		}
	}
}

// TestKeptLog holds that what is kept is what was judged and hashed: the events
// in memory and those read back give the same result.
func TestKeptLog(t *testing.T) {
	s := named(t, "session-expiry")
	r := &campaign.Runner{World: campaign.Sim, Out: t.TempDir(), Keep: true}
	res, err := r.Run(t.Context(), first(t, s, scenarios.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(res.Log)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	h, events, err := runlog.ReadAll(res.Log, file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := campaign.Judged(h, events, s, checker.DefaultBudget)
	if err != nil {
		t.Fatal(err)
	}
	if again.Events != res.Events || again.Ops != res.Ops || !slices.Equal(again.Checks, res.Checks) || again.Variant != res.Variant {
		t.Errorf("judged from memory %+v, from the file %+v", res, again)
	}
	var names []string
	entries, _ := os.ReadDir(filepath.Dir(res.Log))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{campaign.LogFile, campaign.PlanFile, campaign.ReportFile}; !slices.Equal(names, want) {
		t.Errorf("the run folder holds %v, want %v", names, want)
	}
}

// TestUnfinishedFolders: what a process that is gone has begun is removed, and
// what a living one builds stays.
func TestUnfinishedFolders(t *testing.T) {
	out := t.TempDir()
	parent := filepath.Join(out, "slow-links")
	dead := exec.Command("go", "version")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	gone := leftover.Self()
	gone.PID = dead.Process.Pid
	for name, owner := range map[string]leftover.Owner{"gone": gone, "alive": leftover.Self()} {
		dir := filepath.Join(parent, ".unfinished-sim-9-"+name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "owner"), []byte(owner.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := &campaign.Runner{World: campaign.Sim, Out: out, Keep: true}
	if _, err := r.Run(t.Context(), first(t, named(t, "slow-links"), scenarios.Options{})); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(parent, ".unfinished-*"))
	if len(left) != 1 || !strings.HasSuffix(left[0], "alive") {
		t.Errorf("left are %v, want what the living process builds", left)
	}
}

// TestFault: a panic of ours names the run that comes to it again.
func TestFault(t *testing.T) {
	broken := &scenarios.Scenario{
		Name: "broken", Steps: func(*scenarios.Draw) {},
		Probes: []scenarios.Probe{{Name: "boom", Count: func(*checker.Run) int { panic("a state that cannot be") }}},
	}
	r := &campaign.Runner{World: campaign.Sim, Out: t.TempDir(), Keep: true}
	_, err := r.Run(t.Context(), first(t, broken, scenarios.Options{}))
	var fault *campaign.Fault
	if !errors.As(err, &fault) || fault.Value != "a state that cannot be" || !strings.Contains(err.Error(), "reproduce: schism run broken --seed 1") {
		t.Errorf("%v, want a fault with the command that comes to it again", err)
	}
	if left, _ := filepath.Glob(filepath.Join(r.Out, "broken", "*")); len(left) > 0 {
		t.Errorf("the run left %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(r.Out, "broken", ".*")); len(left) > 0 {
		t.Errorf("the run left %v", left)
	}
}

func TestCheckPlan(t *testing.T) {
	for _, c := range []struct {
		name, world, want string
		o                 scenarios.Options
	}{
		{"planted bug in a real world", campaign.Local, "only the model has planted bugs", scenarios.Options{Bug: "skip-truncate"}},
		{"variant in a real world", campaign.Docker, "only the model has variants", scenarios.Options{Variant: "zk-3.9.4"}},
		{"protocol in a real world", campaign.Local, "only the model has a choice", scenarios.Options{Protocol: "multipaxos"}},
		{"protocol that is none", campaign.Sim, "unknown protocol", scenarios.Options{Protocol: "none"}},
		{"bug that is none", campaign.Sim, "unknown bug", scenarios.Options{Bug: "none"}},
		{"variant that is none", campaign.Sim, "unknown variant", scenarios.Options{Variant: "none"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := campaign.CheckPlan(first(t, named(t, "leader-crash"), c.o).Plan, c.world)
			var bad *campaign.BadInput
			if !errors.As(err, &bad) || !strings.Contains(bad.Msg, c.want) {
				t.Errorf("%v, want bad input: %s", err, c.want)
			}
		})
	}
}

// BenchmarkJudge judges the log of one run with Flink, and nothing else.
func BenchmarkJudge(b *testing.B) {
	s := named(b, "flink-failover")
	r := &campaign.Runner{World: campaign.Sim, Out: b.TempDir(), Keep: true}
	res, err := r.Run(b.Context(), first(b, s, scenarios.Options{}))
	if err != nil {
		b.Fatal(err)
	}
	file, err := os.Open(res.Log)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	h, events, err := runlog.ReadAll(res.Log, file)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := campaign.Judged(h, events, s, checker.DefaultBudget); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRun is one run of the model with its judgement, as a campaign makes
// them on each core.
func BenchmarkRun(b *testing.B) {
	for _, s := range scenarios.All() {
		b.Run(s.Name, func(b *testing.B) {
			r := &campaign.Runner{World: campaign.Sim}
			draw := drawing(s, scenarios.Options{})
			for i := 0; b.Loop(); i++ {
				j, err := draw(i)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := r.Run(b.Context(), j); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
