package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/zookeeper"
)

// Protocol is a consensus protocol that the model can run ZooKeeper's servers on.
type Protocol struct {
	// Name is what plans call it.
	Name string
	// Variants are its versions; Variant is the one of a plan that names none.
	Variants []string
	Variant  string
	// Bugs are those that can be planted in it.
	Bugs []string

	use   func(*plan.Plan) protocol
	watch func(*plan.Plan) checker.Invariants
}

// The protocols' names.
const (
	ZAB        = "zab"
	MultiPaxos = "multipaxos"
)

// Protocols lists the protocols. A plan that names none takes the first.
func Protocols() []Protocol { return []Protocol{zabProtocol, multiProtocol} }

// ProtocolOf is the protocol of a plan, and an error when the model has no such
// protocol, variant or bug.
func ProtocolOf(p *plan.Plan) (Protocol, error) {
	var names []string
	for _, known := range Protocols() {
		if p.Protocol == "" || p.Protocol == known.Name {
			if p.Flink != (plan.Flink{}) {
				known = known.withFlink()
			}
			return known, known.check(p)
		}
		names = append(names, known.Name)
	}
	return Protocol{}, fmt.Errorf("unknown protocol %q: the model has %s", p.Protocol, strings.Join(names, ", "))
}

func (k *Protocol) check(p *plan.Plan) error {
	switch {
	case p.Variant != "" && !slices.Contains(k.Variants, p.Variant):
		return fmt.Errorf("unknown variant %q of %s: the model has %s", p.Variant, k.Name, strings.Join(k.Variants, ", "))
	case p.Topology.Observers > 0 && k.Name != ZAB:
		return fmt.Errorf("%s has no observers: only %s has", k.Name, ZAB)
	case p.Reconfigures() && k.Name != ZAB:
		return fmt.Errorf("%s does not change the ensemble: only %s does", k.Name, ZAB)
	case p.Bug != "" && !slices.Contains(k.Bugs, p.Bug):
		return fmt.Errorf("unknown bug %q of %s: want one of %s", p.Bug, k.Name, strings.Join(k.Bugs, ", "))
	}
	return nil
}

// protocol is a consensus protocol as one run uses it: it makes the disk of a
// server that has never run, and starts a server from what is on its disk.
type protocol interface {
	disk(id paxos.ID) durable
	start(id paxos.ID, from durable) *zookeeper.Server
}
