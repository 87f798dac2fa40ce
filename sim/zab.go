package sim

import (
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/zookeeper"
)

// zabProtocol is ZooKeeper's own protocol, in its released versions.
var zabProtocol = Protocol{
	Name: ZAB, Variants: zab.VariantNames(), Variant: zab.Repaired, Bugs: zab.MutantNames(),
	use:   func(p *plan.Plan) protocol { return newZab(p) },
	watch: watchZab,
}

// watchZab watches quorums, too, where the configuration can change.
func watchZab(p *plan.Plan) checker.Invariants {
	if !p.Reconfigures() {
		return new(checker.ZabInvariants)
	}
	t := &p.Topology
	return checker.NewReconfigInvariants(t.Servers - t.Spares - t.Observers)
}

// zabServers are the servers of one run.
type zabServers struct {
	empty   zookeeper.Tree
	configs []zab.Config // by server
	above   []zookeeper.Config
}

func newZab(p *plan.Plan) *zabServers {
	quirks, _ := zab.VariantNamed(p.Variant)
	bug, _ := zab.BugNamed(p.Bug)
	t := &p.Topology
	s := &zabServers{empty: zookeeper.NewSharedTree()}
	members := paxos.Voters(t.Servers - t.Spares)
	observers := members &^ paxos.Voters(t.Servers-t.Spares-t.Observers)
	if p.Reconfigures() {
		s.empty = s.empty.WithConfig(&paxos.Members{Voters: members &^ observers, Observers: observers})
	}
	for id := range paxos.ID(t.Servers + 1) {
		s.configs = append(s.configs, zab.Config{
			ID: id, Servers: t.Servers, Observers: observers, Spares: paxos.Voters(t.Servers) &^ members, Tick: int64(t.Tick), InitLimit: t.InitLimit, SyncLimit: t.SyncLimit,
			CommittedLog: committed, SnapEvery: snapEvery, Empty: s.empty, Bugs: bug, Quirks: quirks, Readable: zookeeper.Readable,
		})
		s.above = append(s.above, zookeeper.Config{ID: id, Tick: int64(t.Tick), Timer: zab.TimerTick, BareCheck: quirks&zab.BareCheck != 0, OneWatchMode: quirks&zab.OneWatchMode != 0})
	}
	return s
}

func (s *zabServers) disk(id paxos.ID) durable {
	d := zab.NewDurable(s.empty)
	d.KeepLate = s.configs[id].Quirks&zab.KeepLateSnapshot != 0
	return &d
}

func (s *zabServers) start(id paxos.ID, from durable) *zookeeper.Server {
	return zookeeper.NewServer(&s.above[id], zab.New(&s.configs[id], from.(*zab.Durable).Clone()))
}
