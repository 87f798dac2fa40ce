package zab

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// peer is what a leader knows of one learner (LearnerHandler).
type peer struct {
	conn paxos.Conn
	idle int // half ticks since it was last heard of
	// The steps it has taken: FOLLOWERINFO, ACKEPOCH, its first ACK, which ought to
	// be that of NEWLEADER and was, if synced.
	informed, acceptedEpoch, answered, synced bool
	// forwarded: it gets every proposal and commit from here on.
	forwarded bool
	// newLeaderDue: its handler is to send NEWLEADER when timerHandler fires.
	newLeaderDue bool
	snap         snapStage
	reading      *paxos.DB // the tree as its handler began to read it for SNAP
	// Its queue holds what was proposed after queued, and behind NEWLEADER what was
	// committed and proposed after the other two.
	queued, committedBefore, proposedBefore paxos.Zxid

	last  paxos.Zxid // in its ACKEPOCH
	acked paxos.Zxid // its log is on disk up to here
}

// leading is the volatile state of a leader.
type leading struct {
	peers []peer // by server
	// epoch is the one proposed, and counter that of the last proposal.
	epoch, counter uint32
	// What the epoch's quorums are made of: servers that told their accepted
	// epoch, and servers that accepted the new one.
	informed, accepted paxos.Set
	// The leader's own history as the election ended (leaderStateSummary).
	ownEpoch uint32
	ownZxid  paxos.Zxid
}

// lead begins to lead (Leader.lead). It takes a snapshot before it knows
// whether anybody follows, as ZooKeeper does.
func (s *Server) lead(out *paxos.Effects) {
	s.role, s.phase = paxos.Leading, discovery
	s.hangUp(out)
	s.informed, s.accepted = 0, 0
	s.epoch, s.counter = 0, 0
	if s.cfg.Bugs.has(CounterGoesOn) {
		s.counter = s.last().Counter()
	}
	s.ownEpoch, s.ownZxid = s.CurrentEpoch, s.processed()
	out.Tell(paxos.Note{Kind: paxos.RoleChanged, Role: paxos.Leading, Epoch: s.CurrentEpoch, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	s.snapshot(out)
	if s.cfg.Quirks.has(ZxidBeforeQuorum) {
		s.claimed = paxos.MakeZxid(s.ownZxid.Epoch()+1, 0)
	}
	s.learnEpoch(s.cfg.ID, s.AcceptedEpoch, out)
}

func (s *Server) fromLearner(m *paxos.Message, out *paxos.Effects) {
	p := &s.peers[m.From]
	switch m.Kind {
	case paxos.FollowerInfo, paxos.ObserverInfo:
		p.informed = true
		s.learnEpoch(m.From, m.Epoch, out)
	case paxos.AckEpoch:
		p.acceptedEpoch, p.last = true, m.Zxid
		s.epochAccepted(m.From, m.Epoch, m.Zxid, out)
	case paxos.Ack:
		s.acked(m.From, m.Zxid, out)
	}
}

// learnEpoch is Leader.getEpochToPropose: the new epoch is greater than any that
// a quorum has accepted.
func (s *Server) learnEpoch(from paxos.ID, accepted uint32, out *paxos.Effects) {
	if s.informed.Len() >= s.cfg.quorum()-s.cfg.Bugs.short(EpochMinority) {
		s.sendLeaderInfo(from, out)
		return
	}
	next := accepted + 1
	if s.cfg.Bugs.has(EpochNotRaised) {
		next = max(accepted, 1)
	}
	s.epoch = max(s.epoch, next)
	if s.cfg.Quirks.has(NoEpochFiles) {
		s.epoch = s.ownZxid.Epoch() + 1
	}
	if s.cfg.votes(from) {
		s.informed = s.informed.With(from)
	}
	if s.informed.Len() < s.cfg.quorum()-s.cfg.Bugs.short(EpochMinority) {
		return
	}
	s.persistEpoch(paxos.AcceptedEpoch, s.epoch, out)
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if s.peers[id].informed {
			s.sendLeaderInfo(id, out)
		}
	}
	s.epochAccepted(s.cfg.ID, s.ownEpoch, s.ownZxid, out)
}

func (s *Server) sendLeaderInfo(to paxos.ID, out *paxos.Effects) {
	out.Send(to, s.peers[to].conn, paxos.LeaderInfo).Epoch = s.epoch
}

// epochAccepted is Leader.waitForEpochAck: nobody in the quorum may know more
// than the leader.
func (s *Server) epochAccepted(from paxos.ID, current uint32, last paxos.Zxid, out *paxos.Effects) {
	need := s.cfg.quorum() - s.cfg.Bugs.short(AckEpochMinority)
	if s.accepted.Len() >= need {
		s.synchronise(from, out)
		return
	}
	if current != acceptedBefore || s.cfg.Bugs.has(CountOldPromise) {
		ahead := current > s.ownEpoch || current == s.ownEpoch && last > s.ownZxid
		if ahead && current != acceptedBefore && !s.cfg.Bugs.has(StaleEpochVote|LeadBehind) && !s.cfg.Quirks.has(NoEpochFiles) {
			s.look(out)
			return
		}
		if s.cfg.votes(from) {
			s.accepted = s.accepted.With(from)
		}
	}
	if s.accepted.Len() < need {
		return
	}
	s.persistEpoch(paxos.CurrentEpoch, s.epoch, out)
	s.vote.epoch = s.epoch
	s.phase = syncing
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if s.peers[id].acceptedEpoch {
			s.synchronise(id, out)
		}
	}
	s.establish(out)
}

