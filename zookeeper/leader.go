package zookeeper

import "github.com/schismlab/schism/paxos"

// This file is what followers ask their leader, and how it answers. Over a
// connection a question arrives once, in order, or the connection breaks. A
// consensus without connections (Conn 0) speaks by datagrams, so there
//
//   - each carries the epoch, and one of another leader's time is dropped;
//   - a follower asks again each half tick until it is answered;
//   - the leader takes a request once: a session's calls are numbered, and a
//     client has one call under way at a server at a time.

// toLeader begins a message to the leader. It is nil when this server follows
// nobody, and so leads itself.
func (s *Server) toLeader(kind paxos.Kind, out *paxos.Effects) *paxos.Message {
	leader, conn, follows := s.consensus.LeaderConn()
	if !follows {
		return nil
	}
	return s.toPeer(leader, conn, kind, out)
}

func (s *Server) toPeer(to paxos.ID, conn paxos.Conn, kind paxos.Kind, out *paxos.Effects) *paxos.Message {
	m := out.Send(to, conn, kind)
	if conn == 0 {
		m.Epoch = s.consensus.Epoch()
	}
	return m
}

// forward hands a write to the leader, which may be this server.
func (s *Server) forward(r *Request, out *paxos.Effects) {
	if m := s.toLeader(paxos.Request, out); m != nil {
		m.Body = r
		return
	}
	s.submit(r, out)
}

// askAgain asks everything anew that the leader has not answered, where a
// question or its answer may have been lost.
func (s *Server) askAgain(out *paxos.Effects) {
	if _, conn, follows := s.consensus.LeaderConn(); !follows || conn != 0 {
		return
	}
	for i := range s.conns {
		switch c := &s.conns[i]; {
		case c.waiting && c.queue[0].Op == OpSync:
			s.toLeader(paxos.Sync, out).Body = c.queue[0]
		case c.waiting:
			s.forward(c.queue[0], out)
		case c.open || c.session == 0:
		case c.creating != nil:
			s.forward(c.creating, out)
		default:
			s.toLeader(paxos.Revalidate, out).Session = c.session
		}
	}
}

// peerMessage takes what followers and leader say to each other on behalf of
// clients.
func (s *Server) peerMessage(m *paxos.Message, out *paxos.Effects) {
	if m.Conn == 0 && m.Epoch != s.consensus.Epoch() {
		return // of another leader's time
	}
	if s.consensus.LearnerConn(m.From, m.Conn) {
		switch m.Kind {
		case paxos.Request:
			if r := m.Body.(*Request); m.Conn != 0 || s.isNew(r) {
				s.submit(r, out)
			}
		case paxos.Sync:
			s.sync(m.From, m.Conn, m.Body.(*Request), out)
		case paxos.Revalidate:
			r := s.toPeer(m.From, m.Conn, paxos.Revalidate, out)
			r.Session, r.OK = m.Session, s.claim(m.Session, m.From)
		}
		return
	}
	leader, conn, follows := s.consensus.LeaderConn()
	if !follows || m.From != leader || m.Conn != conn {
		return // of a connection that is over
	}
	switch m.Kind {
	case paxos.Sync:
		s.syncAnswered(m.Body.(*Request), m.Zxid, out)
	case paxos.Revalidate:
		s.revalidated(m.Session, m.OK, out)
	}
}

// isNew says whether a request that came as a datagram comes for the first time,
// and remembers it.
func (s *Server) isNew(r *Request) bool {
	if r.Op == OpCreateSession {
		return !s.prep.HasSession(r.Session)
	}
	t := s.trackedSession(r.Session)
	switch {
	case t == nil:
		return true // it will be refused, as often as it comes
	case r.Cxid <= t.taken:
		return false
	}
	t.taken = r.Cxid
	return true
}

// submit turns a request into a proposal.
func (s *Server) submit(r *Request, out *paxos.Effects) {
	txn := s.guard(r)
	switch {
	case txn != nil:
	case r.Op == OpReconfig:
		txn = s.prepareReconfig(r)
	default:
		txn = prepare(s.prep, r)
	}
	before := len(out.Applied)
	z := s.consensus.Propose(txn, out)
	if z == 0 {
		s.stopServing(out)
		return
	}
	s.prep = s.prep.after(txn, z)
	s.followApplied(before, out) // at once, where one server alone is the quorum
}

// sync answers when all that is proposed now has been applied; at once when
// nothing is. The leader asks nobody whether it still leads (ZOOKEEPER-1675).
func (s *Server) sync(to paxos.ID, conn paxos.Conn, r *Request, out *paxos.Effects) {
	w := waitingSync{s.consensus.LastProposed(), to, conn, r}
	switch {
	case s.consensus.Pending() == 0:
		s.answerSync(&w, out)
	case !s.waits(r):
		s.syncs = append(s.syncs, w)
	}
}

// waits says whether a sync is among those that wait: a datagram may come twice.
func (s *Server) waits(r *Request) bool {
	for i := range s.syncs {
		if s.syncs[i].req == r {
			return true
		}
	}
	return false
}

func (s *Server) answerSync(w *waitingSync, out *paxos.Effects) {
	if w.to == s.cfg.ID {
		s.synced(w.req, out)
		return
	}
	m := s.toPeer(w.to, w.conn, paxos.Sync, out)
	m.Body = w.req
	if w.conn == 0 {
		m.Zxid = w.zxid
	}
}

// syncAnswered is the leader's answer to a sync of this server. A connection
// keeps it behind the commits that it waited for. A datagram says up to where
// they go, and they may still be on their way.
func (s *Server) syncAnswered(r *Request, z paxos.Zxid, out *paxos.Effects) {
	switch {
	case z <= s.consensus.Database().Zxid:
		s.synced(r, out)
	case !s.waits(r):
		s.syncs = append(s.syncs, waitingSync{zxid: z, to: s.cfg.ID, req: r})
	}
}

// releaseSyncs answers the syncs that waited for transactions up to z.
func (s *Server) releaseSyncs(z paxos.Zxid, out *paxos.Effects) {
	for len(s.syncs) > 0 && s.syncs[0].zxid <= z {
		w := s.syncs[0]
		s.syncs = append(s.syncs[:0], s.syncs[1:]...)
		s.answerSync(&w, out)
	}
}
