package sim

import "github.com/schismlab/schism/paxos"

// This file is QuorumCnxManager: who may send an election message to whom. Between
// two servers there is one connection, and the one of the larger number makes it.
// The other dials all the same when it has something to say, and says who it is; the
// larger closes that connection and dials back. So a message waits until both
// directions have let a dial and its answer through, and of those that wait only the
// newest is kept.

// redialAfter is when a dial that met silence is made again, if there is still
// something to say: as long as a lost SYN takes to be sent once more.
const redialAfter = 1_000_000_000

// The signs of these connections. They go as packets without one.
const (
	cnxDial paxos.EventKind = 100 + iota
	cnxAnswer
	cnxHello // the dialler says who it is
	cnxRefused
	cnxClose
)

// cnx is one end of such a connection.
type cnx struct {
	up bool
	// quiet: before this time no new dial is made.
	quiet int64
}

func (n *network) cnx(at, with paxos.ID) *cnx { return &n.cnxs[int(at)*n.n+int(with)] }

// connect dials, if there is no connection and no dial under way.
func (k *kernel) connect(from, to paxos.ID) {
	c := k.net.cnx(from, to)
	if c.up || k.now < c.quiet {
		return
	}
	c.quiet = k.now + redialAfter
	k.signal(cnxDial, 0, from, to, 0)
}

// signed takes a sign of these connections.
func (k *kernel) signed(sign paxos.EventKind, from, at paxos.ID) {
	c, up := k.net.cnx(at, from), k.procs[at].up
	switch {
	case sign == cnxClose:
		c.up = false
	case sign == cnxRefused:
		c.quiet = 0
	case sign == cnxDial && up:
		k.signal(cnxAnswer, 0, at, from, 0)
	case sign == cnxDial:
		k.signal(cnxRefused, 0, at, from, 0)
	case !up:
		k.signal(cnxClose, 0, at, from, 0)
	case sign == cnxAnswer:
		k.signal(cnxHello, 0, at, from, 0)
		if at > from {
			k.connected(at, from)
		}
	case from > at:
		k.connected(at, from)
	default:
		// The smaller one has dialled: this connection is closed, and an old one.
		*c = cnx{}
		if !k.net.noDialBack {
			k.connect(at, from)
		}
	}
}

func (k *kernel) connected(at, with paxos.ID) {
	*k.net.cnx(at, with) = cnx{up: true}
	k.sendWaiting(k.net.link(at, with))
}

// sendWaiting lets the election message that waits set out.
func (k *kernel) sendWaiting(l *link) {
	if s := l.waiting; s != 0 && !l.busy {
		l.waiting = 0
		k.transmit(s - 1)
	}
}

// accepts says whether an election message that arrives comes over a connection
// that the receiver knows, and tells the sender if not.
func (k *kernel) accepts(m *paxos.Message) bool {
	if k.net.cnx(m.To, m.From).up {
		return true
	}
	k.signal(cnxClose, 0, m.To, m.From, 0)
	return false
}

// disconnect ends a crashed server's connections, and forgets what waited.
func (k *kernel) disconnect(id paxos.ID) {
	for other := range paxos.ID(k.net.n) {
		c := k.net.cnx(id, other)
		was := c.up
		*c = cnx{}
		k.drop(k.net.link(id, other))
		if was {
			k.signal(cnxClose, 0, id, other, 0)
		}
	}
}
