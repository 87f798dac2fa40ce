package multi

import (
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
)

// report is what a promise tells: what the sender has accepted in the slots
// after the one it was asked from. It never changes once sent.
type report struct{ votes []Vote }

// Told is what a PROMISE tells. It must not be changed.
func Told(m *paxos.Message) []Vote { return m.Body.(*report).votes }

// prepare answers phase 1, which is for all slots at once.
func (s *Server) prepare(m *paxos.Message, out *paxos.Effects) {
	b := synod.Ballot(m.Epoch)
	s.seen = max(s.seen, b)
	if s.bound(b) {
		// The leader is alive, or its lease may be: nobody else gets a promise. A
		// server that was left behind is told why instead.
		s.reject(m.From, b, max(s.leader, s.Promised, s.ownBallot()), out)
		s.teach(m.From, m.Zxid, out)
		return
	}
	if b < s.Promised {
		s.reject(m.From, b, s.Promised, out)
		return
	}
	if b > s.Promised && s.phase != following && !s.cfg.Bugs.has(StaleLeader) {
		s.look(out)
	}
	if s.cfg.Bugs.has(AnswerFirst) {
		s.sendPromise(m, out)
		s.promise(b, out)
		return
	}
	s.promise(b, out)
	s.sendPromise(m, out)
}

// bound says whether a lease keeps this server from promising b.
func (s *Server) bound(b synod.Ballot) bool {
	return s.leased && b != s.Promised || s.HoldsLease()
}

func (s *Server) ownBallot() synod.Ballot {
	if s.phase == following {
		return 0
	}
	return s.ballot
}

// promise has the promise on disk before anybody hears of it.
func (s *Server) promise(b synod.Ballot, out *paxos.Effects) {
	if b == s.Promised {
		return
	}
	s.Promised = b
	if !s.cfg.Bugs.has(ForgetPromise) {
		out.Persist(paxos.Write{Kind: paxos.PromisedBallot, Epoch: uint32(b)})
	}
}

// sendPromise tells all that was accepted after the slot that the candidate has
// applied, and what of it is known to be chosen; where the log does not reach
// back so far, the whole database first.
func (s *Server) sendPromise(m *paxos.Message, out *paxos.Effects) {
	from := m.Zxid
	r := &report{}
	answer := out.Send(m.From, 0, paxos.Promise)
	answer.Epoch, answer.Zxid, answer.Body = m.Epoch, from, r
	if from < s.Base {
		db := s.pack()
		answer.DB, from = &db, db.Zxid
	}
	for slot := from + 1; slot <= s.last(); slot++ {
		v := s.At(slot)
		if slot <= s.DB.Zxid {
			v.Ballot = Chosen
		}
		if v.Ballot != 0 {
			r.votes = append(r.votes, v)
		}
	}
}

// accept answers phase 2 of one slot.
func (s *Server) accept(m *paxos.Message, out *paxos.Effects) {
	b := synod.Ballot(m.Epoch)
	if m.Zxid <= s.Base {
		s.teach(m.From, m.Zxid-1, out)
		return
	}
	if v := s.At(m.Zxid); v.Ballot == Chosen {
		s.tellChosen(m.From, v, out)
		return
	}
	if !s.hear(b, out) && !s.cfg.Bugs.has(AcceptBelowPromise) {
		return
	}
	if s.cfg.Bugs.has(AnswerFirst) {
		s.sendAccepted(m, out)
		s.take(Vote{m.Zxid, b, m.Cmd}, out)
		return
	}
	s.take(Vote{m.Zxid, b, m.Cmd}, out)
	s.sendAccepted(m, out)
}

func (s *Server) sendAccepted(m *paxos.Message, out *paxos.Effects) {
	answer := out.Send(m.From, 0, paxos.Accepted)
	answer.Epoch, answer.Zxid = m.Epoch, m.Zxid
}

// take accepts a value, on disk. It comes again after a lost answer.
func (s *Server) take(v Vote, out *paxos.Effects) {
	if s.At(v.Slot).Ballot == v.Ballot {
		return
	}
	s.put(v)
	s.Promised = max(s.Promised, v.Ballot)
	if !s.cfg.Bugs.has(ForgetAccepted) {
		out.Persist(paxos.Write{Kind: paxos.AcceptedBallot, Epoch: uint32(v.Ballot), Zxid: v.Slot, Cmd: v.Cmd})
	}
}

func (s *Server) reject(to paxos.ID, b, higher synod.Ballot, out *paxos.Effects) {
	m := out.Send(to, 0, paxos.Reject)
	m.Epoch, m.Round = uint32(higher), uint32(b)
}
