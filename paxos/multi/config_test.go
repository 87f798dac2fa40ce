package multi

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// entry is a command that depends, as ZooKeeper's transactions do, on the state
// that its leader saw when it proposed it: right after the entry named in after.
type entry struct {
	name  string
	after uint64 // digest of that entry; 0 for the empty state
}

func (e entry) Digest() uint64 { return paxos.MixString(e.after, e.name) }
func (e entry) String() string { return e.name }

// ledger is a state that remembers the last entry applied, and whether each came
// right after the one that it depends on.
type ledger struct {
	last  uint64
	count int
	words string
	// broken is the first entry that was applied to a state it was not made for.
	broken string
}

func (l *ledger) Apply(e paxos.Entry) paxos.State {
	c := e.Cmd.(entry)
	next := &ledger{last: c.Digest(), count: l.count + 1, words: l.words, broken: l.broken}
	if len(l.words) < 40 {
		next.words += c.name + " "
	}
	if c.after != l.last && l.broken == "" {
		next.broken = fmt.Sprintf("slot %d: %s", e.Zxid, c.name)
	}
	return next
}

func (l *ledger) Digest() uint64 { return paxos.Mix(l.last ^ uint64(l.count)) }

// primary is the layer above a leader: it makes each entry for the state that
// will be when all that it proposed is applied.
type primary struct{ last uint64 }

func (p *primary) began(s *Server) { p.last = s.DB.State.(*ledger).last }

func (p *primary) propose(s *Server, name string, out *paxos.Effects) entry {
	e := entry{name, p.last}
	p.last = e.Digest()
	s.Propose(e, out)
	return e
}

func config(id paxos.ID, servers int) *Config {
	return &Config{
		ID: id, Members: paxos.Voters(servers), Alpha: 4, Outstanding: 4, Heartbeat: 50, Timeout: 400,
		SnapEvery: 1000, Keep: 10, Empty: &ledger{},
	}
}
