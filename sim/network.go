package sim

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
)

// Times of the transport below the protocols, in nanoseconds.
const (
	retransmit  = 200_000_000   // a lost packet of a stream is sent again after this
	dialTimeout = 1_000_000_000 // a dial that meets silence is given up after this
)

// packet is a message or a sign of the transport on its way.
type packet struct {
	msg   paxos.Message
	sign  paxos.EventKind // Arrived for a message; else Dialled, Opened, Closed
	cause int64
	next  int32 // free list
	// refusal: a sign that nobody sent: the dialler's own time-out.
	refusal bool
	// flying: it is on its way and arrives at the given time. flight counts the
	// times that this slot was sent, so that an arrival which was put off is known.
	flying bool
	flight uint32
	at     int64
}

// conn is a connection between two processes.
type conn struct {
	ends   [2]paxos.ID // dialler, listener
	gone   [2]bool     // this end has closed, or knows that the other has
	opened bool
	last   [2]int64 // when the last packet sent by this end arrives
}

func (c *conn) end(id paxos.ID) int {
	if c.ends[0] == id {
		return 0
	}
	return 1
}

// link is one direction between two processes.
type link struct {
	cut           bool
	delay, jitter int64
	loss          int
	last          int64   // when the last packet without connection arrives
	held          []int32 // packets of connections that wait for the link to heal
	// Election messages go one at a time, and of those that wait only the newest is
	// kept (QuorumCnxManager.SEND_CAPACITY): waiting is its slot plus 1.
	busy    bool
	waiting int32
}

// network carries packets. Connections keep order and lose nothing while they
// live; a cut link holds their packets back, as TCP's retransmission does.
type network struct {
	model    plan.Net
	packets  []packet
	freeHead int32
	conns    []conn // by number; 0 unused
	links    []link
	n        int
	cnxs     []cnx  // by end and by whom it is with
	barred   []bool // servers that no server can dial
	silenced []bool // clients that nothing passes from or to
	// noDialBack is a planted bug: see zab.NoDialBack.
	noDialBack bool
}

func (n *network) init(t *plan.Topology, processes int) {
	n.model = t.Net
	n.n = processes
	n.freeHead = -1
	n.conns = append(n.conns[:0], conn{})
	n.links = make([]link, processes*processes)
	n.cnxs = make([]cnx, processes*processes)
	n.barred = make([]bool, processes)
	n.silenced = make([]bool, processes)
}

func (n *network) link(from, to paxos.ID) *link { return &n.links[int(from)*n.n+int(to)] }

// slot gives a packet that is free to use.
func (n *network) slot() int32 {
	if s := n.freeHead; s >= 0 {
		n.freeHead = n.packets[s].next
		return s
	}
	n.packets = append(n.packets, packet{})
	return int32(len(n.packets) - 1)
}

func (n *network) free(s int32) {
	p := &n.packets[s]
	p.msg.Cmd, p.msg.DB, p.msg.Body = nil, nil, nil
	p.flying = false
	p.next = n.freeHead
	n.freeHead = s
}

func (n *network) conn(c paxos.Conn) *conn {
	if c == 0 || int(c) >= len(n.conns) {
		panic(fmt.Sprintf("sim: no connection %d", c))
	}
	return &n.conns[c]
}

// send takes a message from a process. Over a connection that this end has
// given up, nothing is sent.
func (k *kernel) send(p *process, m *paxos.Message) {
	m.From = p.id
	if m.Conn != 0 {
		if c := k.net.conn(m.Conn); c.gone[c.end(p.id)] {
			return
		}
	}
	cause := p.cause
	if p.id.IsServer() && m.To.IsServer() {
		cause = k.world.sent(p, m)
	}
	to, kind := m.To, m.Kind
	k.post(m, cause)
	if election(m) && k.netDraw.Chance(k.net.model.Dup) {
		k.post(m, cause)
	}
	if p.id.IsServer() && to.IsServer() {
		k.world.reached(p, "sends", kind.String(), to)
	}
}

// post puts a message into a packet and on its way.
func (k *kernel) post(m *paxos.Message, cause int64) {
	s := k.net.slot()
	pk := &k.net.packets[s]
	pk.msg, pk.sign, pk.cause, pk.refusal = *m, paxos.Arrived, cause, false
	k.transmit(s)
}

