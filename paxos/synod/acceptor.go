package synod

import "github.com/schismlab/schism/paxos"

// prepare answers phase 1: a promise for a ballot at least as high as any
// promised, else a refusal that tells the ballot to beat.
func (s *Server) prepare(m *paxos.Message, out *paxos.Effects) {
	if s.tell(m.From, out) {
		return
	}
	b := Ballot(m.Epoch)
	s.stir(b, out)
	if b < s.Promised && !s.cfg.Bugs.has(PromiseLower) {
		s.reject(m.From, b, out)
		return
	}
	if s.cfg.Bugs.has(AnswerFirst) {
		s.sendPromise(m.From, b, out)
		s.promise(b, out)
		return
	}
	s.promise(b, out)
	s.sendPromise(m.From, b, out)
}

// promise has the promise on disk before anybody hears of it. A ballot that is
// already promised costs no write: the message came twice, or its answer was
// lost.
func (s *Server) promise(b Ballot, out *paxos.Effects) {
	if b == s.Promised {
		return
	}
	s.Promised = b
	if !s.cfg.Bugs.has(ForgetPromise) {
		out.Persist(paxos.Write{Kind: paxos.PromisedBallot, Epoch: uint32(b)})
	}
}

func (s *Server) sendPromise(to paxos.ID, b Ballot, out *paxos.Effects) {
	m := out.Send(to, 0, paxos.Promise)
	m.Epoch = uint32(b)
	if !s.cfg.Bugs.has(HideAccepted) {
		m.Round, m.Cmd = uint32(s.Accepted), s.Value
	}
}

// accept answers phase 2. It needs no promise of just this ballot, only that no
// higher one was promised.
func (s *Server) accept(m *paxos.Message, out *paxos.Effects) {
	if s.tell(m.From, out) {
		return
	}
	b := Ballot(m.Epoch)
	s.stir(b, out)
	if b < s.Promised && !s.cfg.Bugs.has(AcceptBelowPromise) {
		s.reject(m.From, b, out)
		return
	}
	if s.cfg.Bugs.has(AnswerFirst) {
		out.Send(m.From, 0, paxos.Accepted).Epoch = m.Epoch
		s.take(b, m.Cmd, out)
		return
	}
	s.take(b, m.Cmd, out)
	out.Send(m.From, 0, paxos.Accepted).Epoch = m.Epoch
}

// take accepts a value, on disk.
func (s *Server) take(b Ballot, value paxos.Command, out *paxos.Effects) {
	if b == s.Accepted && !s.cfg.Bugs.has(SharedBallots) {
		return // the message came twice
	}
	s.Accepted, s.Value = b, value
	if !s.cfg.Bugs.has(LazyPromise) {
		s.Promised = max(s.Promised, b)
	}
	if !s.cfg.Bugs.has(ForgetAccepted) {
		out.Persist(paxos.Write{Kind: paxos.AcceptedBallot, Epoch: uint32(b), Cmd: value})
	}
	if s.cfg.Bugs.has(LearnAccepted) {
		s.learn(value, out)
	}
}

func (s *Server) reject(to paxos.ID, b Ballot, out *paxos.Effects) {
	m := out.Send(to, 0, paxos.Reject)
	m.Epoch, m.Round = uint32(s.Promised), uint32(b)
}

// tell says what was chosen, when this server knows it: whoever still asks has
// missed it.
func (s *Server) tell(to paxos.ID, out *paxos.Effects) bool {
	if s.Learned == nil {
		return false
	}
	out.Send(to, 0, paxos.Learn).Cmd = s.Learned
	return true
}

// stir gives the ballot of another proposer its time: this server's own next
// one waits. It also is how a server that proposes nothing comes to ask, if
// nobody tells it the end.
func (s *Server) stir(b Ballot, out *paxos.Effects) {
	s.seen = max(s.seen, b)
	out.SetTimer(timerRetry, s.cfg.wait(s.tries))
}
