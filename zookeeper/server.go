package zookeeper

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// Server is a whole ZooKeeper server: consensus, and what turns clients'
// requests into transactions and transactions into replies. It is a machine as
// package paxos describes it.
type Server struct {
	cfg       *Config
	consensus Consensus

	// conns are the clients connected here, in the order they came.
	conns   []clientConn
	watches watches
	// touched are sessions heard of here since the leader last asked.
	touched []int64

	leaderState
}

// leaderState is what only a leader has.
type leaderState struct {
	// prep is the tree as it will be when all that was proposed is applied.
	prep Tree
	// now counts half ticks.
	now     int64
	tracked []tracked
	syncs   []waitingSync
}

// clientConn is one client's connection.
type clientConn struct {
	id      paxos.Conn
	client  paxos.ID
	session int64
	// open: the session is confirmed and requests are taken.
	open bool
	// queue holds requests in the order they came; waiting: the first of them
	// is on its way through the leader.
	queue   []*Request
	waiting bool
}

// waitingSync is a sync that the leader answers once what was proposed before
// it is applied.
type waitingSync struct {
	zxid paxos.Zxid
	to   paxos.ID // the server that asked; the leader itself for its own clients
	conn paxos.Conn
	req  *Request
}

// NewServer is a server on top of a consensus that has not taken an event yet.
func NewServer(cfg *Config, consensus Consensus) *Server {
	return &Server{cfg: cfg, consensus: consensus}
}

// Consensus is the server's part of the consensus, to look at.
func (s *Server) Consensus() Consensus { return s.consensus }

// Tree is the server's tree as far as it has applied transactions.
func (s *Server) Tree() Tree { return s.tree() }

func (s *Server) tree() Tree { return s.consensus.Database().State.(Tree) }

// Step takes one event.
func (s *Server) Step(ev *paxos.Event, out *paxos.Effects) {
	if ev.From != 0 && !ev.From.IsServer() {
		s.clientEvent(ev, out)
		return
	}
	if ev.Kind == paxos.Arrived {
		switch ev.Msg.Kind {
		case paxos.Request, paxos.Sync, paxos.Revalidate:
			s.peerMessage(ev.Msg, out)
			return
		case paxos.Ping:
			s.heardSessions(ev.Msg)
		}
	}
	msgs, notes, applied := len(out.Msgs), len(out.Notes), len(out.Applied)
	s.consensus.Step(ev, out)
	s.attachSessions(out.Msgs[msgs:])
	for i := applied; i < len(out.Applied); i++ {
		s.applied(&out.Applied[i], out)
	}
	for i := notes; i < len(out.Notes); i++ {
		switch out.Notes[i].Kind {
		case paxos.RoleChanged:
			s.stopServing(out)
		case paxos.Serving:
			s.startServing(out)
		}
	}
	if ev.Kind == paxos.Fired && ev.Timer == s.cfg.Timer {
		s.expire(out)
	}
}

// stopServing ends all that this server was for its clients.
func (s *Server) stopServing(out *paxos.Effects) {
	for i := range s.conns {
		out.Close(s.conns[i].id)
	}
	s.conns, s.watches, s.touched = s.conns[:0], s.watches[:0], s.touched[:0]
	s.tracked, s.syncs = s.tracked[:0], s.syncs[:0]
}

func (s *Server) startServing(*paxos.Effects) {
	if s.consensus.Role() == paxos.Leading {
		s.prep = s.tree()
		s.track()
	}
}

// peerMessage takes what followers and leader say to each other on behalf of
// clients.
func (s *Server) peerMessage(m *paxos.Message, out *paxos.Effects) {
	if s.consensus.LearnerConn(m.From, m.Conn) {
		switch m.Kind {
		case paxos.Request:
			s.submit(m.Body.(*Request), out)
		case paxos.Sync:
			s.sync(m.From, m.Conn, m.Body.(*Request), out)
		case paxos.Revalidate:
			r := out.Send(m.From, m.Conn, paxos.Revalidate)
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
		s.synced(m.Body.(*Request), out)
	case paxos.Revalidate:
		s.revalidated(m.Session, m.OK, out)
	}
}

// submit turns a request into a proposal.
func (s *Server) submit(r *Request, out *paxos.Effects) {
	txn := s.guard(r)
	if txn == nil {
		txn = prepare(s.prep, r)
	}
	z := s.consensus.Propose(txn, out)
	s.prep = s.prep.apply(txn, z)
}

// sync answers when all that is proposed now has been applied; at once when
// nothing is. The leader asks nobody whether it still leads (ZOOKEEPER-1675).
func (s *Server) sync(to paxos.ID, conn paxos.Conn, r *Request, out *paxos.Effects) {
	w := waitingSync{s.consensus.LastProposed(), to, conn, r}
	if s.consensus.Pending() == 0 {
		s.answerSync(&w, out)
		return
	}
	s.syncs = append(s.syncs, w)
}

func (s *Server) answerSync(w *waitingSync, out *paxos.Effects) {
	if w.to == s.cfg.ID {
		s.synced(w.req, out)
		return
	}
	out.Send(w.to, w.conn, paxos.Sync).Body = w.req
}

// applied answers the client whose request a transaction was, if it is
// connected here, and fires watches.
func (s *Server) applied(a *paxos.Outcome, out *paxos.Effects) {
	txn, ok := a.Entry.Cmd.(*Txn)
	if !ok {
		panic(fmt.Sprintf("zookeeper: transaction %v is a %T", a.Entry.Zxid, a.Entry.Cmd))
	}
	z := a.Entry.Zxid
	s.trigger(txn, z, out)
	s.trackApplied(txn)
	if txn.Server == s.cfg.ID {
		s.answer(txn, a, out)
	}
	if txn.Op == OpCloseSession {
		s.dropSession(txn.Session, out)
	}
	for len(s.syncs) > 0 && s.syncs[0].zxid <= z {
		w := s.syncs[0]
		s.syncs = append(s.syncs[:0], s.syncs[1:]...)
		s.answerSync(&w, out)
	}
}

func (s *Server) answer(txn *Txn, a *paxos.Outcome, out *paxos.Effects) {
	for i := range s.conns {
		c := &s.conns[i]
		if c.session != txn.Session {
			continue
		}
		if txn.Op == OpCreateSession {
			s.admit(c, txn.Timeout, out)
			return
		}
		// A session has two connections when its client has come back before the
		// end of the first was heard of.
		if c.waiting && len(c.queue) > 0 && c.queue[0].Cxid == txn.Cxid {
			s.reply(c, result(a.DB.State.(Tree), txn, a.Entry.Zxid), out)
			s.finish(c, out)
			return
		}
	}
}
