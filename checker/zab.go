package checker

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

// ZabInvariants watches what ZAB promises about the inside of an ensemble, event by
// event, in constant time for each but for the first event after a change of
// leader. It needs the events that only the model writes: Role, Propose, Write
// to the log, Apply, Restore, Truncate, Vote and Threw. The zero value is ready.
//
// A history is known by its chained digest, so one number stands for all the
// transactions up to a place. From the digests that servers report when they
// add to their logs, the watch keeps the tree of all histories there ever were,
// and so can say whether one is the beginning of another.
//
// The names are those of ZooKeeper's TLA+ specifications (Zab.tla,
// ZkV3_7_0.tla) and, for the two about logs, of Remix (EuroSys 2025).
type ZabInvariants struct {
	leaders   map[uint32]int    // by epoch: who served as its leader
	proposers map[uint32]int    // by epoch: who proposed
	proposed  map[uint64]bool   // zxids
	committed map[uint64]uint64 // zxid → digest of the history up to it
	last      place             // the last committed
	parents   map[uint64]place  // digest → the history before its last entry
	servers   map[int]*replica
	circle    circle
}

// place is the end of a history.
type place struct{ zxid, chain uint64 }

// replica is what is known of one server.
type replica struct {
	applied place
	log     place
}

func (v *ZabInvariants) init() {
	v.leaders, v.proposers = map[uint32]int{}, map[uint32]int{}
	v.proposed, v.committed = map[uint64]bool{}, map[uint64]uint64{}
	v.parents = map[uint64]place{}
	v.servers = map[int]*replica{}
}

func (v *ZabInvariants) server(n int) *replica {
	s := v.servers[n]
	if s == nil {
		s = &replica{}
		v.servers[n] = s
	}
	return s
}

// Observe takes the next event and says what it breaks, nil if nothing.
func (v *ZabInvariants) Observe(e *runlog.Event) *Broken {
	if v.servers == nil {
		v.init()
	}
	switch e.Kind {
	case runlog.Role:
		v.circle.begins(e)
		if e.Text == "serving" && e.Msg == "leading" {
			return v.leads(e)
		}
	case runlog.Propose:
		return v.proposes(e)
	case runlog.Write:
		if e.Text == "log" {
			s := v.server(e.Node)
			v.follows(place{e.Zxid, e.Chain}, s.log)
			s.log = place{e.Zxid, e.Chain}
		}
	case runlog.Apply:
		return v.applies(e)
	case runlog.Restore, runlog.Truncate:
		return v.restores(e)
	case runlog.Vote:
		return v.circle.votes(e)
	case runlog.Threw:
		return threw(e)
	}
	return nil
}

// leads: at most one leader an epoch, and one that has all that was committed.
func (v *ZabInvariants) leads(e *runlog.Event) *Broken {
	if other, ok := v.leaders[e.Epoch]; ok && other != e.Node {
		return &Broken{"Leadership1", fmt.Sprintf("n%d and n%d both lead epoch %d", other, e.Node, e.Epoch)}
	}
	v.leaders[e.Epoch] = e.Node
	if !v.begins(v.last, place{e.Zxid, e.Chain}) {
		return &Broken{"LeaderLogCompleteness", fmt.Sprintf("n%d leads epoch %d with a history up to %s that lacks %s, which is committed",
			e.Node, e.Epoch, zxidText(e.Zxid), zxidText(v.last.zxid))}
	}
	// A quorum has taken over the leader's history: all of it is committed.
	return v.commit(e.Node, place{e.Zxid, e.Chain})
}

func (v *ZabInvariants) proposes(e *runlog.Event) *Broken {
	if other, ok := v.proposers[e.Epoch]; ok && other != e.Node {
		return &Broken{"Leadership2", fmt.Sprintf("n%d and n%d both propose in epoch %d", other, e.Node, e.Epoch)}
	}
	v.proposers[e.Epoch] = e.Node
	if v.proposed[e.Zxid] {
		return &Broken{"PrimaryIntegrity", fmt.Sprintf("%s is proposed twice", zxidText(e.Zxid))}
	}
	v.proposed[e.Zxid] = true
	return nil
}

