package zookeeper

import (
	"fmt"
	"strings"

	"github.com/schismlab/schism/paxos"
)

// ConfigPath is the znode that shows who is in the ensemble (ZooDefs.CONFIG_NODE).
const ConfigPath = "/zookeeper/config"

// Reconfig is a change of the ensemble, as OpReconfig asks for it. It never changes
// once it was sent.
type Reconfig struct {
	// Voters and Observers join, or change their role; Leaving go.
	Voters, Observers, Leaving paxos.Set
	// From is the version of the configuration that the change is meant for; AnyConfig
	// does not ask.
	From paxos.Zxid
}

// AnyConfig is no version.
const AnyConfig = ^paxos.Zxid(0)

// Reconfigurable is a Consensus whose servers can be changed.
type Reconfigurable interface {
	// Configuration is the one in force, and the last one proposed.
	Configuration() (active, seen *paxos.Members)
	// Synced says whether a quorum of a configuration follows this leader.
	Synced(*paxos.Members) bool
}

// prepareReconfig turns a reconfiguration into a transaction
// (PrepRequestProcessor.pRequest2Txn, case reconfig).
func (s *Server) prepareReconfig(r *Request) *Txn {
	txn := &Txn{Op: OpReconfig, Session: r.Session, Cxid: r.Cxid, Server: r.Server}
	next, err := s.nextConfig(r.Reconfig)
	if err != OK {
		txn.Op, txn.Err = OpError, err
		return txn.seal()
	}
	txn.Voters, txn.Observers = next.Voters, next.Observers
	txn.Changes = []Change{{Op: OpSet, Path: ConfigPath, Version: -1}}
	return txn.seal()
}

// nextConfig is the configuration that a change makes, if it may be made now.
func (s *Server) nextConfig(r *Reconfig) (*paxos.Members, Error) {
	c, ok := s.consensus.(Reconfigurable)
	if !ok {
		return nil, Unimplemented
	}
	active, seen := c.Configuration()
	switch {
	case active.Version != seen.Version:
		return nil, ReconfigInProgress
	case r.From != AnyConfig && r.From != seen.Version:
		return nil, BadVersion
	}
	next := &paxos.Members{Voters: seen.Voters &^ r.Leaving, Observers: seen.Observers &^ r.Leaving}
	next.Voters = next.Voters&^r.Observers | r.Voters&^r.Observers
	next.Observers = next.Observers&^r.Voters | r.Observers
	switch {
	case r.Voters&r.Observers != 0, next.Voters == 0:
		return nil, BadArguments
	case !c.Synced(next):
		return nil, NewConfigNoQuorum
	}
	return next, OK
}

// Reconfigures implements paxos.Reconfiguring.
func (t *Txn) Reconfigures() (voters, observers paxos.Set, ok bool) {
	return t.Voters, t.Observers, t.Op == OpReconfig
}

// WithConfig is the tree with the znode that shows a configuration.
func (t Tree) WithConfig(m *paxos.Members) Tree {
	root := *t.find("/")
	root.stat.Children++
	t = t.put(&root)
	t = t.put(&znode{parent: "/", name: "zookeeper", stat: Stat{Children: 1}})
	return t.put(&znode{parent: "/zookeeper", name: "config", data: ConfigText(m), stat: Stat{Version: -1}})
}

// ConfigText is a configuration as the znode shows it (QuorumMaj.toString). Servers
// of the model have names, and no ports.
func ConfigText(m *paxos.Members) string {
	var b strings.Builder
	for id := paxos.ID(1); id <= paxos.MaxServer; id++ {
		switch {
		case m.Voters.Has(id):
			fmt.Fprintf(&b, "server.%d=%v:participant\n", id, id)
		case m.Observers.Has(id):
			fmt.Fprintf(&b, "server.%d=%v:observer\n", id, id)
		}
	}
	fmt.Fprintf(&b, "version=%x", uint64(m.Version))
	return b.String()
}
