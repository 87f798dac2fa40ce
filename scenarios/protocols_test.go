package scenarios_test

import (
	"testing"

	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// TestMultiPaxos tells every story with multi-Paxos under the servers, on a
// network that delivers a tenth of its datagrams twice. ZooKeeper's promises do
// not depend on the protocol below.
func TestMultiPaxos(t *testing.T) {
	for _, s := range scenarios.All() {
		t.Run(s.Name, func(t *testing.T) {
			for seed := uint64(1); seed <= 2; seed++ {
				j := drawn(t, s, seed, scenarios.Options{Protocol: sim.MultiPaxos})
				j.Plan.Topology.Net.Dup = 100_000
				res := run(t, j)
				if !res.Verdict.Passes() {
					t.Errorf("seed %d: %v %s: %s", seed, res.Verdict, res.Signature, blames(res))
				}
				if res.Protocol != sim.MultiPaxos || res.Variant != "one-outstanding" {
					t.Errorf("the result says %q, %q", res.Protocol, res.Variant)
				}
			}
		})
	}
}
