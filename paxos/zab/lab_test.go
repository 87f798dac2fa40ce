package zab

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/paxos"
)

// lab is an ensemble in which nothing happens by itself: messages, writes and
// timers wait until they are let go. Transcripts are written against it.
type lab struct {
	nodes []*node // by ID
	// wires are the messages and signs under way, by sender and receiver, in
	// order.
	wires map[[2]paxos.ID][]parcel
	conns []labConn
	cuts  map[[2]paxos.ID]bool
	notes []string
}

type parcel struct {
	sign paxos.EventKind
	msg  paxos.Message
}

type labConn struct {
	ends [2]paxos.ID
	gone [2]bool
}

type node struct {
	id     paxos.ID
	cfg    *Config
	server *Server
	disk   Durable
	out    paxos.Effects
	// next is the first effect of the last step that is not carried out: a
	// synchronous write, if it is one, waits there when writes are held.
	next   int
	queue  []paxos.Entry // of the log
	saving []paxos.Write // snapshots
	timers [FirstFreeTimer]int64
	up     bool
	// hold keeps synchronous writes waiting, holdLog the log's queue.
	hold, holdLog bool
	// holdSnaps keeps snapshots that nothing waits for from getting to disk.
	holdSnaps bool
	// holdThreads keeps the threads of handlers and learners from going on.
	holdThreads bool
	inbox       []paxos.Event
}

func newLab(servers int, configure func(*Config)) *lab {
	l := &lab{wires: map[[2]paxos.ID][]parcel{}, conns: []labConn{{}}, cuts: map[[2]paxos.ID]bool{}}
	l.nodes = append(l.nodes, nil)
	for id := paxos.ID(1); int(id) <= servers; id++ {
		n := &node{id: id, cfg: config(id, servers)}
		configure(n.cfg)
		n.disk = NewDurable(n.cfg.Empty)
		n.disk.KeepLate = n.cfg.Quirks.has(KeepLateSnapshot)
		l.nodes = append(l.nodes, n)
		l.start(id)
	}
	return l
}

func (l *lab) start(id paxos.ID) {
	n := l.nodes[id]
	n.server, n.up, n.next = New(n.cfg, n.disk.Clone()), true, 0
	n.out.Reset()
	l.give(n, paxos.Event{Kind: paxos.Boot})
}

// crash ends a server. What is in the log's queue is lost.
func (l *lab) crash(id paxos.ID) {
	n := l.nodes[id]
	n.up, n.queue, n.saving, n.inbox = false, nil, nil, nil
	n.timers = [FirstFreeTimer]int64{}
	n.out.Reset()
	n.next = 0
	for c := 1; c < len(l.conns); c++ {
		conn := &l.conns[c]
		for end, who := range conn.ends {
			if who == id && !conn.gone[end] {
				conn.gone[end] = true
				l.post(paxos.Closed, paxos.Message{From: id, To: conn.ends[1-end], Conn: paxos.Conn(c)})
			}
		}
	}
}

func (l *lab) post(sign paxos.EventKind, m paxos.Message) {
	wire := [2]paxos.ID{m.From, m.To}
	if l.cuts[wire] && m.Conn == 0 {
		return
	}
	l.wires[wire] = append(l.wires[wire], parcel{sign, m})
}

func (l *lab) give(n *node, ev paxos.Event) {
	if n.next < len(n.out.List) {
		n.inbox = append(n.inbox, ev)
		return
	}
	n.out.Reset()
	n.next = 0
	n.server.Step(&ev, &n.out)
	l.carryOut(n)
}