// signal sends a sign of the transport over a connection.
func (k *kernel) signal(sign paxos.EventKind, number paxos.Conn, from, to paxos.ID, cause int64) {
	s := k.net.slot()
	pk := &k.net.packets[s]
	pk.msg = paxos.Message{From: from, To: to, Conn: number}
	pk.sign, pk.cause, pk.refusal = sign, cause, false
	k.transmit(s)
}

func (k *kernel) dial(p *process, to paxos.ID) {
	k.net.conns = append(k.net.conns, conn{ends: [2]paxos.ID{p.id, to}})
	k.signal(paxos.Dialled, paxos.Conn(len(k.net.conns)-1), p.id, to, p.cause)
}

func (k *kernel) accept(p *process, number paxos.Conn) {
	c := k.net.conn(number)
	c.opened = true
	if !c.gone[1] {
		k.signal(paxos.Opened, number, p.id, c.ends[0], p.cause)
	}
}

func (k *kernel) close(p *process, number paxos.Conn) {
	c := k.net.conn(number)
	if end := c.end(p.id); !c.gone[end] {
		c.gone[end] = true
		k.signal(paxos.Closed, number, p.id, c.ends[1-end], p.cause)
	}
}

// hangUpAll ends all connections of a process that has crashed, as its host's
// kernel does.
func (n *network) hangUpAll(k *kernel, id paxos.ID) {
	if id.IsServer() {
		k.disconnect(id)
	}
	for i := 1; i < len(n.conns); i++ {
		c := &n.conns[i]
		if c.ends[0] != id && c.ends[1] != id {
			continue
		}
		if end := c.end(id); !c.gone[end] {
			c.gone[end] = true
			k.signal(paxos.Closed, paxos.Conn(i), id, c.ends[1-end], k.procs[id].cause)
		}
	}
}

// transmit puts a packet on its way, or holds it back, or loses it.
func (k *kernel) transmit(s int32) {
	n := &k.net
	pk := &n.packets[s]
	from, to := pk.msg.From, pk.msg.To
	l := n.link(from, to)
	if election(&pk.msg) && !n.cnx(from, to).up {
		k.wait(s, l)
		k.connect(from, to)
		return
	}
	if l.cut || n.silenced[from] || n.silenced[to] {
		k.blocked(s, l)
		return
	}
	if election(&pk.msg) {
		if l.busy {
			k.wait(s, l)
			return
		}
		l.busy = true
	}
	at := k.now + k.latency(l)
	last := &l.last
	if pk.msg.Conn != 0 {
		c := n.conn(pk.msg.Conn)
		last = &c.last[c.end(from)]
	}
	at = max(at, *last+1)
	*last = at
	k.fly(s, at)
}

// election says whether m is an election message, of which a link carries one at a
// time. Multi-Paxos and Flink's processes speak without a connection, too: all that
// they send is under way at once.
func election(m *paxos.Message) bool { return m.Kind == paxos.Notification }

// wait keeps an election message until the one under way has arrived. It takes
// the place of one that waits already.
func (k *kernel) wait(s int32, l *link) {
	k.drop(l)
	l.waiting = s + 1
}

// drop loses the election message that waits.
func (k *kernel) drop(l *link) {
	if l.waiting == 0 {
		return
	}
	old := l.waiting - 1
	l.waiting = 0
	k.world.lost(&k.net.packets[old].msg, k.net.packets[old].cause)
	k.net.free(old)
}

// arrivedElection lets the message that waits set out.
func (k *kernel) arrivedElection(l *link) {
	l.busy = false
	k.sendWaiting(l)
}

func (k *kernel) fly(s int32, at int64) {
	pk := &k.net.packets[s]
	pk.flying, pk.at = true, at
	pk.flight++
	k.queue.put(item{at: at, what: packetArrives, a: uint32(s), b: pk.flight})
}

// blocked deals with a packet for a link that lets nothing through.
func (k *kernel) blocked(s int32, l *link) {
	pk := &k.net.packets[s]
	switch {
	case pk.sign == paxos.Dialled:
		// Nobody answers; the dialler gives up after a while.
		pk.sign, pk.refusal = paxos.Closed, true
		pk.msg.From, pk.msg.To = pk.msg.To, pk.msg.From
		k.fly(s, k.now+dialTimeout)
	case pk.msg.Conn != 0, election(&pk.msg), pk.sign == cnxClose:
		l.held = append(l.held, s)
	case pk.sign >= cnxDial:
		k.net.free(s)
	default:
		k.world.lost(&pk.msg, pk.cause)
		k.net.free(s)
	}
}

