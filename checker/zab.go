package checker

import (
	"fmt"
	"math/bits"

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
// The names and where they come from: Zab.tla and ZkV3_7_0.tla in ZooKeeper's tree
// up to PrimaryIntegrity, Remix (EuroSys 2025) for the next four, SandTable for
// the last. Beside a name is a mutant that it kills; those without one are always
// preceded by another in the mutants that there are, and the tests break each by
// itself.
//
//	Leadership1               an epoch has one leader that serves (forget-accepted-epoch)
//	Leadership2               in an epoch one server proposes
//	PrefixConsistency         of two committed histories one is the beginning of the
//	                          other (deposed-leader-write)
//	Integrity                 what is applied was proposed
//	Agreement                 histories up to one zxid are the same (keep-incoming-out)
//	TotalOrder                all that is committed is one history, also what a new
//	                          leader commits by leading
//	LocalPrimaryOrder         within an epoch every server applies every proposal before
//	                          the one it applies, "for all" (out-of-order-delivery); the
//	                          published one asks for one such server and is vacuous
//	GlobalPrimaryOrder        epochs are applied in their order
//	PrimaryIntegrity          a leader proposes in its own epoch, and no zxid twice
//	                          (stale-epoch-proposal)
//	CommittedLogMonotonicity  what a server has committed it keeps while it lives
//	                          (trunc-one-more)
//	ProcessConsistency        a follower that serves has a beginning of its leader's log
//	                          (skip-truncate)
//	LeaderLogCompleteness     a leader has all that is committed (minority-commit)
//	CommittedLogDurability    less than a quorum never holds what is committed
//	                          (stale-epoch-vote)
//	NoVoteCircle              votes are changed in one order: see circle
type ZabInvariants struct {
	leaders   map[uint32]int    // by epoch: who served as its leader
	proposers map[uint32]int    // by epoch: who proposed
	proposed  map[uint64]bool   // zxids
	committed map[uint64]uint64 // zxid → digest of the history up to it
	last      place             // the last committed
	parents   map[uint64]place  // digest → the history before its last entry
	servers   map[int]*replica
	circle    circle
	// quorum says whether a set of servers is one of the configuration in force; nil:
	// every server counts.
	quorum func(set uint64) bool
}

// place is the end of a history.
type place struct{ zxid, chain uint64 }

// replica is what is known of one server.
type replica struct {
	applied place
	log     place
	// delivered is the last that it has committed itself, in this life.
	delivered place
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
		switch {
		case e.Text != "serving":
		case e.Msg == "leading":
			return v.leads(e)
		default:
			return v.joins(e)
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

// joins: a follower that begins to serve has taken over its leader's history.
func (v *ZabInvariants) joins(e *runlog.Event) *Broken {
	leader, ok := v.leaders[e.Epoch]
	if !ok || leader == e.Node {
		return nil
	}
	if has := v.server(leader).log; !v.begins(place{e.Zxid, e.Chain}, has) {
		return &Broken{"ProcessConsistency", fmt.Sprintf("n%d follows n%d in epoch %d with a history up to %s that is no beginning of its leader's, up to %s",
			e.Node, leader, e.Epoch, zxidText(e.Zxid), zxidText(has.zxid))}
	}
	return nil
}

func (v *ZabInvariants) proposes(e *runlog.Event) *Broken {
	if other, ok := v.proposers[e.Epoch]; ok && other != e.Node {
		return &Broken{"Leadership2", fmt.Sprintf("n%d and n%d both propose in epoch %d", other, e.Node, e.Epoch)}
	}
	v.proposers[e.Epoch] = e.Node
	if epoch := uint32(e.Zxid >> 32); epoch != e.Epoch {
		return &Broken{"PrimaryIntegrity", fmt.Sprintf("n%d leads epoch %d and proposes %s, as the leader of another", e.Node, e.Epoch, zxidText(e.Zxid))}
	}
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
	s.delivered = s.applied
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
		if other := v.apart(node, p); other != 0 {
			return &Broken{"PrefixConsistency", fmt.Sprintf("n%d commits %s, n%d has committed %s, and neither history is the beginning of the other",
				node, zxidText(p.zxid), other, zxidText(v.servers[other].delivered.zxid))}
		}
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
	if e.Text == "disk" {
		s.delivered = place{} // a new life, or what was in memory alone is given up
	}
	if e.Kind == runlog.Truncate && before.zxid > now.zxid && v.last.zxid > now.zxid && v.begins(v.last, before) {
		if left := v.holders(v.last); !v.enough(left) {
			return &Broken{"CommittedLogDurability", fmt.Sprintf("n%d cuts its history back to %s, and with it %s, which is committed; %d of %d servers are left with it",
				e.Node, zxidText(e.Zxid), zxidText(v.last.zxid), bits.OnesCount64(left), len(v.servers))}
		}
	}
	if was := s.delivered; was.zxid > now.zxid || was != (place{}) && !v.begins(was, now) {
		return &Broken{"CommittedLogMonotonicity", fmt.Sprintf("n%d goes from %s, which it has committed, to a history up to %s without it",
			e.Node, zxidText(was.zxid), zxidText(now.zxid))}
	}
	return nil
}

// apart is a server that has committed a history which does not go together with
// the given one, 0 if none has.
func (v *ZabInvariants) apart(node int, p place) int {
	for other := 1; other <= len(v.servers); other++ {
		if s := v.servers[other]; s != nil && other != node && !v.begins(s.delivered, p) && !v.begins(p, s.delivered) {
			return other
		}
	}
	return 0
}

// holders are the servers that have a place in their logs.
func (v *ZabInvariants) holders(p place) (set uint64) {
	for n, s := range v.servers {
		if s.log.zxid >= p.zxid && v.begins(p, s.log) {
			set |= 1 << n
		}
	}
	return set
}

// enough says whether servers are more than half of those that count.
func (v *ZabInvariants) enough(set uint64) bool {
	if v.quorum != nil {
		return v.quorum(set)
	}
	return 2*bits.OnesCount64(set) > len(v.servers)
}

// follows notes that a history is before and one entry more. What does not grow
// is no such thing: a server that is broken may write the same entry again.
func (v *ZabInvariants) follows(p, before place) {
	if _, known := v.parents[p.chain]; !known && before.zxid < p.zxid {
		v.parents[p.chain] = before
	}
}

// Extends tells the watch, before any event, that the history which ends with zxid
// and chain begins with the one that ends with the other two: for who shows it a
// part of a run, without the events from which it would know.
func (v *ZabInvariants) Extends(zxid, chain, beforeZxid, beforeChain uint64) {
	if v.servers == nil {
		v.init()
	}
	v.follows(place{zxid, chain}, place{beforeZxid, beforeChain})
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
