package sim

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/zookeeper"
)

// protocol is a consensus protocol as a run uses it: it makes the disk of a
// server that has never run, and starts a server from what is on its disk.
type protocol interface {
	disk() durable
	start(id paxos.ID, from durable) *zookeeper.Server
}

// Variant is the protocol version that the model follows when a plan names none.
const Variant = zab.Repaired

// Variants lists the protocol versions of the model, the oldest first.
func Variants() []string { return zab.VariantNames() }

// zabProtocol is ZooKeeper's own protocol.
type zabProtocol struct {
	empty   zookeeper.Tree
	quirks  zab.Quirks
	configs []zab.Config // by server
	servers []zookeeper.Config
}

func newZab(p *plan.Plan) (*zabProtocol, error) {
	quirks, ok := zab.VariantNamed(p.Variant)
	if !ok {
		return nil, fmt.Errorf("unknown variant %q of the model: want one of %s", p.Variant, strings.Join(zab.VariantNames(), ", "))
	}
	bug, ok := zab.BugNamed(p.Bug)
	if !ok {
		return nil, fmt.Errorf("unknown bug %q", p.Bug)
	}
	t := &p.Topology
	z := &zabProtocol{empty: zookeeper.NewTree(), quirks: quirks, servers: serverConfigs(t, zab.TimerTick)}
	for id := range z.servers {
		z.configs = append(z.configs, zab.Config{
			ID: paxos.ID(id), Servers: t.Servers, Tick: int64(t.Tick), InitLimit: t.InitLimit, SyncLimit: t.SyncLimit,
			CommittedLog: committed, SnapEvery: snapEvery, Empty: z.empty, Bugs: bug, Quirks: quirks,
		})
	}
	return z, nil
}

func (z *zabProtocol) disk() durable {
	d := zab.NewDurable(z.empty)
	d.KeepLate = z.quirks&zab.KeepLateSnapshot != 0
	return &d
}

func (z *zabProtocol) start(id paxos.ID, from durable) *zookeeper.Server {
	return zookeeper.NewServer(&z.servers[id], zab.New(&z.configs[id], from.(*zab.Durable).Clone()))
}

// serverConfigs are the servers' own, by number, above a consensus whose timer of
// that number fires each half tick.
func serverConfigs(t *plan.Topology, timer uint8) []zookeeper.Config {
	list := make([]zookeeper.Config, t.Servers+1)
	for id := range list {
		list[id] = zookeeper.Config{ID: paxos.ID(id), Tick: int64(t.Tick), Timer: timer}
	}
	return list
}