func (k *kernel) latency(l *link) int64 {
	m, d := &k.net.model, &k.netDraw
	t := int64(d.Duration(m.Delay, m.Delay+m.Jitter)) + l.delay
	if l.jitter > 0 {
		t += int64(d.Duration(0, plan.Duration(l.jitter)))
	}
	if d.Chance(m.Slow) {
		t += int64(m.SlowBy)
	}
	for d.Chance(m.Loss) || d.Chance(l.loss) {
		t += retransmit
	}
	return t
}

// stop takes out of the air what is on its way over a link that lets nothing
// through any more. It goes before all that is sent from now on: held back one by
// one as they arrived, packets of a connection would change places with those.
func (k *kernel) stop(from, to paxos.ID) {
	var slots []int32
	for s := range k.net.packets {
		if pk := &k.net.packets[s]; pk.flying && !pk.refusal && pk.msg.From == from && pk.msg.To == to {
			slots = append(slots, int32(s))
		}
	}
	slices.SortFunc(slots, func(a, b int32) int {
		return cmp.Or(cmp.Compare(k.net.packets[a].at, k.net.packets[b].at), cmp.Compare(a, b))
	})
	l := k.net.link(from, to)
	l.busy = false
	for _, s := range slots {
		k.net.packets[s].flying = false
		k.net.packets[s].flight++
		k.blocked(s, l)
	}
}

// heal lets a link carry again what it has held back.
func (k *kernel) heal(from, to paxos.ID) {
	l := k.net.link(from, to)
	l.cut = false
	if k.net.silenced[from] || k.net.silenced[to] {
		return
	}
	held := l.held
	l.held = nil
	for _, s := range held {
		k.transmit(s)
	}
	k.sendWaiting(l)
	k.sendWaiting(k.net.link(to, from)) // its dial may have waited for an answer
}

// silence lets nothing pass from or to a client, or lets it again.
func (k *kernel) silence(client paxos.ID, on bool) {
	k.net.silenced[client] = on
	if on {
		for id := range k.procs {
			k.stop(client, paxos.ID(id))
			k.stop(paxos.ID(id), client)
		}
		return
	}
	for id := range k.procs {
		if !k.net.link(client, paxos.ID(id)).cut {
			k.heal(client, paxos.ID(id))
		}
		if !k.net.link(paxos.ID(id), client).cut {
			k.heal(paxos.ID(id), client)
		}
	}
}

// deliver gives an arrived packet to its process.
func (k *kernel) deliver(s int32, flight uint32) {
	pk := &k.net.packets[s]
	if !pk.flying || pk.flight != flight {
		return // it was stopped on its way
	}
	pk.flying = false
	m := &pk.msg
	if pk.sign >= cnxDial {
		from, to, sign := m.From, m.To, pk.sign
		k.net.free(s)
		k.signed(sign, from, to)
		return
	}
	if election(m) {
		k.arrivedElection(k.net.link(m.From, m.To))
		pk = &k.net.packets[s] // a packet more may have moved them
		m = &pk.msg
		if !k.accepts(m) {
			pk = &k.net.packets[s]
			k.world.lost(&pk.msg, pk.cause)
			k.net.free(s)
			return
		}
	}
	p := &k.procs[m.To]
	q := queued{ev: paxos.Event{Kind: pk.sign, From: m.From, Conn: m.Conn}, slot: -1, cause: pk.cause}
	if m.Conn != 0 {
		c := k.net.conn(m.Conn)
		end := c.end(m.To)
		switch {
		case pk.sign == paxos.Dialled && (!p.up || m.From.IsServer() && k.net.barred[p.id]):
			c.gone[1] = true
			k.net.free(s)
			k.signal(paxos.Closed, q.ev.Conn, p.id, q.ev.From, q.cause)
			return
		case c.gone[end]:
			k.net.free(s)
			return
		case pk.sign == paxos.Closed:
			c.gone[end] = true
		}
	}
	if pk.sign == paxos.Arrived {
		if !p.up {
			k.net.free(s)
			return
		}
		q.slot = s
		k.give(p, q)
		return
	}
	k.net.free(s)
	if p.up {
		k.give(p, q)
	}
}
