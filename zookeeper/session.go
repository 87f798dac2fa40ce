package zookeeper

import "github.com/schismlab/schism/paxos"

// tracked is a session as the leader watches over it (SessionTrackerImpl).
type tracked struct {
	id       int64
	timeout  int64    // half ticks
	deadline int64    // in half ticks of the leader's count
	owner    paxos.ID // the server where its client is connected, 0 unknown
	closing  bool
	// taken is the number of its last call that came as a datagram.
	taken int32
}

// track begins to watch over all sessions that the tree knows. A new leader
// gives each its whole time-out.
func (s *Server) track() {
	s.tracked = s.tracked[:0]
	for _, open := range s.tree().sessions {
		s.trackOne(open.id, open.timeout)
	}
}

func (s *Server) trackOne(id, timeout int64) *tracked {
	half := s.cfg.Tick / 2
	t := tracked{id: id, timeout: (timeout + half - 1) / half}
	t.deadline = s.now + t.timeout
	s.tracked = append(s.tracked, t)
	return &s.tracked[len(s.tracked)-1]
}

func (s *Server) trackedSession(id int64) *tracked {
	for i := range s.tracked {
		if s.tracked[i].id == id {
			return &s.tracked[i]
		}
	}
	return nil
}

// trackApplied follows sessions that begin and end.
func (s *Server) trackApplied(txn *Txn) {
	if s.consensus.Role() != paxos.Leading {
		return
	}
	switch txn.Op {
	case OpCreateSession:
		if s.trackedSession(txn.Session) == nil {
			s.trackOne(txn.Session, txn.Timeout).owner = txn.Server
		}
	case OpCloseSession:
		for i := range s.tracked {
			if s.tracked[i].id == txn.Session {
				s.tracked = append(s.tracked[:i], s.tracked[i+1:]...)
				break
			}
		}
	}
}

// touch notes that a session's client was heard of.
func (s *Server) touch(id int64) {
	if s.consensus.Role() == paxos.Leading {
		if t := s.trackedSession(id); t != nil {
			t.deadline = s.now + t.timeout
		}
		return
	}
	for _, have := range s.touched {
		if have == id {
			return
		}
	}
	s.touched = append(s.touched, id)
}

// attachSessions lets a follower's answer to a ping carry the sessions it has
// heard of.
func (s *Server) attachSessions(msgs []paxos.Message) {
	if s.consensus.Role() != paxos.Following || len(s.touched) == 0 {
		return
	}
	for i := range msgs {
		if msgs[i].Kind == paxos.Ping {
			msgs[i].Body = append([]int64(nil), s.touched...)
			s.touched = s.touched[:0]
			return
		}
	}
}

func (s *Server) heardSessions(m *paxos.Message) {
	if ids, ok := m.Body.([]int64); ok && s.consensus.LearnerConn(m.From, m.Conn) {
		for _, id := range ids {
			s.touch(id)
		}
	}
}

// expire ends the sessions whose clients were not heard of in time.
func (s *Server) expire(out *paxos.Effects) {
	s.now++
	if s.consensus.Role() != paxos.Leading || !s.consensus.Serves() {
		return
	}
	for i := range s.tracked {
		if t := &s.tracked[i]; !t.closing && t.deadline < s.now {
			t.closing = true
			s.submit(&Request{Session: t.id, Op: OpCloseSession, Cxid: -1}, out)
		}
	}
}

// claim makes server the owner of a session, if the session is alive
// (Leader.revalidateSession).
func (s *Server) claim(id int64, server paxos.ID) bool {
	t := s.trackedSession(id)
	if t == nil || t.closing {
		return false
	}
	t.owner = server
	t.deadline = s.now + t.timeout
	return true
}

// guard is PrepRequestProcessor's checkSession: a request must come from the
// server that owns its session, and the session must be alive. It is nil when
// all is well.
func (s *Server) guard(r *Request) *Txn {
	if r.Op == OpCreateSession {
		return nil
	}
	t := s.trackedSession(r.Session)
	err := OK
	switch {
	case t == nil || t.closing && r.Op != OpCloseSession:
		err = SessionExpired
	case r.Server != 0 && t.owner != 0 && t.owner != r.Server:
		err = SessionMoved
	default:
		return nil
	}
	txn := &Txn{Op: OpError, Session: r.Session, Cxid: r.Cxid, Server: r.Server, Err: err}
	return txn.seal()
}
