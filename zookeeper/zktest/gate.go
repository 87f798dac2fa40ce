package zktest

import (
	"errors"
	"net"
	"sync"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/wire"
)

// gate is one client's connection to one server: it turns ZooKeeper's client
// protocol into messages of package paxos, and back. But for its socket it belongs
// to the stage.
type gate struct {
	id     paxos.ID
	server paxos.ID
	conn   paxos.Conn
	ask    wire.Connect
	// session is what the server has confirmed, 0 before.
	session int64
	timeout int32
	// asked are the requests that are not answered, in order.
	asked []wire.Request

	socket net.Conn
	once   sync.Once
	out    chan []byte // frames for the client
	closed chan struct{}
	// over is told when the session that an own connection closes is over.
	over chan<- error
}

// queued is how many frames may wait for a client that does not read.
const queued = 4096

// listen takes clients in until the listener is closed.
func (s *stage) listen(l net.Listener, server paxos.ID, all *sync.WaitGroup) {
	for {
		socket, err := l.Accept()
		if err != nil {
			return
		}
		g := &gate{server: server, socket: socket, out: make(chan []byte, queued), closed: make(chan struct{})}
		all.Go(g.write)
		all.Go(func() { g.read(s) })
	}
}

// shut ends the connection's socket; what was written before is sent.
func (g *gate) shut() { g.once.Do(func() { close(g.closed) }) }

// write sends frames until the connection is shut.
func (g *gate) write() {
	if g.socket == nil {
		return
	}
	defer func() { _ = g.socket.Close() }()
	for {
		select {
		case frame := <-g.out:
			if _, err := g.socket.Write(frame); err != nil {
				return
			}
		case <-g.closed:
			for len(g.out) > 0 {
				if _, err := g.socket.Write(<-g.out); err != nil {
					return
				}
			}
			return
		}
	}
}

// read hands the client's frames to the stage until the connection ends.
func (g *gate) read(s *stage) {
	defer s.tell(func(s *stage) { g.leave(s) })
	defer g.shut()
	go func() { // a stage that ends closes the socket, on which read waits
		select {
		case <-s.over:
			g.shut()
		case <-g.closed:
		}
	}()
	var split wire.Splitter
	first := true
	b := make([]byte, 16<<10)
	for {
		n, err := g.socket.Read(b)
		if err != nil {
			return
		}
		err = split.Feed(b[:n], func(frame []byte) error {
			if first {
				first = false
				c, err := wire.ReadConnect(frame)
				s.tell(func(s *stage) { g.ask = c; g.dial(s) })
				return err
			}
			frame = append([]byte(nil), frame...)
			r, err := wire.ReadRequest(frame)
			s.tell(func(s *stage) { g.request(s, &r, frame) })
			return err
		})
		if err != nil {
			return
		}
	}
}

// dial connects to the server within the process.
func (g *gate) dial(s *stage) {
	id, err := s.newClient()
	if err != nil || !s.procs[g.server].up {
		g.shut()
		return
	}
	g.id = id
	s.gates[id] = g
	g.conn = s.dial(id, g.server)
}

// leave ends the connection within the process.
func (g *gate) leave(s *stage) {
	if g.id != 0 && s.gates[g.id] == g {
		s.close(g.id, g.conn)
		delete(s.gates, g.id)
	}
}

// arrive takes what comes from the server.
func (g *gate) arrive(s *stage, sign paxos.EventKind, m *paxos.Message) {
	switch sign {
	case paxos.Opened:
		ask := paxos.Message{Kind: paxos.Connect, From: g.id, To: g.server, Conn: g.conn, Session: g.ask.Session, Zxid: paxos.Zxid(g.ask.Seen)}
		ask.Body = &zookeeper.Request{Timeout: int64(g.ask.Timeout) * 1e6}
		s.post(paxos.Arrived, ask)
	case paxos.Closed:
		g.shut()
		g.finish(errors.New("the connection was lost"))
		delete(s.gates, g.id)
	case paxos.Arrived:
		g.message(s, m)
	}
}

func (g *gate) message(s *stage, m *paxos.Message) {
	switch m.Kind {
	case paxos.Connected:
		g.session, g.timeout = m.Session, g.ask.Timeout
		if t, ok := m.Body.(int64); ok {
			g.timeout = int32(t / 1e6)
		}
		if m.Session == 0 {
			g.timeout = 0 // that says that the session is over
		}
		g.send(accept(g.timeout, m.Session))
		g.opened(s)
	case paxos.ClientPing:
		g.send(header(xidPing, int64(m.Zxid), 0))
	case paxos.WatchEvent:
		e := m.Body.(*zookeeper.WatchedEvent)
		g.send(header(xidWatch, -1, 0).int(int32(e.Type)).int(connected).text(e.Path))
	case paxos.Reply:
		r := m.Body.(*zookeeper.Reply)
		if len(g.asked) == 0 {
			return // of a request that the server made of its own
		}
		asked := g.asked[0]
		g.asked = g.asked[1:]
		g.send(reply(&asked, r, s.procs[g.server].machine.Tree()))
		if asked.Code == wire.CloseSession {
			g.finish(nil)
		}
	}
}

// opened goes on with what an own connection is for.
func (g *gate) opened(s *stage) {
	switch {
	case g.over == nil:
	case g.session == 0:
		g.finish(errors.New("it was over already"))
	default:
		g.request(s, &wire.Request{Xid: 1, Code: wire.CloseSession}, nil)
	}
}

// finish tells who waits for an own connection.
func (g *gate) finish(err error) {
	if g.over != nil {
		g.over <- err
		g.over = nil
	}
}

// send hands a frame to the socket. A client that does not read loses it.
func (g *gate) send(r record) {
	if g.socket == nil {
		return
	}
	select {
	case g.out <- r.frame():
	default:
		g.shut()
	}
}

// closeSession ends a session as ZooKeeper's own tests do: a second connection takes
// it up and closes it.
func (s *stage) closeSession(server paxos.ID, session int64, over chan<- error) {
	g := &gate{server: server, ask: wire.Connect{Session: session}, closed: make(chan struct{}), over: over}
	g.dial(s)
}

// The xids that stand for no request, and the state of a connection in an event.
const (
	xidWatch  = -1
	xidPing   = -2
	xidAuth   = -4
	connected = 3
)

// request hands a client's request to the server.
func (g *gate) request(s *stage, r *wire.Request, frame []byte) {
	if g.session == 0 || s.gates[g.id] != g {
		g.shut()
		return
	}
	m := paxos.Message{From: g.id, To: g.server, Conn: g.conn}
	switch r.Code {
	case wire.Ping:
		m.Kind = paxos.ClientPing
	case wire.Auth:
		g.send(header(xidAuth, 0, 0))
		return
	case wire.SetWatches, wire.SetWatches2:
		list, err := readWatches(frame)
		if err != nil {
			g.shut()
			return
		}
		m.Kind, m.Body = paxos.SetWatches, list
		g.send(header(r.Xid, 0, 0))
	default:
		q := request(r)
		q.Session, q.Server = g.session, g.server
		g.asked = append(g.asked, *r)
		m.Kind, m.Body = paxos.Call, &q
	}
	s.post(paxos.Arrived, m)
}

// readWatches reads the watches that a client sets again (SetWatches).
func readWatches(frame []byte) (*zookeeper.WatchList, error) {
	d := wire.NewDecoder(frame)
	d.Int()
	d.Int()
	l := &zookeeper.WatchList{Zxid: paxos.Zxid(d.Long())}
	l.Data, l.Exist, l.Kids = d.Strings(), d.Strings(), d.Strings()
	return l, d.Err()
}
