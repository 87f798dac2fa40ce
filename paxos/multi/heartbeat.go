package multi

import (
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
)

// beat is a leader's or candidate's heartbeat: it says again what was not
// answered, for any message may have been lost.
func (s *Server) beat(out *paxos.Effects) {
	s.round++
	out.SetTimer(timerHeartbeat, s.cfg.Heartbeat)
	if s.phase >= recovering && s.abandoned() {
		s.look(out)
		return
	}
	s.toOthers(s.everybody()&^s.promises, paxos.Prepare, func(m *paxos.Message) { m.Zxid = s.DB.Zxid }, out)
	if s.phase >= recovering {
		s.ping(out)
	}
	for i, have := range s.votes {
		slot := s.DB.Zxid + 1 + paxos.Zxid(i)
		if v := s.At(slot); v.Ballot == s.ballot || v.Ballot == Chosen {
			v.Ballot = s.ballot
			s.sendAccepts(v, s.membersOf(slot)&^have, out)
		}
	}
}

// ping says that this server leads, up to where all is chosen, and whether it
// serves.
func (s *Server) ping(out *paxos.Effects) {
	s.toOthers(s.everybody(), paxos.Ping, func(m *paxos.Message) {
		m.Round, m.Zxid, m.OK = s.round, s.DB.Zxid, s.phase == leading
	}, out)
}

// toOthers sends a message of this server's ballot to those of a set.
func (s *Server) toOthers(to paxos.Set, kind paxos.Kind, fill func(*paxos.Message), out *paxos.Effects) {
	for id := paxos.ID(1); id <= paxos.MaxServer; id++ {
		if to.Has(id) && id != s.cfg.ID {
			m := out.Send(id, 0, kind)
			m.Epoch = uint32(s.ballot)
			fill(m)
		}
	}
}

func (s *Server) heartbeatAnswered(m *paxos.Message) {
	if s.phase == following || synod.Ballot(m.Epoch) != s.ballot {
		return
	}
	round := m.Round
	if s.cfg.Bugs.has(LeaseFromAnswer) {
		round = s.round
	}
	s.answered[m.From] = max(s.answered[m.From], round)
}

// heardSince is who has answered a heartbeat not older than n rounds, with this
// server itself.
func (s *Server) heardSince(n uint32) paxos.Set {
	set := paxos.Set(0).With(s.cfg.ID)
	for id := range s.answered {
		if a := s.answered[id]; a != 0 && a+n >= s.round {
			set = set.With(paxos.ID(id))
		}
	}
	return set
}

// abandoned: no quorum has answered for so long that the others may have another
// leader.
func (s *Server) abandoned() bool {
	n := s.cfg.patience()
	return s.round > n && !s.quorums(s.heardSince(n))
}

// HoldsLease says whether this server may answer reads from its own state as if
// it had asked a quorum: it leads, serves, and a quorum has promised to promise
// nobody else anything for the time being. It is never so without leases.
//
// It is as good as the timers are: a process that is stopped between its last
// timer and this question believes in its lease for too long.
func (s *Server) HoldsLease() bool {
	n := s.cfg.leaseRounds()
	return s.phase == leading && n > 0 && s.quorums(s.heardSince(n))
}