// acked takes an ACK: the first is taken for that of NEWLEADER, the others are of
// proposals.
func (s *Server) acked(from paxos.ID, z paxos.Zxid, out *paxos.Effects) {
	p := &s.peers[from]
	switch {
	case !p.answered:
		s.answered(from, z, out)
	case z.Counter() != 0:
		p.acked = max(p.acked, z)
		s.commit(out)
	}
}

// answered takes a learner's first ACK (LearnerHandler.run,
// Leader.waitForNewLeaderAck). Before the quorum is there, one that is not of
// NEWLEADER does not count, and none after it will.
func (s *Server) answered(from paxos.ID, z paxos.Zxid, out *paxos.Effects) {
	p := &s.peers[from]
	p.answered, p.forwarded = true, true
	if s.phase == broadcast {
		p.synced = true
		out.Send(from, p.conn, paxos.UpToDate)
		return
	}
	if want := paxos.MakeZxid(s.epoch, 0); z != want {
		s.throw(paxos.Ack.String(), z, fmt.Sprintf("the first ACK of %v is of %v, not of NEWLEADER, %v: it will never count", from, z, want), out)
		return
	}
	p.synced = true
	s.establish(out)
}

// establish opens for clients once a quorum has taken over the leader's history:
// from here on all of it is committed.
func (s *Server) establish(out *paxos.Effects) {
	if s.phase != syncing || s.count(func(p *peer) bool { return p.synced }) < s.cfg.quorum()-s.cfg.Bugs.short(EstablishMinority) {
		return
	}
	s.phase, s.age = broadcast, 0
	if s.cfg.Quirks.has(NoEpochFiles) {
		s.claimed = paxos.MakeZxid(s.epoch, 0)
	}
	out.Tell(paxos.Note{Kind: paxos.Serving, Role: paxos.Leading, Epoch: s.epoch, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if p := &s.peers[id]; p.answered {
			p.synced = true
			out.Send(id, p.conn, paxos.UpToDate)
		}
	}
}

// count is the number of voters, this one included, of which is holds.
func (s *Server) count(is func(*peer) bool) int {
	n := 1
	for i := range s.peers {
		if s.peers[i].conn != 0 && s.cfg.votes(paxos.ID(i)) && is(&s.peers[i]) {
			n++
		}
	}
	return n
}

// Propose begins a transaction. It panics when this server does not lead and
// serve: only a leader's pipeline may call it. The zxid is 0 when the epoch has none
// left: nothing is proposed then, and the server begins an election
// (Leader.XidRolloverException).
func (s *Server) Propose(cmd paxos.Command, out *paxos.Effects) paxos.Zxid {
	if s.role != paxos.Leading || s.phase != broadcast {
		panic("zab: Propose on a server that is " + s.role.String() + ", " + phaseNames[s.phase])
	}
	if s.counter == s.cfg.lastCounter() {
		// A new epoch is needed before the counter runs into the epoch of the zxid.
		s.throw("propose", s.last(), "the counter of this epoch is used up", out)
		s.look(out)
		return 0
	}
	s.counter++
	epoch := s.epoch - uint32(s.cfg.Bugs.short(StaleEpochProposal))
	e := paxos.Entry{Zxid: paxos.MakeZxid(epoch, s.counter), Cmd: cmd}
	out.Tell(paxos.Note{Kind: paxos.Proposed, Epoch: s.epoch, Zxid: e.Zxid})
	s.enqueue(e, out)
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if s.peers[id].forwarded && s.cfg.votes(id) {
			s.propose(id, e, out)
		}
	}
	return e.Zxid
}

