package checker

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/multi"
	"github.com/schismlab/schism/runlog"
)

// PaxosInvariants watches what multi-Paxos promises about the inside of an
// ensemble. It needs the events that only the model writes: Write and Synced of
// promised and accepted, Send, Propose, Role, Apply and Restore. Zxids are slots
// and epochs are ballots; the digest in a Propose or a Write of accepted is that
// of the value. The cost is constant for each event.
//
// The names, and where they come from ("Paxos Made Simple", Lamport 2001, section
// 2.2, unless said otherwise):
//
//	Agreement            two servers never apply different values in a slot
//	Validity             what is accepted was proposed by somebody, or is a no-op
//	OneValuePerBallot    a ballot has one value in a slot
//	PromiseKept          nobody accepts, or promises, below its promise (P1a)
//	DurableBeforeAnswer  a promise, or an acceptance, is on disk before it is told
//	LearnedIsChosen      what is applied was accepted by a quorum in one ballot
//	NoGap                slots are applied in order, none is left out
//	LocalPrimaryOrder,   a value is applied to the state it was made for: right
//	GlobalPrimaryOrder   after the one that its leader proposed before it, or, if
//	                     that is its leader's first, where its leader began
//	                     (Junqueira, Reed, Serafini 2011, section 3)
//
// Plain multi-Paxos does not promise the last two; with one proposal outstanding
// it keeps them.
type PaxosInvariants struct {
	quorum   int
	values   map[proposal]uint64        // what a ballot has accepted in a slot
	accepted map[proposal]paxos.Set     // and by whom
	wishes   map[uint64]bool            // digests of what was proposed
	made     map[wish]uint64            // the chain that a value was made for
	first    map[wish]bool              // it is its leader's first
	leaders  map[uint32]place           // by ballot: the end of what its leader has proposed
	fresh    map[uint32]bool            // by ballot: nothing was proposed yet
	chosen   map[uint64]uint64          // slot → digest
	chains   []uint64                   // by slot, as far as all is chosen
	servers  [paxos.MaxServer + 1]voter // by number
}

type proposal struct {
	slot   uint64
	ballot uint32
}

// wish is a value as it was proposed.
type wish struct{ slot, digest uint64 }

// voter is what is known of one server.
type voter struct {
	told    uint32       // the highest ballot it has promised or accepted, by its own word
	disk    uint32       // the highest that is on its disk, or may be
	writing runlog.Event // the synchronous write under way
	applied place
}

// NewPaxosInvariants is for an ensemble of n servers, all of which choose.
func NewPaxosInvariants(n int) *PaxosInvariants {
	return &PaxosInvariants{
		quorum: n/2 + 1, values: map[proposal]uint64{}, accepted: map[proposal]paxos.Set{}, wishes: map[uint64]bool{multi.NoOp{}.Digest(): true},
		made: map[wish]uint64{}, first: map[wish]bool{}, leaders: map[uint32]place{}, fresh: map[uint32]bool{},
		chosen: map[uint64]uint64{}, chains: []uint64{0},
	}
}

// Observe takes the next event and says what it breaks, nil if nothing.
func (v *PaxosInvariants) Observe(e *runlog.Event) *Broken {
	switch e.Kind {
	case runlog.Role:
		if e.Text == "serving" && e.Msg == "leading" {
			v.leaders[e.Epoch], v.fresh[e.Epoch] = place{e.Zxid, e.Chain}, true
		}
	case runlog.Propose:
		v.proposes(e)
	case runlog.Write:
		return v.writes(e)
	case runlog.Synced:
		v.synced(e)
	case runlog.Crash:
		v.mayBeOnDisk(&v.servers[e.Node])
	case runlog.Send:
		return v.sends(e)
	case runlog.Restore:
		v.servers[e.Node].applied = place{e.Zxid, e.Chain}
		return v.learned(e)
	case runlog.Apply:
		return v.applies(e)
	}
	return nil
}

func (v *PaxosInvariants) proposes(e *runlog.Event) {
	v.wishes[e.Chain] = true
	before, w := v.leaders[e.Epoch], wish{e.Zxid, e.Chain}
	v.made[w], v.first[w] = before.chain, v.fresh[e.Epoch]
	v.leaders[e.Epoch], v.fresh[e.Epoch] = place{e.Zxid, paxos.ChainDigest(before.chain, paxos.Zxid(e.Zxid), e.Chain)}, false
}

// onlyLearned is the ballot of what a server writes because it learned that it is
// chosen.
const onlyLearned = uint32(multi.Chosen)