// carryOut carries out effects until a held write stands in the way.
func (l *lab) carryOut(n *node) {
	for n.next < len(n.out.List) {
		e := n.out.List[n.next]
		switch e.Kind {
		case paxos.Send:
			m := n.out.Msgs[e.Index]
			m.From = n.id
			if m.Conn == 0 || !l.closed(m.Conn, n.id) {
				l.post(paxos.Arrived, m)
			}
		case paxos.Dial:
			l.conns = append(l.conns, labConn{ends: [2]paxos.ID{n.id, e.To}})
			l.post(paxos.Dialled, paxos.Message{From: n.id, To: e.To, Conn: paxos.Conn(len(l.conns) - 1)})
		case paxos.Accept:
			l.post(paxos.Opened, paxos.Message{From: n.id, To: l.conns[e.Conn].ends[0], Conn: e.Conn})
		case paxos.Close:
			l.close(n.id, e.Conn)
		case paxos.SetTo:
			n.timers[e.Index] = e.After
		case paxos.Persist:
			if n.hold {
				return
			}
			if w := &n.out.Writes[e.Index]; w.Kind == paxos.Drain {
				n.drain()
			} else {
				n.disk.Do(w)
			}
		case paxos.Background:
			n.saving = append(n.saving, n.out.Writes[e.Index])
		case paxos.Append:
			n.queue = append(n.queue, n.out.Entries[e.Index])
		case paxos.Tell:
			l.note(n, &n.out.Notes[e.Index])
		case paxos.Exit:
			l.crash(n.id)
			return
		}
		n.next++
	}
	if !n.holdThreads && n.next == len(n.out.List) {
		l.goOn(n)
	}
	if !n.holdSnaps {
		n.save()
	}
	if !n.holdLog {
		l.flush(n)
	}
	if len(n.inbox) > 0 && n.next == len(n.out.List) {
		ev := n.inbox[0]
		n.inbox = n.inbox[1:]
		l.give(n, ev)
	}
}

// thread lets one of them take its next step.
func (l *lab) thread(id paxos.ID) {
	for _, t := range []uint8{timerHandler, timerLearner, timerScan} {
		if l.nodes[id].timers[t] != 0 {
			l.fire(id, t)
			return
		}
	}
}

// goOn lets the threads beside the server's own go on.
func (l *lab) goOn(n *node) {
	for _, t := range []uint8{timerHandler, timerLearner, timerScan} {
		for n.timers[t] != 0 {
			l.fire(n.id, t)
		}
	}
}

// save brings to disk the snapshots that nothing waits for.
func (n *node) save() {
	for i := range n.saving {
		n.disk.Do(&n.saving[i])
	}
	n.saving = nil
}

func (n *node) drain() {
	for _, e := range n.queue {
		n.disk.Append(e)
	}
	n.queue = nil
}

// flush brings the log's queue to disk and tells the server.
func (l *lab) flush(n *node) {
	if len(n.queue) == 0 {
		return
	}
	last := n.queue[len(n.queue)-1].Zxid
	n.drain()
	l.give(n, paxos.Event{Kind: paxos.Logged, Zxid: last})
}

func (l *lab) closed(c paxos.Conn, id paxos.ID) bool {
	conn := &l.conns[c]
	return conn.gone[slices.Index(conn.ends[:], id)]
}

func (l *lab) close(id paxos.ID, c paxos.Conn) {
	conn := &l.conns[c]
	end := slices.Index(conn.ends[:], id)
	if !conn.gone[end] {
		conn.gone[end] = true
		l.post(paxos.Closed, paxos.Message{From: id, To: conn.ends[1-end], Conn: c})
	}
}

// deliver lets the first parcel from one server to another arrive.
func (l *lab) deliver(from, to paxos.ID) (parcel, bool) {
	wire := [2]paxos.ID{from, to}
	if len(l.wires[wire]) == 0 || l.cuts[wire] {
		return parcel{}, false
	}
	p := l.wires[wire][0]
	l.wires[wire] = l.wires[wire][1:]
	n := l.nodes[to]
	m := p.msg
	if m.Conn != 0 {
		switch {
		case p.sign == paxos.Dialled && !n.up:
			l.conns[m.Conn].gone[1] = true
			l.post(paxos.Closed, paxos.Message{From: to, To: from, Conn: m.Conn})
			return p, true
		case l.closed(m.Conn, to):
			return p, true
		case p.sign == paxos.Closed:
			l.conns[m.Conn].gone[slices.Index(l.conns[m.Conn].ends[:], to)] = true
		}
	}
	if n.up {
		l.give(n, paxos.Event{Kind: p.sign, From: from, Conn: m.Conn, Msg: &m})
	}
	return p, true
}

