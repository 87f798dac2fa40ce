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
	// observer: it came with OBSERVERINFO, and gets INFORM in place of PROPOSAL.
	observer bool
	snap     snapStage
	reading  *paxos.DB // the tree as its handler began to read it for SNAP
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
	// halted: the last commit has made another the leader, designated, and nothing
	// more is committed here (allowedToCommit).
	halted     bool
	designated paxos.ID
}

// lead begins to lead (Leader.lead). It takes a snapshot before it knows
// whether anybody follows, as ZooKeeper does.
func (s *Server) lead(out *paxos.Effects) {
	s.role, s.phase = paxos.Leading, discovery
	s.hangUp(out)
	s.informed, s.accepted = 0, 0
	s.halted, s.designated = false, 0
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
		if m.Members != nil && m.Members.Version > s.Active.Version {
			// It knows that this leader's configuration is over.
			out.Close(m.Conn)
			s.dropPeer(m.From)
			return
		}
		p.informed, p.observer = true, m.Kind == paxos.ObserverInfo
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
	if s.phase != discovery || s.Active.QuorumWith(s.informed, s.cfg.Bugs.short(EpochMinority)) {
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
	if s.Active.Voters.Has(from) {
		s.informed = s.informed.With(from)
	}
	if !s.Active.QuorumWith(s.informed, s.cfg.Bugs.short(EpochMinority)) {
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
	short := s.cfg.Bugs.short(AckEpochMinority)
	if s.phase != discovery || s.Active.QuorumWith(s.accepted, short) {
		s.synchronise(from, out)
		return
	}
	if current != acceptedBefore || s.cfg.Bugs.has(CountOldPromise) {
		ahead := current > s.ownEpoch || current == s.ownEpoch && last > s.ownZxid
		if ahead && current != acceptedBefore && !s.cfg.Bugs.has(StaleEpochVote|LeadBehind) && !s.cfg.Quirks.has(NoEpochFiles) {
			s.look(out)
			return
		}
		if s.Active.Voters.Has(from) {
			s.accepted = s.accepted.With(from)
		}
	}
	if !s.Active.QuorumWith(s.accepted, short) {
		return
	}
	s.persistEpoch(paxos.CurrentEpoch, s.epoch, out)
	s.tellsEpoch(s.epoch, false)
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
		out.Send(from, p.conn, paxos.UpToDate).Members = s.Active
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
	synced := s.who(func(p *peer) bool { return p.synced })
	if s.phase != syncing || !s.quorum(synced, s.cfg.Bugs.short(EstablishMinority)) {
		return
	}
	if s.joint() && !s.cfg.Bugs.has(IgnoreLastSeen) {
		// Whatever became of the transaction: the configuration is accepted now.
		s.putInForce(s.Seen, synced, out)
	}
	s.phase, s.age = broadcast, 0
	s.tellsEpoch(s.epoch, true)
	if s.cfg.Quirks.has(NoEpochFiles) {
		s.claimed = paxos.MakeZxid(s.epoch, 0)
	}
	out.Tell(paxos.Note{Kind: paxos.Serving, Role: paxos.Leading, Epoch: s.epoch, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if p := &s.peers[id]; p.answered {
			p.synced = true
			out.Send(id, p.conn, paxos.UpToDate).Members = s.Active
		}
	}
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
	s.see(e.Members(), out)
	out.Tell(paxos.Note{Kind: paxos.Proposed, Epoch: s.epoch, Zxid: e.Zxid})
	s.enqueue(e, out)
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if s.peers[id].forwarded && !s.peers[id].observer {
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
	for s.applied < len(s.Log) && !s.halted && s.hasQuorum(s.Log[s.applied].Zxid) {
		if s.cfg.Bugs.has(CommitSkipsOne) && s.Pending() >= 2 && s.hasQuorum(s.Log[s.applied+1].Zxid) {
			s.Log = append(s.Log[:s.applied], s.Log[s.applied+1:]...)
			continue
		}
		e, designated := s.Log[s.applied], paxos.ID(0)
		if m := e.Members(); m != nil {
			designated = s.putInForce(m, s.acknowledged(e.Zxid), out)
		}
		for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
			if s.peers[id].forwarded {
				s.tellCommitted(id, e, designated, out)
			}
		}
		s.applyNext(out)
	}
}

// tellCommitted tells a voter the zxid of what is committed, and an observer all of
// it, for it has not been asked to log it before. If it was a reconfiguration, both
// are told who leads from here on.
func (s *Server) tellCommitted(to paxos.ID, e paxos.Entry, designated paxos.ID, out *paxos.Effects) {
	observer, kind := s.peers[to].observer, paxos.Commit
	switch {
	case observer && designated != 0:
		kind = paxos.InformAndActivate
	case observer:
		kind = paxos.Inform
	case designated != 0:
		kind = paxos.CommitAndActivate
	}
	m := out.Send(to, s.peers[to].conn, kind)
	m.Zxid, m.Leader = e.Zxid, designated
	if observer {
		m.Epoch, m.Cmd = s.epoch, e.Cmd
	}
}

// hasQuorum says whether a quorum has a transaction on disk: of the configuration in
// force and, from a reconfiguration on that is under way, of the new one, too.
func (s *Server) hasQuorum(z paxos.Zxid) bool {
	more := s.cfg.Bugs.short(MinorityCommit)
	if s.flushed >= z {
		more += s.cfg.Bugs.short(AckTwice)
	}
	acks, bugs := s.acknowledged(z), s.cfg.Bugs
	if !s.joint() || z < s.Seen.Version || bugs.has(CommitByOld) {
		return s.Active.QuorumWith(acks, more)
	}
	return (bugs.has(CommitByNew) || s.Active.QuorumWith(acks, more)) && s.Seen.QuorumWith(acks, more)
}

// acknowledged is who has a transaction on disk.
func (s *Server) acknowledged(z paxos.Zxid) paxos.Set {
	var acks paxos.Set
	if s.flushed >= z || s.cfg.Bugs.has(AckBeforeSync|CommitUnsynced) {
		acks = acks.With(s.cfg.ID)
	}
	for i := range s.peers {
		p := &s.peers[i]
		silent := p.conn == 0 || p.idle > 2
		if p.conn != 0 && p.acked >= z || silent && i > 0 && paxos.ID(i) != s.cfg.ID && s.cfg.Bugs.has(DeposedLeaderWrite) {
			acks = acks.With(paxos.ID(i))
		}
	}
	return acks
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
	heard := s.who(func(p *peer) bool { return p.synced && p.idle <= 2*s.cfg.SyncLimit })
	if s.age%2 == 0 && !s.quorum(heard, 0) {
		s.stepDown(out)
	}
}

func (s *Server) dropPeer(id paxos.ID) {
	s.peers[id] = peer{}
	if s.phase == discovery {
		// Its word counts again only with a connection: it may come back with
		// another accepted epoch.
		if !s.Active.Quorum(s.informed) {
			s.informed = s.informed.Without(id)
		}
		if !s.Active.Quorum(s.accepted) {
			s.accepted = s.accepted.Without(id)
		}
	}
}
