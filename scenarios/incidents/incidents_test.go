package incidents

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// TestIncidents carries each plan out on the affected and on the repaired
// variant: the first must show the expected violation, the second none.
func TestIncidents(t *testing.T) {
	for _, i := range All() {
		t.Run(i.Name+"/"+i.Affected, func(t *testing.T) {
			if o := judged(t, i, i.Affected); o.Verdict != checker.Violation || o.Signature != i.Signature {
				t.Errorf("verdict %v, signature %q, want a violation of %s\n%s", o.Verdict, o.Signature, i.Signature, reasons(o))
			}
		})
		t.Run(i.Name+"/"+i.Fixed, func(t *testing.T) {
			if o := judged(t, i.Repaired(), i.Fixed); !o.Verdict.Passes() {
				t.Errorf("verdict %v, signature %q, want none\n%s", o.Verdict, o.Signature, reasons(o))
			}
		})
	}
}

// TestMoments: whatever moments a seed draws, the incident is the same.
func TestMoments(t *testing.T) {
	for _, i := range All() {
		if i.moments == nil {
			continue
		}
		plans := map[string]bool{}
		for seed := range uint64(10) {
			s := i.Scenario()
			p, err := s.Plan(seed, scenarios.Options{})
			if err != nil {
				t.Fatal(err)
			}
			plans[fmt.Sprint(p.Steps)] = true
			if o := judgedAt(t, i, seed, i.Affected); o.Verdict != checker.Violation || o.Signature != i.Signature {
				t.Errorf("%s with seed %d: verdict %v, signature %q, want a violation of %s", i.Name, seed, o.Verdict, o.Signature, i.Signature)
			}
		}
		if len(plans) != 10 {
			t.Errorf("%s: 10 seeds give %d plans", i.Name, len(plans))
		}
	}
}

func judged(t *testing.T, i *Incident, variant string) scenarios.Outcome {
	return judgedAt(t, i, 0, variant)
}

func judgedAt(t *testing.T, i *Incident, seed uint64, variant string) scenarios.Outcome {
	t.Helper()
	s := i.Scenario()
	p, err := s.Plan(seed, scenarios.Options{Variant: variant})
	if err != nil {
		t.Fatal(err)
	}
	var kept log
	if err := (&sim.World{}).Run(context.Background(), p, &kept); err != nil {
		t.Fatal(err)
	}
	r, err := checker.NewRun(runlog.Header{Scenario: p.Scenario, World: "sim", Servers: p.Topology.Servers, Session: int64(p.Topology.SessionTimeout), Tolerant: p.Flink.Tolerant}, kept)
	if err != nil {
		t.Fatal(err)
	}
	return s.Judge(r, checker.DefaultBudget)
}

// log keeps events in memory.
type log []runlog.Event

func (l *log) Put(e *runlog.Event) int64 {
	*l = append(*l, *e)
	return int64(len(*l))
}

func reasons(o scenarios.Outcome) string {
	s := ""
	for _, c := range o.Checks {
		if c.Verdict != checker.OK {
			s += c.Name + ": " + c.Why + "\n"
		}
	}
	return s
}

// TestOpen: only what no release has repaired, and no option avoids, may be passed over.
func TestOpen(t *testing.T) {
	for _, c := range []struct {
		signature string
		flink     bool
		want      string
	}{
		{"pointer-without-state", true, "flink-dangling-pointer"},
		{"pointer-without-state", false, ""},
		{"servers-agree", false, "zookeeper-4837"},
		{"servers-agree", true, ""},
		{"one-job-leader", true, ""},          // a release has repaired it
		{"job-runs-again finished", true, ""}, // an option avoids it
		{"agreement", false, ""},
	} {
		got := ""
		if i := Open(c.signature, c.flink); i != nil {
			got = i.Name
		}
		if got != c.want {
			t.Errorf("%s, with Flink %v: %q is open, want %q", c.signature, c.flink, got, c.want)
		}
	}
}

// TestReleases: an incident that names a release has a plan that real servers can carry
// out.
func TestReleases(t *testing.T) {
	for _, i := range All() {
		if i.Release == "" {
			continue
		}
		p, err := i.Scenario().Plan(0, scenarios.Options{OnServers: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			if why := s.RunsOnlyInModel(); why != "" {
				t.Errorf("%s names the release %s, but %q: %s", i.Name, i.Release, s.String(), why)
			}
		}
	}
}

// TestAvoided: an incident with an option that avoids it has a name of its own, under
// which it can be run and replayed, and differs, on the same release, in the line about Flink alone.
func TestAvoided(t *testing.T) {
	for name, option := range map[string]string{"flink-10052": "tolerant", "flink-resubmitted": "keep-results", "flink-11813": "keep-results"} {
		plans := map[string]string{}
		for _, full := range []string{name, name + avoided} {
			i, err := Named(Prefix + full)
			if err != nil {
				t.Fatal(err)
			}
			p, err := i.Scenario().Plan(0, scenarios.Options{OnServers: true})
			if err != nil {
				t.Fatal(err)
			}
			plans[full] = p.String()
		}
		was, is := strings.Split(plans[name], "\n"), strings.Split(plans[name+avoided], "\n")
		differ := 0
		for n := range min(len(was), len(is)) {
			if was[n] == is[n] || strings.HasPrefix(was[n], "scenario ") || strings.HasPrefix(was[n], "variant ") {
				continue
			}
			if differ++; is[n] == was[n] || strings.Replace(is[n], " "+option, "", 1) != was[n] {
				t.Errorf("%s: %q became %q", name, was[n], is[n])
			}
		}
		if differ != 1 || len(was) != len(is) {
			t.Errorf("%s: %d lines of %d and %d differ, want 1", name, differ, len(was), len(is))
		}
	}
	if i, _ := Named("curator-696"); i.Repaired() != i {
		t.Error("curator-696 has no option that avoids it, and another plan")
	}
}
