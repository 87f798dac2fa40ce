package multi

import (
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/internal/ledger"
)

func config(id paxos.ID, servers int) *Config {
	return &Config{
		ID: id, Members: paxos.Voters(servers), Alpha: 4, Outstanding: 4, Heartbeat: 50, Timeout: 400,
		SnapEvery: 1000, Keep: 10, Empty: &ledger.State{},
	}
}
