package multi

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
)

// leadership is the volatile state of a server that leads, or wants to.
type leadership struct {
	// ballot is its own, promises who has promised it.
	ballot   synod.Ballot
	promises paxos.Set
	// sent is the last slot proposed in this ballot. votes are who has accepted
	// the slots from the one after the last applied up to sent.
	sent  paxos.Zxid
	votes []paxos.Set
	// queue are the values of the slots after sent, waiting for the window. While
	// recovering they are what promises told of, and no-ops for the gaps; their
	// Ballot is the one in which they were accepted.
	queue []Vote
	// told is the slot up to which the others were told that all is chosen.
	told paxos.Zxid
	// round counts heartbeats; answered is the last that a server has answered.
	round    uint32
	answered []uint32
}

// electionFired: this server has heard of no leader, and wants to lead. One that
// is no member does not, but compares what it knows with the members: they may
// not know yet that they are, or it may have been made one.
func (s *Server) electionFired(out *paxos.Effects) {
	switch {
	case s.phase != following:
	case s.leased:
		out.SetTimer(timerElection, s.cfg.wait(s.tries))
	case !s.everybody().Has(s.cfg.ID):
		s.compare(out)
		out.SetTimer(timerElection, s.cfg.wait(s.tries))
	default:
		s.begin(out)
	}
}