// quiet delivers all that is under way, round robin, until nothing is.
func (l *lab) quiet(tb testing.TB) {
	for range 100_000 {
		moved := false
		for from := range l.nodes {
			for to := range l.nodes {
				if _, ok := l.deliver(paxos.ID(from), paxos.ID(to)); ok {
					moved = true
				}
			}
		}
		if !moved {
			return
		}
	}
	tb.Fatal("the messages do not come to an end")
}

// settle lets messages arrive and election and redial timers fire until nobody
// is looking any more, or nothing changes.
func (l *lab) settle(tb testing.TB) {
	l.quiet(tb)
	for range 20 {
		again := false
		for _, n := range l.nodes[1:] {
			if n.up && (n.server.role == paxos.Looking && n.server.finalizing || n.server.phase == dialling) {
				again = true
				l.fire(n.id, timerElection)
				l.fire(n.id, timerRedial)
			}
		}
		l.quiet(tb)
		if !again {
			return
		}
	}
}

func (l *lab) fire(id paxos.ID, timer uint8) {
	if n := l.nodes[id]; n.up && n.timers[timer] != 0 {
		n.timers[timer] = 0
		l.give(n, paxos.Event{Kind: paxos.Fired, Timer: timer})
	}
}

func (l *lab) propose(id paxos.ID, w paxos.Command) {
	n := l.nodes[id]
	n.out.Reset()
	n.next = 0
	n.server.Propose(w, &n.out)
	l.carryOut(n)
}

func (l *lab) note(n *node, note *paxos.Note) {
	var s string
	switch note.Kind {
	case paxos.RoleChanged:
		s = fmt.Sprintf("is %v", note.Role)
	case paxos.Serving:
		s = fmt.Sprintf("serves, %v, in epoch %d", note.Role, note.Epoch)
	case paxos.Proposed:
		s = fmt.Sprintf("proposes %v", note.Zxid)
	case paxos.Applied:
		s = fmt.Sprintf("applies %v", note.Zxid)
	case paxos.Restored:
		if note.Zxid == 0 {
			return
		}
		s = fmt.Sprintf("has its database from %s, up to %v", note.Text, note.Zxid)
	case paxos.Voted:
		return
	case paxos.Threw:
		s = fmt.Sprintf("gives up at %s: %s", note.Msg, note.Text)
	case paxos.Truncated:
		s = fmt.Sprintf("cuts its history back to %v", note.Zxid)
	case paxos.Configured:
		s = fmt.Sprintf("knows the proposed configuration %v", note.Members)
		if note.Text == "active" {
			s = fmt.Sprintf("is in the configuration %v", note.Members)
		}
	}
	l.notes = append(l.notes, fmt.Sprintf("%v %s", n.id, s))
}

// describe shows a server: in memory, and on disk where that differs.
func (l *lab) describe(id paxos.ID) string {
	n := l.nodes[id]
	disk := fmt.Sprintf("disk: epochs %d/%d, log %s", n.disk.AcceptedEpoch, n.disk.CurrentEpoch, entries(n.disk.Log))
	if m := n.disk.Active; m != nil && m.Version > 0 {
		disk += fmt.Sprintf(", members %v", m)
	}
	if m := n.disk.Seen; m != nil && (n.disk.Active == nil || m.Version != n.disk.Active.Version) {
		disk += fmt.Sprintf(", proposed %v", m)
	}
	if newest := n.disk.Snaps[len(n.disk.Snaps)-1]; newest.Zxid > 0 {
		disk += fmt.Sprintf(", snapshot of %v", newest.Zxid)
		if b, ok := newest.State.(board); ok {
			disk += fmt.Sprintf(": %v", b)
		}
	}
	if !n.up {
		return fmt.Sprintf("%v down\n   %s", id, disk)
	}
	memory := ""
	if b, ok := n.server.DB.State.(board); ok {
		memory = fmt.Sprintf(" has %v", b)
	}
	return fmt.Sprintf("%v%s\n   %s", n.server, memory, disk)
}

func entries(log []paxos.Entry) string {
	if len(log) == 0 {
		return "empty"
	}
	var b strings.Builder
	for i, e := range log {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%v=%v", e.Zxid, e.Cmd)
	}
	return b.String()
}
