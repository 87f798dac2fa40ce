package zab

import "github.com/schismlab/schism/paxos"

// synchronise brings a learner to the leader's history, chooses how by the
// cases of LearnerHandler.syncFollower, and ends with NEWLEADER.
func (s *Server) synchronise(to paxos.ID, out *paxos.Effects) {
	if to == s.cfg.ID {
		return
	}
	p := &s.peers[to]
	s.sendHistory(to, p, out)
	p.newLeaderDue = true
	out.SetTimer(timerHandler, handlerTime)
	if p.snap != noSnap {
		p.queued = s.DB.Zxid
		if s.cfg.Bugs.has(SkipOutstanding) {
			p.queued = s.last()
		}
		return
	}
	// Leader.startForwarding: what is proposed and not yet committed, and from
	// here on everything.
	for _, e := range s.Log[s.applied:] {
		if !p.observer && !s.cfg.Bugs.has(SkipOutstanding|ForwardLate) {
			s.propose(to, e, out)
		}
	}
	p.forwarded = !s.cfg.Bugs.has(ForwardLate)
}

// handlerTime is how long a handler's thread takes from startForwarding to
// NEWLEADER, or to one of the steps of SNAP, in nanoseconds. Commits that fall into
// it come before NEWLEADER.
const handlerTime = 1_000_000

// handlersGoOn takes each handler a step further: to NEWLEADER, or through SNAP.
func (s *Server) handlersGoOn(out *paxos.Effects) {
	again := false
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		p := &s.peers[id]
		switch {
		case !p.newLeaderDue:
		case p.snap != noSnap:
			s.snapGoesOn(id, p, out)
			again = again || p.newLeaderDue
		default:
			s.sendNewLeader(id, p, out)
		}
	}
	if again {
		out.SetTimer(timerHandler, handlerTime)
	}
}

func (s *Server) sendNewLeader(to paxos.ID, p *peer, out *paxos.Effects) {
	p.newLeaderDue = false
	m := out.Send(to, p.conn, paxos.NewLeader)
	m.Epoch, m.Zxid, m.Members = s.epoch, paxos.MakeZxid(s.epoch, 0), s.Seen
}

func (s *Server) sendHistory(to paxos.ID, p *peer, out *paxos.Effects) {
	committed := s.Log[max(0, s.applied-s.cfg.CommittedLog):s.applied]
	if s.cfg.Quirks.has(SnapWithoutMemory) {
		committed = s.Log[min(max(s.applied-s.cfg.CommittedLog, s.after(s.remembers)), s.applied):s.applied]
	}
	lo, hi := s.DB.Zxid, s.DB.Zxid // minCommittedLog, maxCommittedLog
	if len(committed) > 0 {
		lo = committed[0].Zxid
	}
	newEpoch := p.last.Counter() == 0
	switch {
	case p.last == hi:
		out.Send(to, p.conn, paxos.Diff).Zxid = hi
	case len(committed) == 0 && s.cfg.Quirks.has(SnapWithoutMemory):
		p.snap = snapAhead
	case p.last > hi && !newEpoch && s.cfg.Bugs.has(DiffForTrunc):
		out.Send(to, p.conn, paxos.Diff).Zxid = hi
	case p.last > hi && !newEpoch && s.cfg.Bugs.has(TruncOneMore) && len(committed) > 1:
		out.Send(to, p.conn, paxos.Trunc).Zxid = committed[len(committed)-2].Zxid
	case p.last > hi && !newEpoch:
		out.Send(to, p.conn, paxos.Trunc).Zxid = hi
	case lo <= p.last && p.last <= hi && s.sendCommitted(to, p, committed, newEpoch, out):
	default:
		p.snap = snapAhead
	}
}

// sendCommitted sends DIFF, or TRUNC to the last transaction that both have, and
// then the transactions after it (LearnerHandler.queueCommittedProposals). It
// sends nothing and is false when only the whole state helps: a log is never cut
// back across an epoch.
func (s *Server) sendCommitted(to paxos.ID, p *peer, committed []paxos.Entry, newEpoch bool, out *paxos.Effects) bool {
	i := 0
	for i < len(committed) && committed[i].Zxid <= p.last {
		i++
	}
	switch {
	case newEpoch || i > 0 && committed[i-1].Zxid == p.last || s.cfg.Quirks.has(DiffWithoutTrunc):
		out.Send(to, p.conn, paxos.Diff).Zxid = s.DB.Zxid
	case i == 0 || i == len(committed) || committed[i].Zxid.Epoch() != p.last.Epoch():
		return false
	default:
		out.Send(to, p.conn, paxos.Trunc).Zxid = committed[i-1].Zxid
	}
	i = max(0, min(i+s.cfg.Bugs.short(DiffSkipsOne), len(committed))-s.cfg.Bugs.short(DiffRepeatsOne))
	for _, e := range committed[i:] {
		if s.holeFrom <= e.Zxid && e.Zxid <= s.holeTo {
			continue
		}
		s.propose(to, e, out)
		out.Send(to, p.conn, paxos.Commit).Zxid = e.Zxid
	}
	return true
}