// begin begins phase 1 with a ballot higher than any heard of. One's own promise
// is on disk before the first message leaves.
func (s *Server) begin(out *paxos.Effects) {
	s.ballot = max(s.seen, s.Promised).After(s.cfg.ID)
	if s.cfg.Bugs.has(ReuseBallots) {
		s.ballot = s.seen.After(s.cfg.ID)
	}
	s.seen = s.ballot
	s.tries++
	if s.ready {
		out.Tell(paxos.Note{Kind: paxos.RoleChanged, Role: paxos.Looking, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	}
	s.role, s.phase, s.leader, s.ready = paxos.Looking, preparing, 0, false
	s.promises = paxos.Set(0).With(s.cfg.ID)
	s.sent, s.told = s.DB.Zxid, s.DB.Zxid
	s.votes, s.queue = s.votes[:0], s.queue[:0]
	s.round = 0
	clear(s.answered)
	s.promise(s.ballot, out)
	for slot := s.DB.Zxid + 1; slot <= s.last(); slot++ {
		s.found(s.At(slot))
	}
	s.beat(out)
	s.advance(out)
}

// promised takes a promise, and what it tells.
func (s *Server) promised(m *paxos.Message, out *paxos.Effects) {
	if s.phase == following || synod.Ballot(m.Epoch) != s.ballot {
		return
	}
	if m.DB != nil {
		s.install(m.DB, out)
	}
	for _, v := range m.Body.(*report).votes {
		if v.Ballot == Chosen {
			s.choose(v.Slot, v.Cmd, out)
		}
		s.found(v)
	}
	s.applyChosen(out)
	s.promises = s.promises.With(m.From)
	s.advance(out)
}

// found puts what was accepted before into the queue: of several values in a
// slot the one of the highest ballot, and no-ops where nothing was found. Once
// this server leads nothing more needs to be found: a quorum of all who choose
// in the window has told.
func (s *Server) found(v Vote) {
	if s.phase == following || v.Ballot == 0 || v.Slot <= s.sent || v.Slot <= s.DB.Zxid || s.phase == leading {
		return
	}
	s.skipApplied()
	for s.sent+paxos.Zxid(len(s.queue)) < v.Slot {
		s.queue = append(s.queue, Vote{Slot: s.sent + paxos.Zxid(len(s.queue)) + 1, Cmd: NoOp{}})
	}
	had := &s.queue[v.Slot-s.sent-1]
	better := v.Ballot > had.Ballot
	switch {
	case s.cfg.Bugs.has(IgnoreAccepted):
		return
	case s.cfg.Bugs.has(AdoptLowest):
		better = had.Ballot == 0 || v.Ballot < had.Ballot
	}
	if better {
		*had = v
	}
}

// skipApplied lets the window begin after the last slot applied, when that was
// learned from others.
func (s *Server) skipApplied() {
	if s.sent >= s.DB.Zxid {
		return
	}
	n := min(len(s.queue), int(s.DB.Zxid-s.sent))
	s.queue = append(s.queue[:0], s.queue[n:]...)
	s.sent = s.DB.Zxid
}

// advance does all that can be done now: take the next phase, propose, commit.
func (s *Server) advance(out *paxos.Effects) {
	for {
		s.skipApplied()
		if !s.nextPhase(out) && !s.pump(out) && !s.commit(out) {
			break
		}
	}
	if s.DB.Zxid > s.told {
		s.told = s.DB.Zxid
		s.toOthers(s.everybody(), paxos.Learn, func(m *paxos.Message) { m.Zxid = s.DB.Zxid }, out)
	}
	if !s.everybody().Has(s.cfg.ID) {
		s.look(out) // it has led the others to a membership without itself
	}
}

// nextPhase: with a quorum of promises this server recovers; when all it found is
// applied, it leads.
func (s *Server) nextPhase(out *paxos.Effects) bool {
	switch {
	case s.phase == preparing && s.quorums(s.promises):
		s.phase, s.role = recovering, paxos.Leading
		out.Tell(paxos.Note{Kind: paxos.RoleChanged, Role: paxos.Leading, Epoch: uint32(s.ballot), Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	case s.phase == recovering && s.quorums(s.promises) && (s.sent == s.DB.Zxid && len(s.queue) == 0 || s.cfg.Bugs.has(ServeEarly)):
		s.phase = leading
		out.Tell(paxos.Note{Kind: paxos.Serving, Role: paxos.Leading, Epoch: uint32(s.ballot), Zxid: s.DB.Zxid, Chain: s.DB.Chain})
		s.ping(out)
	default:
		return false
	}
	return true
}

// pump proposes what waits, as far as the window allows and those who choose the
// slot have promised.
func (s *Server) pump(out *paxos.Effects) bool {
	window := s.cfg.Alpha
	if s.phase == leading {
		window = s.cfg.Outstanding
	}
	moved := false
	for s.phase >= recovering && len(s.queue) > 0 && len(s.votes) < window && s.quorum(s.sent+1, s.promises, s.short(PrepareMinority)) {
		v := s.queue[0]
		s.queue = append(s.queue[:0], s.queue[1:]...)
		s.sent++
		s.votes = append(s.votes, 0)
		moved = true
		if v.Cmd == (NoOp{}) && s.cfg.Bugs.has(SkipNoOps) {
			continue
		}
		s.proposeSlot(Vote{s.sent, s.ballot, v.Cmd}, out)
	}
	return moved
}

func (s *Server) proposeSlot(v Vote, out *paxos.Effects) {
	s.sendAccepts(v, s.membersOf(v.Slot), out)
	if s.At(v.Slot).Ballot == Chosen {
		return // it is the value found, and needs no votes
	}
	if s.Promised <= s.ballot || s.cfg.Bugs.has(StaleLeader) {
		s.take(v, out)
		last := len(s.votes) - 1
		s.votes[last] = s.votes[last].With(s.cfg.ID)
	}
}

func (s *Server) sendAccepts(v Vote, to paxos.Set, out *paxos.Effects) {
	for id := paxos.ID(1); id <= paxos.MaxServer; id++ {
		if to.Has(id) && id != s.cfg.ID {
			m := out.Send(id, 0, paxos.AcceptValue)
			m.Epoch, m.Zxid, m.Cmd = uint32(v.Ballot), v.Slot, v.Cmd
		}
	}
}

// accepted counts an acceptance.
func (s *Server) accepted(m *paxos.Message, out *paxos.Effects) {
	if s.phase == following || synod.Ballot(m.Epoch) != s.ballot && !s.cfg.Bugs.has(CountOldAccepted) {
		return
	}
	if m.Zxid <= s.DB.Zxid || m.Zxid > s.DB.Zxid+paxos.Zxid(len(s.votes)) {
		return // it is chosen already
	}
	i := int(m.Zxid - s.DB.Zxid - 1)
	s.votes[i] = s.votes[i].With(m.From)
	if s.cfg.Bugs.has(CumulativeAccept) {
		for j := range i {
			s.votes[j] = s.votes[j].With(m.From)
		}
	}
	s.advance(out)
}

// commit applies, in order, what a quorum has accepted, and what was learned.
func (s *Server) commit(out *paxos.Effects) bool {
	moved := false
	for s.At(s.DB.Zxid+1).Ballot == Chosen || len(s.votes) > 0 && s.quorum(s.DB.Zxid+1, s.votes[0], s.short(CommitMinority)) {
		s.apply(out)
		moved = true
	}
	return moved
}

func (s *Server) short(bug Bugs) int {
	if s.cfg.Bugs.has(bug) {
		return 1
	}
	return 0
}

// forgetVotes drops the votes of the next n slots, which are applied.
func (s *Server) forgetVotes(n int) {
	n = min(n, len(s.votes))
	s.votes = append(s.votes[:0], s.votes[n:]...)
}

// rejected: somebody has promised, or follows, a higher ballot.
func (s *Server) rejected(m *paxos.Message, out *paxos.Effects) {
	b := synod.Ballot(m.Epoch)
	s.seen = max(s.seen, b)
	switch {
	case s.phase == following || synod.Ballot(m.Round) != s.ballot:
	case s.phase != preparing && (b < s.ballot || s.cfg.Bugs.has(StaleLeader)):
	default:
		s.look(out)
	}
}

// Propose begins a transaction and gives the slot it will have if it is chosen.
// It panics when this server does not lead and serve: only a leader's pipeline
// may call it. With Outstanding proposals under way it waits in the queue.
func (s *Server) Propose(cmd paxos.Command, out *paxos.Effects) paxos.Zxid {
	if s.phase != leading {
		panic("multi: Propose on a server that is " + phaseNames[s.phase])
	}
	slot := s.LastProposed() + 1
	out.Tell(paxos.Note{Kind: paxos.Proposed, Epoch: uint32(s.ballot), Zxid: slot, Chain: cmd.Digest()})
	s.queue = append(s.queue, Vote{Slot: slot, Cmd: cmd})
	s.advance(out)
	return slot
}

// Reconfigure proposes other members and gives the slot of the change. No-ops
// follow it to the end of the window, so that the next proposal is already the
// new members' to choose. The old ones must stay up until the new have caught
// up. It panics as Propose does, and on an empty or impossible set.
func (s *Server) Reconfigure(members paxos.Set, out *paxos.Effects) paxos.Zxid {
	if members == 0 || members.Has(0) {
		panic(fmt.Sprintf("multi: members %b: want servers from 1 to %d", members, paxos.MaxServer))
	}
	slot := s.Propose(Reconfigure{members}, out)
	for range s.cfg.Alpha - 1 {
		if s.phase == leading {
			s.Propose(NoOp{}, out)
		}
	}
	return slot
}

// Pending is the number of slots proposed, or waiting for it, and not applied.
func (s *Server) Pending() int { return int(s.LastProposed() - s.DB.Zxid) }

// LastProposed is the last slot that this server knows a value for: as a leader,
// the last it has proposed or queued.
func (s *Server) LastProposed() paxos.Zxid {
	if s.phase == following {
		return max(s.DB.Zxid, s.last())
	}
	return max(s.DB.Zxid, s.sent+paxos.Zxid(len(s.queue)))
}