func (v *ZabInvariants) applies(e *runlog.Event) *Broken {
	s := v.server(e.Node)
	before := s.applied
	s.applied = place{e.Zxid, e.Chain}
	v.follows(s.applied, before)
	epoch, was := e.Zxid>>32, before.zxid>>32
	switch {
	case !v.proposed[e.Zxid]:
		return &Broken{"Integrity", fmt.Sprintf("n%d applies %s, which nobody proposed", e.Node, zxidText(e.Zxid))}
	case epoch < was:
		return &Broken{"GlobalPrimaryOrder", fmt.Sprintf("n%d applies %s after %s", e.Node, zxidText(e.Zxid), zxidText(before.zxid))}
	case epoch == was && e.Zxid != before.zxid+1, epoch > was && uint32(e.Zxid) != 1:
		return &Broken{"LocalPrimaryOrder", fmt.Sprintf("n%d applies %s right after %s", e.Node, zxidText(e.Zxid), zxidText(before.zxid))}
	}
	return v.commit(e.Node, s.applied)
}

// commit notes that a history is committed, which must agree with all that was
// committed before.
func (v *ZabInvariants) commit(node int, p place) *Broken {
	if chain, ok := v.committed[p.zxid]; ok {
		if chain != p.chain {
			return &Broken{"Agreement", fmt.Sprintf("n%d and another server have committed different histories up to %s", node, zxidText(p.zxid))}
		}
		return nil
	}
	a, b := v.last, p
	if a.zxid > b.zxid {
		a, b = b, a
	}
	if !v.begins(a, b) {
		return &Broken{"TotalOrder", fmt.Sprintf("n%d commits %s in a history that does not go together with the one committed up to %s",
			node, zxidText(p.zxid), zxidText(v.last.zxid))}
	}
	// What lies between is committed with it.
	for at := p; at.zxid > v.last.zxid; at = v.parents[at.chain] {
		v.committed[at.zxid] = at.chain
	}
	v.committed[p.zxid] = p.chain
	v.last = b
	return nil
}

// restores: a server may lose what is not committed, and nothing else that less
// than a quorum has beside it. A follower that comes back within an epoch with
// more than is committed is told to cut that off, and is sent it again at once;
// meanwhile the others may commit it.
func (v *ZabInvariants) restores(e *runlog.Event) *Broken {
	s := v.server(e.Node)
	now := place{e.Zxid, e.Chain}
	before := s.log
	s.applied, s.log = now, now
	if e.Kind != runlog.Truncate {
		return nil
	}
	if before.zxid > now.zxid && v.last.zxid > now.zxid && v.begins(v.last, before) {
		if left := v.holders(v.last); 2*left <= len(v.servers) {
			return &Broken{"CommittedLogDurability", fmt.Sprintf("n%d cuts its history back to %s, and with it %s, which is committed; %d of %d servers are left with it",
				e.Node, zxidText(e.Zxid), zxidText(v.last.zxid), left, len(v.servers))}
		}
	}
	return nil
}

// holders counts the servers that have a place in their logs.
func (v *ZabInvariants) holders(p place) int {
	n := 0
	for _, s := range v.servers {
		if s.log.zxid >= p.zxid && v.begins(p, s.log) {
			n++
		}
	}
	return n
}

// follows notes that a history is before and one entry more. What does not grow
// is no such thing: a server that is broken may write the same entry again.
func (v *ZabInvariants) follows(p, before place) {
	if _, known := v.parents[p.chain]; !known && before.zxid < p.zxid {
		v.parents[p.chain] = before
	}
}

// begins says whether history a is the beginning of b, or the same.
func (v *ZabInvariants) begins(a, b place) bool {
	for b.zxid > a.zxid {
		next, ok := v.parents[b.chain]
		if !ok {
			return false
		}
		b = next
	}
	return a == b
}

// zxidText shows a zxid as epoch and counter.
func zxidText(z uint64) string { return fmt.Sprintf("%d:%d", z>>32, uint32(z)) }
