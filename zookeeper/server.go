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
	// applying is the transaction whose consequences are being told, nil between
	// steps.
	applying *paxos.Outcome
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
	// creating is the request for its session, if it is a new one.
	creating *Request
	// queue holds requests in the order they came; waiting: the first of them
	// is on its way through the leader.
	queue   []*Request
	waiting bool
}

// waitingSync is a sync that is answered once what was proposed before it is
// applied.
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

// Watches is how many watches clients have left here.
func (s *Server) Watches() int { return len(s.watches) }

// Connections is how many clients are connected here.
func (s *Server) Connections() int { return len(s.conns) }

// Tree is the server's tree as far as it has applied transactions.
func (s *Server) Tree() Tree { return s.tree() }

// database is the state that clients are shown. A step may apply several
// transactions; what is said on account of one of them shows nothing of the next,
// whose watch events are still to be sent.
func (s *Server) database() paxos.DB {
	if s.applying != nil {
		return s.applying.DB
	}
	return s.consensus.Database()
}

func (s *Server) tree() Tree { return s.database().State.(Tree) }

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
	half := ev.Kind == paxos.Fired && ev.Timer == s.cfg.Timer
	if s.cfg.OwnTimer && (half || ev.Kind == paxos.Boot) {
		out.SetTimer(s.cfg.Timer, s.cfg.Tick/2)
	}
	if !half || !s.cfg.OwnTimer {
		s.order(ev, out)
	}
	if half {
		s.askAgain(out)
		s.expire(out)
	}
}

// order gives the consensus its event, and does what follows from it.
func (s *Server) order(ev *paxos.Event, out *paxos.Effects) {
	msgs, notes, applied := len(out.Msgs), len(out.Notes), len(out.Applied)
	s.consensus.Step(ev, out)
	s.attachSessions(out.Msgs[msgs:])
	s.followApplied(applied, out)
	for i := notes; i < len(out.Notes); i++ {
		switch out.Notes[i].Kind {
		case paxos.RoleChanged:
			s.stopServing(out)
		case paxos.Serving:
			s.startServing(out)
		}
	}
	s.releaseSyncs(s.consensus.Database().Zxid, out)
}

// followApplied does what follows from the transactions applied from the given
// one on. Answers may bring further calls, whose own are looked after by submit.
func (s *Server) followApplied(from int, out *paxos.Effects) {
	end, outer := len(out.Applied), s.applying
	for i := from; i < end; i++ {
		s.applying = &out.Applied[i]
		s.applied(s.applying, out)
	}
	s.applying = outer
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
	s.releaseSyncs(z, out)
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
