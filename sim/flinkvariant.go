package sim

import (
	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/plan"
)

// withFlink is the protocol as plans with a Flink cluster know it: they may name
// a variant or a bug of Flink instead of the ensemble's, which then is as it is
// without.
func (k Protocol) withFlink() Protocol {
	k.Variants = append(flink.VariantNames(), k.Variants...)
	k.Bugs = append(flink.BugNames(), k.Bugs...)
	k.Variant = flink.Newest
	use := k.use
	k.use = func(p *plan.Plan) protocol { return use(withoutFlink(p)) }
	return k
}

// withoutFlink is a plan as the ensemble's protocol reads it.
func withoutFlink(p *plan.Plan) *plan.Plan {
	q := *p
	if _, flinks := flink.VariantNamed(p.Variant); flinks {
		q.Variant = ""
	}
	if _, flinks := flink.BugNamed(p.Bug); flinks {
		q.Bug = ""
	}
	return &q
}

// BugNames lists the bugs that can be planted in the default protocol, and then
// those of Flink, which only plans with a Flink cluster may name.
func BugNames() []string { return append(zab.BugNames(), flink.BugNames()...) }
