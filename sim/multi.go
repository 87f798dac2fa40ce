package sim

import (
	"fmt"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/multi"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/zookeeper"
)

// The variants of multi-Paxos.
const (
	oneOutstanding     = "one-outstanding"     // the primary order is kept
	severalOutstanding = "several-outstanding" // it is not: see multi's documentation
)

// several is how many proposals are under way at a time where it is not one.
const several = 8

// multiProtocol is multi-Paxos under the same servers: what ZooKeeper would be
// with a textbook consensus.
var multiProtocol = Protocol{
	Name: MultiPaxos, Variants: []string{severalOutstanding, oneOutstanding}, Variant: oneOutstanding, Bugs: multi.BugNames(),
	use:   func(p *plan.Plan) protocol { return newMulti(p) },
	watch: func(p *plan.Plan) checker.Invariants { return checker.NewPaxosInvariants(p.Topology.Servers) },
}

// multiServers are the servers of one run.
type multiServers struct {
	configs []multi.Config // by server
	above   []zookeeper.Config
}

func newMulti(p *plan.Plan) *multiServers {
	bug, _ := multi.BugNamed(p.Bug)
	t := &p.Topology
	s, empty := &multiServers{}, zookeeper.NewSharedTree()
	for id := range paxos.ID(t.Servers + 1) {
		c := multi.Config{
			ID: id, Members: paxos.Voters(t.Servers), Alpha: several, Outstanding: 1,
			// A leader is given up after as long as ZAB's would be, and speaks as often.
			Heartbeat: int64(t.Tick) / 2, Timeout: int64(t.Tick) * int64(max(t.SyncLimit, 2)),
			SnapEvery: snapEvery, Keep: committed, Empty: empty, Bugs: bug,
		}
		if p.Variant == severalOutstanding {
			c.Outstanding = several
		}
		s.configs = append(s.configs, c)
		s.above = append(s.above, zookeeper.Config{ID: id, Tick: int64(t.Tick), Timer: multi.FirstFreeTimer, OwnTimer: true})
	}
	return s
}

func (s *multiServers) disk(id paxos.ID) durable { return &multiDisk{multi.NewDurable(&s.configs[id])} }

func (s *multiServers) start(id paxos.ID, from durable) *zookeeper.Server {
	return zookeeper.NewServer(&s.above[id], multi.New(&s.configs[id], from.(*multiDisk).Clone()))
}

// multiDisk is a disk without a queue for the log: each acceptance is a write of
// its own.
type multiDisk struct{ multi.Durable }

// Append is never called.
func (*multiDisk) Append(e paxos.Entry) {
	panic(fmt.Sprintf("sim: multi-Paxos has no log queue, and yet %v was put into it", e.Zxid))
}
