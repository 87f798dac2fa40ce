package multi

import (
	"fmt"
	"slices"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
)

// Chosen, as the ballot of a Vote, says that the value is known to be chosen. It
// is higher than any ballot of a server.
const Chosen = ^synod.Ballot(0)

// Vote is what a server has accepted in a slot: the zero Ballot is nothing.
type Vote struct {
	Slot   paxos.Zxid
	Ballot synod.Ballot
	Cmd    paxos.Command
}

// Durable is what a server has on disk: all that survives a crash.
type Durable struct {
	// Promised is the highest ballot promised, for all slots at once.
	Promised synod.Ballot
	// Snap is the newest snapshot.
	Snap paxos.DB
	// Base is the slot before that of Log[0]. Invariant: Base <= Snap.Zxid.
	Base paxos.Zxid
	// Log is what was accepted, by slot, without a break; a slot of which nothing
	// is known has a Vote of ballot 0.
	Log []Vote
}

// NewDurable is the disk of a server that has never run.
func NewDurable(cfg *Config) Durable {
	return Durable{Snap: paxos.DB{State: &image{cfg.Empty, []Membership{{1, cfg.Members}}}}}
}

// Do carries out a synchronous write.
func (d *Durable) Do(w *paxos.Write) {
	switch w.Kind {
	case paxos.PromisedBallot:
		d.Promised = synod.Ballot(w.Epoch)
	case paxos.AcceptedBallot:
		v := Vote{w.Zxid, synod.Ballot(w.Epoch), w.Cmd}
		d.put(v)
		if v.Ballot != Chosen {
			// One record: to accept a ballot is to promise it.
			d.Promised = max(d.Promised, v.Ballot)
		}
	case paxos.SaveSnapshot:
		d.Snap = w.DB
		d.truncate(w.Zxid)
	default:
		panic(fmt.Sprintf("multi: write of kind %d", w.Kind))
	}
}

// last is the highest slot of the log.
func (d *Durable) last() paxos.Zxid { return d.Base + paxos.Zxid(len(d.Log)) }

// At is the vote of a slot; of ballot 0 when there is none.
func (d *Durable) At(slot paxos.Zxid) Vote {
	if slot <= d.Base || slot > d.last() {
		return Vote{Slot: slot}
	}
	return d.Log[slot-d.Base-1]
}

func (d *Durable) put(v Vote) {
	if v.Slot <= d.Base {
		return
	}
	for d.last() < v.Slot {
		d.Log = append(d.Log, Vote{Slot: d.last() + 1})
	}
	d.Log[v.Slot-d.Base-1] = v
}

// truncate forgets the slots up to the given one.
func (d *Durable) truncate(slot paxos.Zxid) {
	switch {
	case slot <= d.Base:
	case slot >= d.last():
		d.Base, d.Log = slot, d.Log[:0]
	default:
		d.Log = append(d.Log[:0], d.Log[slot-d.Base:]...)
		d.Base = slot
	}
}

// Clone is a copy that shares nothing that can change.
func (d *Durable) Clone() Durable {
	c := *d
	c.Log = slices.Clone(d.Log)
	return c
}

// fingerprint is a hash of the disk. The values of slots up to the one given need
// not be hashed: the chain of the database that they led to stands for them.
func (d *Durable) fingerprint(h uint64, applied paxos.Zxid) uint64 {
	h = paxos.Mix(h ^ uint64(d.Promised)<<32 ^ uint64(d.Base))
	h = paxos.Mix(h ^ uint64(d.Snap.Zxid) ^ d.Snap.Chain)
	for i := range d.Log {
		v := &d.Log[i]
		value := uint64(0)
		if v.Slot > applied {
			value = digest(v.Cmd)
		}
		h = paxos.Mix(h ^ uint64(v.Ballot)<<32 ^ value)
	}
	return paxos.Mix(h ^ uint64(len(d.Log)))
}
