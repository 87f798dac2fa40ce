package zab

import "github.com/schismlab/schism/paxos"

// snapStage is how far a handler has come with SNAP. It reads the tree and writes
// it to the connection while transactions go on; what these have to tell the
// learner waits in its queue until the tree is sent.
type snapStage uint8

const (
	noSnap snapStage = iota
	snapAhead
	snapQueued // with NewLeaderBeforeSnap: NEWLEADER is in the queue
	snapReading
)

func (s *Server) snapGoesOn(to paxos.ID, p *peer, out *paxos.Effects) {
	switch {
	case p.snap == snapAhead && s.cfg.Quirks.has(NewLeaderBeforeSnap):
		p.snap = snapQueued
		p.committedBefore, p.proposedBefore = s.DB.Zxid, s.last()
	case p.snap == snapReading:
		s.sendSnap(to, p, out)
	default:
		db := s.DB
		p.reading, p.snap = &db, snapReading
	}
}

// sendSnap sends the tree, and then the learner's queue. That has NEWLEADER at its
// end, behind all that may show in the tree by half; but see NewLeaderBeforeSnap.
func (s *Server) sendSnap(to paxos.ID, p *peer, out *paxos.Effects) {
	db := *p.reading
	db.State = paxos.Splice(db.State, s.DB.State)
	if s.cfg.Bugs.has(StaleSnap) {
		db = s.Snaps[len(s.Snaps)-1]
	}
	m := out.Send(to, p.conn, paxos.Snap)
	m.DB, m.Zxid = &db, db.Zxid
	p.snap, p.reading = noSnap, nil
	if !s.cfg.Quirks.has(NewLeaderBeforeSnap) {
		p.committedBefore, p.proposedBefore = s.DB.Zxid, s.last()
	}
	late := s.cfg.Bugs.has(ForwardLate)
	if !late {
		s.sendQueued(to, p.queued, 0, p.committedBefore, p.proposedBefore, out)
	}
	s.sendNewLeader(to, p, out)
	if !late {
		s.sendQueued(to, p.committedBefore, p.proposedBefore, s.DB.Zxid, everything, out)
		p.forwarded = true
	}
	p.queued, p.committedBefore, p.proposedBefore = 0, 0, 0
}

// sendQueued sends a part of a learner's queue: of the entries after one, the
// proposals later than told and up to proposed, and the commits up to committed.
func (s *Server) sendQueued(to paxos.ID, after, told, committed, proposed paxos.Zxid, out *paxos.Effects) {
	for _, e := range s.Log[s.after(after):] {
		if !s.peers[to].observer && told < e.Zxid && e.Zxid <= proposed {
			s.propose(to, e, out)
		}
		if e.Zxid <= committed {
			s.tellCommitted(to, e, 0, out)
		}
	}
}
