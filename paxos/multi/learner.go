package multi

import (
	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
)

// lesson is how many chosen slots are sent at a time to one that lags.
const lesson = 64

// hear takes note of a leader of ballot b. It is false, and the leader is told,
// when this server has promised or follows a higher one.
func (s *Server) hear(b synod.Ballot, out *paxos.Effects) bool {
	s.seen = max(s.seen, b)
	if bar := max(s.Promised, s.leader, s.ownBallot()); b < bar {
		s.reject(b.Server(), b, bar, out)
		return false
	}
	if s.phase != following && b > s.ballot {
		if s.cfg.Bugs.has(StaleLeader) {
			return true
		}
		s.look(out)
	}
	if b != s.leader {
		s.role, s.leader, s.ready = paxos.Following, b, false
		out.Tell(paxos.Note{Kind: paxos.RoleChanged, Role: paxos.Following, Epoch: uint32(b), Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	}
	s.tries = 0
	out.SetTimer(timerElection, s.cfg.wait(0))
	return true
}

// grant promises nobody anything for the time of a lease.
func (s *Server) grant(out *paxos.Effects) {
	s.leased = true
	out.SetTimer(timerLease, s.cfg.Lease)
}

// pinged takes a leader's heartbeat, or the answer to one's own.
func (s *Server) pinged(m *paxos.Message, out *paxos.Effects) {
	b := synod.Ballot(m.Epoch)
	if b.Server() == s.cfg.ID {
		s.heartbeatAnswered(m)
		return
	}
	if !s.hear(b, out) {
		return
	}
	if s.cfg.Lease > 0 {
		s.grant(out)
	}
	answer := out.Send(m.From, 0, paxos.Ping)
	answer.Epoch, answer.Round, answer.Zxid = m.Epoch, m.Round, s.DB.Zxid
	s.commitTo(b, m.Zxid, out)
	if s.DB.Zxid < m.Zxid {
		if !s.cfg.Bugs.has(NeverCatchUp) {
			out.Send(m.From, 0, paxos.CatchUp).Zxid = s.DB.Zxid
		}
		return
	}
	if m.OK && !s.ready {
		s.ready = true
		out.Tell(paxos.Note{Kind: paxos.Serving, Role: paxos.Following, Epoch: uint32(b), Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	}
}

// learn takes word of what is chosen: one slot and its value; or, without a
// value, that all slots up to one are.
func (s *Server) learn(m *paxos.Message, out *paxos.Effects) {
	if m.Cmd == nil {
		if b := synod.Ballot(m.Epoch); s.hear(b, out) {
			s.commitTo(b, m.Zxid, out)
		}
		return
	}
	s.choose(m.Zxid, m.Cmd, out)
	s.found(Vote{m.Zxid, Chosen, m.Cmd})
	s.applyChosen(out)
	if s.phase != following {
		s.advance(out)
	}
}

// commitTo applies slots up to the given one, which are chosen, as far as this
// server has accepted them from the leader that says so: in its ballot there is
// one value a slot. What was accepted in another ballot may be another value.
func (s *Server) commitTo(b synod.Ballot, slot paxos.Zxid, out *paxos.Effects) {
	for s.DB.Zxid < slot {
		v := s.At(s.DB.Zxid + 1)
		if v.Ballot != b && v.Ballot != Chosen && !(v.Ballot != 0 && s.cfg.Bugs.has(CommitAnyBallot)) {
			return
		}
		s.apply(out)
	}
}

// choose notes the value of a slot. It goes to the log, so that this server can
// tell others.
func (s *Server) choose(slot paxos.Zxid, cmd paxos.Command, out *paxos.Effects) {
	if slot <= s.DB.Zxid || s.At(slot).Ballot == Chosen {
		return
	}
	s.persist(paxos.Write{Kind: paxos.AcceptedBallot, Epoch: uint32(Chosen), Zxid: slot, Cmd: cmd}, out)
}

func (s *Server) applyChosen(out *paxos.Effects) {
	for s.At(s.DB.Zxid+1).Ballot == Chosen {
		s.apply(out)
	}
}

// compare tells all members how far this server is. Who is further teaches it,
// and who is not asks back.
func (s *Server) compare(out *paxos.Effects) {
	s.toOthers(s.everybody(), paxos.CatchUp, func(m *paxos.Message) { m.Epoch, m.Zxid = 0, s.DB.Zxid }, out)
}

func (s *Server) compared(m *paxos.Message, out *paxos.Effects) {
	if m.Zxid > s.DB.Zxid {
		out.Send(m.From, 0, paxos.CatchUp).Zxid = s.DB.Zxid
		return
	}
	s.teach(m.From, m.Zxid, out)
}

// teach tells a server what is chosen after the slot that it has applied: slot
// by slot, or, where the log does not reach back so far, as a whole.
func (s *Server) teach(to paxos.ID, from paxos.Zxid, out *paxos.Effects) {
	if from < s.Base {
		db := s.pack()
		m := out.Send(to, 0, paxos.Snap)
		m.DB, m.Zxid = &db, db.Zxid
		return
	}
	for slot := from + 1; slot <= min(s.DB.Zxid, from+lesson); slot++ {
		s.tellChosen(to, s.At(slot), out)
	}
}

func (s *Server) tellChosen(to paxos.ID, v Vote, out *paxos.Effects) {
	m := out.Send(to, 0, paxos.Learn)
	m.Zxid, m.Cmd = v.Slot, v.Cmd
}

// install takes over a database that is further than one's own. A server that
// serves stops: its layer above has not seen the slots between.
func (s *Server) install(db *paxos.DB, out *paxos.Effects) {
	if db.Zxid <= s.DB.Zxid {
		return
	}
	if s.ready {
		s.ready = false
		out.Tell(paxos.Note{Kind: paxos.RoleChanged, Role: paxos.Following, Epoch: uint32(s.leader), Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	}
	s.forgetVotes(int(db.Zxid - s.DB.Zxid))
	s.persist(paxos.Write{Kind: paxos.SaveSnapshot, DB: *db, Zxid: db.Zxid}, out)
	s.unpack(*db)
	out.Tell(paxos.Note{Kind: paxos.Restored, Zxid: s.DB.Zxid, Chain: s.DB.Chain, Text: "snap"})
	s.applyChosen(out)
}
