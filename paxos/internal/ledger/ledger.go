// Package ledger is a small state machine that knows whether it was used well:
// each entry names the one that it was made to follow. Tests and schedules of
// paxos/multi carry it.
package ledger

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// Entry is a command that depends, as ZooKeeper's transactions do, on the state
// that its leader saw when it proposed it: right after the entry After.
type Entry struct {
	Name  string
	After uint64 // digest of that entry; 0 for the empty state
}

// Digest is that of no other entry but for chance.
func (e Entry) Digest() uint64 { return paxos.MixString(e.After, e.Name) }

func (e Entry) String() string { return e.Name }

// State remembers the last entry applied, and whether each came right after the
// one that it depends on.
type State struct {
	Last  uint64 // digest of the last entry
	count int
	// Words are the first entries, as far as 40 letters go.
	Words string
	// Broken is the first entry that was applied to a state it was not made for.
	Broken string
}

// Apply implements paxos.State.
func (l *State) Apply(e paxos.Entry) paxos.State {
	c := e.Cmd.(Entry)
	next := &State{Last: c.Digest(), count: l.count + 1, Words: l.Words, Broken: l.Broken}
	if len(l.Words) < 40 {
		next.Words += c.Name + " "
	}
	if c.After != l.Last && l.Broken == "" {
		next.Broken = fmt.Sprintf("slot %d: %s", e.Zxid, c.Name)
	}
	return next
}

// Digest implements paxos.State.
func (l *State) Digest() uint64 { return paxos.Mix(l.Last ^ uint64(l.count)) }

// Primary is the layer above a leader: it makes each entry for the state that
// will be when all that it proposed is applied.
type Primary struct{ last uint64 }

// Began takes the database of a leader that begins to serve.
func (p *Primary) Began(db paxos.DB) { p.last = db.State.(*State).Last }

// Next makes an entry.
func (p *Primary) Next(name string) Entry {
	e := Entry{name, p.last}
	p.last = e.Digest()
	return e
}
