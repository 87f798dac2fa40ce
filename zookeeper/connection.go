package zookeeper

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// clientEvent takes what comes from a client's connection.
func (s *Server) clientEvent(ev *paxos.Event, out *paxos.Effects) {
	switch ev.Kind {
	case paxos.Dialled:
		if !s.consensus.Serves() {
			out.Close(ev.Conn)
			return
		}
		s.conns = append(s.conns, clientConn{id: ev.Conn, client: ev.From})
		out.Accept(ev.Conn)
	case paxos.Closed:
		s.forget(ev.Conn)
	case paxos.Arrived:
		if c := s.conn(ev.Conn); c != nil {
			s.clientMessage(c, ev.Msg, out)
		}
	default:
		panic(fmt.Sprintf("zookeeper: event of kind %d from client %v", ev.Kind, ev.From))
	}
}

func (s *Server) conn(id paxos.Conn) *clientConn {
	for i := range s.conns {
		if s.conns[i].id == id {
			return &s.conns[i]
		}
	}
	return nil
}

func (s *Server) forget(id paxos.Conn) {
	s.watches.drop(id)
	for i := range s.conns {
		if s.conns[i].id == id {
			s.conns = append(s.conns[:i], s.conns[i+1:]...)
			return
		}
	}
}

func (s *Server) hangUp(id paxos.Conn, out *paxos.Effects) {
	out.Close(id)
	s.forget(id)
}

// dropSession ends the connections of a session that is over: there are two when
// its client has come back before the end of the first was heard of.
func (s *Server) dropSession(session int64, out *paxos.Effects) {
	for i := len(s.conns) - 1; i >= 0; i-- {
		if s.conns[i].session == session {
			s.hangUp(s.conns[i].id, out)
		}
	}
}

func (s *Server) clientMessage(c *clientConn, m *paxos.Message, out *paxos.Effects) {
	if m.Kind == paxos.Connect {
		s.connect(c, m, out)
		return
	}
	if !c.open {
		s.hangUp(c.id, out)
		return
	}
	s.touch(c.session)
	switch m.Kind {
	case paxos.ClientPing:
		out.Send(c.client, c.id, paxos.ClientPing).Zxid = s.consensus.Database().Zxid
	case paxos.SetWatches:
		s.setWatches(c.id, m.Body.(*WatchList), out)
	case paxos.Call:
		r := m.Body.(*Request)
		if r.Session != c.session || r.Server != s.cfg.ID {
			panic(fmt.Sprintf("zookeeper: session %#x at %v got a request of session %#x for %v", c.session, s.cfg.ID, r.Session, r.Server))
		}
		c.queue = append(c.queue, r)
		s.pump(c, out)
	}
}

// connect opens a session, or takes one up that began elsewhere
// (ZooKeeperServer.processConnectRequest).
func (s *Server) connect(c *clientConn, m *paxos.Message, out *paxos.Effects) {
	if m.Zxid > s.consensus.Database().Zxid {
		s.hangUp(c.id, out) // the client has seen more than this server has
		return
	}
	if m.Session == 0 {
		// Unique in a run, as a connection's number is: ZooKeeper takes the time.
		c.session = int64(s.cfg.ID)<<56 | int64(c.id)
		timeout := min(max(m.Body.(*Request).Timeout, 2*s.cfg.Tick), 20*s.cfg.Tick)
		c.creating = &Request{Session: c.session, Op: OpCreateSession, Timeout: timeout, Server: s.cfg.ID}
		s.forward(c.creating, out)
		return
	}
	c.session = m.Session
	if ask := s.toLeader(paxos.Revalidate, out); ask != nil {
		ask.Session = m.Session
		return
	}
	s.revalidated(m.Session, s.claim(m.Session, s.cfg.ID), out)
}

// revalidated ends a connect to an existing session.
func (s *Server) revalidated(session int64, alive bool, out *paxos.Effects) {
	for i := range s.conns {
		c := &s.conns[i]
		if c.session != session || c.open {
			continue
		}
		if alive {
			s.admit(c, 0, out)
			return
		}
		out.Send(c.client, c.id, paxos.Connected) // session 0: expired
		s.hangUp(c.id, out)
		return
	}
}

func (s *Server) admit(c *clientConn, timeout int64, out *paxos.Effects) {
	c.open = true
	m := out.Send(c.client, c.id, paxos.Connected)
	m.Session = c.session
	if timeout != 0 {
		m.Body = timeout
	}
}

// pump works off a connection's requests in the order they came, as far as it
// can without waiting (CommitProcessor).
func (s *Server) pump(c *clientConn, out *paxos.Effects) {
	for len(c.queue) > 0 && !c.waiting {
		r := c.queue[0]
		switch {
		case r.Op.writes(), r.Op == OpCheck && s.cfg.BareCheck:
			c.waiting = true
			s.forward(r, out)
		case r.Op == OpCheck:
			s.reply(c, &Reply{Cxid: r.Cxid, Zxid: s.database().Zxid, Err: Unimplemented}, out)
			c.queue = append(c.queue[:0], c.queue[1:]...)
		case r.Op == OpSync:
			c.waiting = true
			if m := s.toLeader(paxos.Sync, out); m != nil {
				m.Body = r
				return
			}
			// This may answer at once, and then pumps on by itself.
			s.sync(s.cfg.ID, 0, r, out)
			return
		default:
			s.read(c, r, out)
			c.queue = append(c.queue[:0], c.queue[1:]...)
		}
	}
}

func (s *Server) read(c *clientConn, r *Request, out *paxos.Effects) {
	if r.Op == OpAddWatch || r.Op == OpRemoveWatches {
		s.reply(c, s.standing(c, r), out)
		return
	}
	reply := read(s.tree(), r, s.database().Zxid)
	// A watch on a znode that is not there can only be left by exists.
	if r.Watch && (reply.Err == OK || reply.Err == NoNode && r.Op == OpExists) {
		kind := onData
		if r.Op == OpChildren {
			kind = onKids
		}
		s.leave(r.Path, c.id, kind)
	}
	s.reply(c, reply, out)
}

// standing leaves a watch that stays, on a znode that need not be there, or takes
// away all watches that the client has on one.
func (s *Server) standing(c *clientConn, r *Request) *Reply {
	reply := &Reply{Cxid: r.Cxid, Zxid: s.database().Zxid}
	switch {
	case r.Op == OpAddWatch && r.Recursive:
		s.leave(r.Path, c.id, recursive)
	case r.Op == OpAddWatch:
		s.leave(r.Path, c.id, staysData, staysKids)
	case !s.watches.remove(c.id, r.Path):
		reply.Err = NoWatcher
	}
	return reply
}

func (s *Server) reply(c *clientConn, r *Reply, out *paxos.Effects) {
	m := out.Send(c.client, c.id, paxos.Reply)
	m.Zxid, m.Body = r.Zxid, r
}

// synced ends a sync that this server has asked for.
func (s *Server) synced(r *Request, out *paxos.Effects) {
	for i := range s.conns {
		c := &s.conns[i]
		if c.session == r.Session && c.waiting && len(c.queue) > 0 && c.queue[0] == r {
			s.reply(c, &Reply{Cxid: r.Cxid, Zxid: s.database().Zxid, Path: r.Path}, out)
			s.finish(c, out)
			return
		}
	}
}

// finish takes the first request of a connection off, and goes on with the next.
func (s *Server) finish(c *clientConn, out *paxos.Effects) {
	c.queue = append(c.queue[:0], c.queue[1:]...)
	c.waiting = false
	s.pump(c, out)
}