func (v *PaxosInvariants) writes(e *runlog.Event) *Broken {
	if e.Text != paxos.PromisedBallot.String() && e.Text != paxos.AcceptedBallot.String() {
		return nil
	}
	s := &v.servers[e.Node]
	s.writing = *e
	if e.Epoch == onlyLearned {
		return nil
	}
	if e.Epoch < s.told {
		return &Broken{"PromiseKept", fmt.Sprintf("n%d has promised ballot %d and now writes that it has %s %d", e.Node, s.told, e.Text, e.Epoch)}
	}
	if e.Text == paxos.PromisedBallot.String() {
		return nil
	}
	at := proposal{e.Zxid, e.Epoch}
	if have, ok := v.values[at]; ok && have != e.Chain {
		return &Broken{"OneValuePerBallot", fmt.Sprintf("n%d accepts another value for slot %d in ballot %d than was accepted before", e.Node, e.Zxid, e.Epoch)}
	}
	v.values[at] = e.Chain
	if !v.wishes[e.Chain] {
		return &Broken{"Validity", fmt.Sprintf("n%d accepts a value for slot %d that nobody has proposed", e.Node, e.Zxid)}
	}
	return nil
}

// synced: what was being written is on the disk.
func (v *PaxosInvariants) synced(e *runlog.Event) {
	s := &v.servers[e.Node]
	if w := &s.writing; w.Text == paxos.AcceptedBallot.String() && w.Text == e.Text && w.Epoch != onlyLearned {
		v.accepts(e.Node, proposal{w.Zxid, w.Epoch})
	}
	v.mayBeOnDisk(s)
}

// mayBeOnDisk ends a write. After a crash in the middle of one nobody knows.
func (v *PaxosInvariants) mayBeOnDisk(s *voter) {
	if s.writing.Epoch != onlyLearned {
		s.disk = max(s.disk, s.writing.Epoch)
	}
	s.writing = runlog.Event{}
}

// accepts counts an acceptance, and what it makes chosen.
func (v *PaxosInvariants) accepts(node int, at proposal) {
	v.accepted[at] = v.accepted[at].With(paxos.ID(node))
	if v.accepted[at].Len() < v.quorum {
		return
	}
	v.chosen[at.slot] = v.values[at]
	for {
		slot := uint64(len(v.chains))
		value, ok := v.chosen[slot]
		if !ok {
			return
		}
		v.chains = append(v.chains, paxos.ChainDigest(v.chains[slot-1], paxos.Zxid(slot), value))
	}
}

// sends: a server's word about what it has promised and accepted.
func (v *PaxosInvariants) sends(e *runlog.Event) *Broken {
	accepted := e.Msg == paxos.Accepted.String()
	if !accepted && e.Msg != paxos.Promise.String() && e.Msg != paxos.Prepare.String() {
		return nil
	}
	s := &v.servers[e.Node]
	switch {
	case e.Epoch < s.told:
		return &Broken{"PromiseKept", fmt.Sprintf("n%d has promised ballot %d and now sends %s of %d", e.Node, s.told, e.Msg, e.Epoch)}
	case e.Epoch > s.disk:
		return &Broken{"DurableBeforeAnswer", fmt.Sprintf("n%d sends %s of ballot %d, and on its disk is %d", e.Node, e.Msg, e.Epoch, s.disk)}
	}
	s.told = e.Epoch
	if accepted {
		v.accepts(e.Node, proposal{e.Zxid, e.Epoch})
	}
	return nil
}

func (v *PaxosInvariants) applies(e *runlog.Event) *Broken {
	s := &v.servers[e.Node]
	before := s.applied
	s.applied = place{e.Zxid, e.Chain}
	if e.Zxid != before.zxid+1 {
		return &Broken{"NoGap", fmt.Sprintf("n%d applies slot %d right after %d", e.Node, e.Zxid, before.zxid)}
	}
	if b := v.learned(e); b != nil {
		return b
	}
	w := wish{e.Zxid, v.chosen[e.Zxid]}
	if want, ok := v.made[w]; ok && want != before.chain {
		if v.first[w] {
			return &Broken{"GlobalPrimaryOrder", fmt.Sprintf("n%d applies slot %d after a history that the slot's leader did not begin with", e.Node, e.Zxid)}
		}
		return &Broken{"LocalPrimaryOrder", fmt.Sprintf("n%d applies slot %d without what the same leader proposed before it", e.Node, e.Zxid)}
	}
	return nil
}

// learned: what a server has applied was chosen.
func (v *PaxosInvariants) learned(e *runlog.Event) *Broken {
	switch {
	case e.Zxid >= uint64(len(v.chains)):
		return &Broken{"LearnedIsChosen", fmt.Sprintf("n%d has applied slot %d, and only those up to %d are chosen", e.Node, e.Zxid, len(v.chains)-1)}
	case e.Chain != v.chains[e.Zxid]:
		return &Broken{"Agreement", fmt.Sprintf("n%d has applied another history up to slot %d than was chosen", e.Node, e.Zxid)}
	}
	return nil
}