func (s *Server) propose(to paxos.ID, e paxos.Entry, out *paxos.Effects) {
	m := out.Send(to, s.peers[to].conn, paxos.Proposal)
	m.Zxid, m.Epoch, m.Cmd = e.Zxid, s.epoch, e.Cmd
}

// commit commits, in order, what a quorum has on disk (Leader.tryToCommit).
func (s *Server) commit(out *paxos.Effects) {
	if s.phase != broadcast {
		return
	}
	for s.applied < len(s.Log) && s.hasQuorum(s.Log[s.applied].Zxid) {
		if s.cfg.Bugs.has(CommitSkipsOne) && s.Pending() >= 2 && s.hasQuorum(s.Log[s.applied+1].Zxid) {
			s.Log = append(s.Log[:s.applied], s.Log[s.applied+1:]...)
			continue
		}
		for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
			if s.peers[id].forwarded {
				s.tellCommitted(id, s.Log[s.applied], out)
			}
		}
		s.applyNext(out)
	}
}

// tellCommitted tells a voter the zxid of what is committed, and an observer all of
// it, for it has not been asked to log it before.
func (s *Server) tellCommitted(to paxos.ID, e paxos.Entry, out *paxos.Effects) {
	kind := paxos.Commit
	if !s.cfg.votes(to) {
		kind = paxos.Inform
	}
	m := out.Send(to, s.peers[to].conn, kind)
	m.Zxid = e.Zxid
	if kind == paxos.Inform {
		m.Epoch, m.Cmd = s.epoch, e.Cmd
	}
}

func (s *Server) hasQuorum(z paxos.Zxid) bool {
	need, have := s.cfg.quorum(), 0
	if s.flushed >= z || s.cfg.Bugs.has(AckBeforeSync|CommitUnsynced) {
		have += 1 + s.cfg.Bugs.short(AckTwice)
	}
	for i := range s.peers {
		p := &s.peers[i]
		if p.conn != 0 && p.acked >= z {
			have++
		} else if s.cfg.Bugs.has(DeposedLeaderWrite) && (p.conn == 0 || p.idle > 2) && i > 0 && paxos.ID(i) != s.cfg.ID {
			have++
		}
	}
	if s.cfg.Bugs.has(MinorityCommit) {
		need--
	}
	return have >= need
}

// leaderTick sends pings, gives up learners that are silent, and itself when
// too few are left (Leader.lead's loop).
func (s *Server) leaderTick(out *paxos.Effects) {
	for i := range s.peers {
		p := &s.peers[i]
		if p.conn == 0 {
			continue
		}
		p.idle++
		limit := s.cfg.InitLimit
		if p.synced {
			limit = s.cfg.SyncLimit
			out.Send(paxos.ID(i), p.conn, paxos.Ping)
		}
		if p.idle > 2*limit && !s.cfg.Bugs.has(DeposedLeaderWrite) {
			out.Close(p.conn)
			s.dropPeer(paxos.ID(i))
		}
	}
	if s.cfg.Bugs.has(DeposedLeaderWrite) && s.phase == broadcast {
		s.commit(out)
		return
	}
	if s.phase != broadcast {
		if s.age > 2*s.cfg.InitLimit {
			s.look(out)
		}
		return
	}
	heard := s.count(func(p *peer) bool { return p.synced && p.idle <= 2*s.cfg.SyncLimit })
	if s.age%2 == 0 && heard < s.cfg.quorum() {
		s.look(out)
	}
}

func (s *Server) dropPeer(id paxos.ID) {
	s.peers[id] = peer{}
	if s.phase == discovery {
		// Its word counts again only with a connection: it may come back with
		// another accepted epoch.
		if s.informed.Len() < s.cfg.quorum() {
			s.informed = s.informed.Without(id)
		}
		if s.accepted.Len() < s.cfg.quorum() {
			s.accepted = s.accepted.Without(id)
		}
	}
}
