package synod

import "github.com/schismlab/schism/paxos"

// phase is how far a proposer's ballot is.
type phase uint8

const (
	idle phase = iota
	preparing
	accepting
)

// proposer is the volatile state of a server that proposes.
type proposer struct {
	phase phase
	// wish is what was asked of this server. It is proposed unless another value
	// may have been chosen.
	wish paxos.Command
	// ballot is the present one, value what it proposes, and best the ballot in
	// which value was accepted before: 0 while it is the wish.
	ballot, best Ballot
	value        paxos.Command
	// promises and votes are the servers that have promised, and accepted.
	promises, votes paxos.Set
	// seen is the highest ballot heard of: the next must beat it.
	seen  Ballot
	tries int
}

// Propose asks this server to get cmd chosen. What is chosen may be another
// value; only Learned tells. A server has one wish: asked again while it has not
// learned, it forgets the earlier one, if that was not sent yet.
func (s *Server) Propose(cmd paxos.Command, out *paxos.Effects) {
	s.wish = cmd
	if s.Learned == nil && s.phase == idle {
		s.begin(out)
	}
}

// begin begins a ballot higher than any heard of. Its own promise is on disk
// before the first message leaves, so that a crash cannot lead it to use the
// same ballot again.
func (s *Server) begin(out *paxos.Effects) {
	s.ballot = s.next()
	s.phase, s.best, s.value = preparing, 0, nil
	s.promises, s.votes = 0, 0
	out.SetTimer(timerRetry, s.cfg.wait(s.tries))
	s.tries++
	s.promise(s.ballot, out)
	s.toOthers(paxos.Prepare, s.ballot, nil, out)
	s.count(s.cfg.ID, s.Accepted, s.Value, out)
}

func (s *Server) next() Ballot {
	switch {
	case s.cfg.Bugs.has(ReuseBallots):
		return max(s.seen, s.ballot).After(s.cfg.ID)
	case s.cfg.Bugs.has(SharedBallots):
		return MakeBallot(max(s.seen, s.Promised).Round()+1, 1)
	}
	return max(s.seen, s.Promised).After(s.cfg.ID)
}

func (s *Server) promised(m *paxos.Message, out *paxos.Effects) {
	if s.phase == preparing && (Ballot(m.Epoch) == s.ballot || s.cfg.Bugs.has(CountOldPromises)) {
		s.count(m.From, Ballot(m.Round), m.Cmd, out)
	}
}

// count counts a promise, and keeps the value of the highest ballot among what
// was accepted before: that is the only one that may have been chosen.
func (s *Server) count(from paxos.ID, accepted Ballot, value paxos.Command, out *paxos.Effects) {
	better := accepted > s.best
	if s.cfg.Bugs.has(AdoptLowest) {
		better = accepted != 0 && (s.best == 0 || accepted < s.best)
	}
	if better {
		s.best, s.value = accepted, value
	}
	s.promises = s.promises.With(from)
	need := s.cfg.quorum()
	if s.cfg.Bugs.has(PrepareMinority) {
		need--
	}
	if s.promises.Len() >= need {
		s.propose(out)
	}
}

// propose begins phase 2: with the value found, or, as none was, with the wish.
func (s *Server) propose(out *paxos.Effects) {
	if s.best == 0 || s.cfg.Bugs.has(IgnoreAccepted) && s.wish != nil {
		s.value = s.wish
	}
	if s.value == nil {
		// It only wanted to know, and there is nothing to know.
		s.phase = idle
		return
	}
	s.phase = accepting
	out.Tell(paxos.Note{Kind: paxos.Proposed, Epoch: uint32(s.ballot), Chain: s.value.Digest()})
	s.toOthers(paxos.AcceptValue, s.ballot, s.value, out)
	// Its own acceptor may have promised more in the meantime.
	if s.Promised <= s.ballot || s.cfg.Bugs.has(AcceptBelowPromise) {
		s.take(s.ballot, s.value, out)
		s.accepted(s.cfg.ID, s.ballot, out)
	}
}

// accepted counts an acceptance. With a quorum the value is chosen.
func (s *Server) accepted(from paxos.ID, b Ballot, out *paxos.Effects) {
	if s.phase != accepting || b != s.ballot && !s.cfg.Bugs.has(CountOldAccepted) {
		return
	}
	if s.cfg.Bugs.has(CountTwice) && s.votes.Has(from) {
		from += paxos.MaxServer / 2
	}
	s.votes = s.votes.With(from)
	need := s.cfg.quorum()
	if s.cfg.Bugs.has(AcceptMinority) {
		need--
	}
	if s.votes.Len() < need {
		return
	}
	value := s.value
	s.learn(value, out)
	s.toOthers(paxos.Learn, b, value, out)
}

// rejected gives the ballot up: somebody has promised a higher one. The timer
// begins the next.
func (s *Server) rejected(m *paxos.Message) {
	s.seen = max(s.seen, Ballot(m.Epoch))
	if s.phase != idle && Ballot(m.Round) == s.ballot {
		s.phase = idle
	}
}
