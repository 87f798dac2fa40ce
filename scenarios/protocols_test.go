package scenarios_test

import (
	"strings"
	"testing"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// TestMultiPaxos tells every story with multi-Paxos under the servers, on a
// network that delivers a tenth of its datagrams twice. ZooKeeper's promises do
// not depend on the protocol below.
func TestMultiPaxos(t *testing.T) {
	for _, s := range scenarios.All() {
		t.Run(s.Name, func(t *testing.T) {
			if !s.On(sim.MultiPaxos) {
				refused(t, drawn(t, s, 1, scenarios.Options{Protocol: sim.MultiPaxos}))
				return
			}
			for seed := uint64(1); seed <= 2; seed++ {
				j := drawn(t, s, seed, scenarios.Options{Protocol: sim.MultiPaxos})
				j.Plan.Topology.Net.Dup = 100_000
				res := run(t, j)
				if !res.Verdict.Passes() {
					t.Errorf("seed %d: %v %s: %s", seed, res.Verdict, res.Signature, blames(res))
				}
				want := "one-outstanding"
				if j.Plan.Flink != (plan.Flink{}) {
					want = flink.Newest // a run with Flink names the variant of its election
				}
				if res.Protocol != sim.MultiPaxos || res.Variant != want {
					t.Errorf("the result says %q, %q, want variant %q", res.Protocol, res.Variant, want)
				}
			}
		})
	}
}

// refused holds that the model says in one line what a protocol does not do.
func refused(t *testing.T, j campaign.Job) {
	t.Helper()
	_, err := (&campaign.Runner{World: campaign.Sim}).Run(t.Context(), j)
	if err == nil || !strings.Contains(err.Error(), "multipaxos does not change the ensemble: only zab does") {
		t.Errorf("a plan with a reconfiguration on multipaxos: %v", err)
	}
}

// TestPrimaryOrder shows why ZooKeeper does not use plain multi-Paxos: with
// several proposals outstanding a plan breaks the primary order, and the same
// plan does not with one, nor under ZAB.
func TestPrimaryOrder(t *testing.T) {
	s, err := scenarios.Named("primary-order")
	if err != nil {
		t.Fatal(err)
	}
	const seeds = 12
	for seed := uint64(1); seed <= seeds; seed++ {
		j := drawn(t, s, seed, scenarios.Options{Protocol: sim.MultiPaxos, Variant: "several-outstanding"})
		res := run(t, j)
		if res.Signature == "" {
			continue
		}
		if res.Signature != "LocalPrimaryOrder" {
			t.Fatalf("seed %d: %s, want LocalPrimaryOrder", seed, res.Signature)
		}
		t.Logf("seed %d of several-outstanding: %s", seed, res.Checks[0].Why)
		for _, other := range []scenarios.Options{{Protocol: sim.MultiPaxos, Variant: "one-outstanding"}, {Protocol: sim.ZAB}} {
			p := *j.Plan
			p.Protocol, p.Variant = other.Protocol, other.Variant
			if res := run(t, campaign.Job{Plan: &p, Scenario: s}); !res.Verdict.Passes() {
				t.Errorf("seed %d, %v: %v %s", seed, other, res.Verdict, res.Signature)
			}
		}
		return
	}
	t.Errorf("%d seeds of several-outstanding keep the primary order", seeds)
}
