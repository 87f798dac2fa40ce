package sim

import (
	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/paxos/zab"
)

// withFlink is the protocol as plans with a Flink cluster know it: they may name
// a variant or a bug of Flink instead of the ensemble's, which then is as it is
// without.
func (k Protocol) withFlink() Protocol {
	k.Variants = append(flink.VariantNames(), k.Variants...)
	k.Bugs = append(flink.BugNames(), k.Bugs...)
	k.Variant = flink.Newest
	return k
}

// BugNames lists the bugs that can be planted in the default protocol, and then
// those of Flink, which only plans with a Flink cluster may name.
func BugNames() []string { return append(zab.BugNames(), flink.BugNames()...) }
