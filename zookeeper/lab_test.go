package zookeeper

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/zab"
)

const tick = 200_000_000 // nanoseconds

// lab is an ensemble with clients in which time passes only when it is told to.
// Messages take no time, unless their link is cut: then those of a connection
// wait, and votes are lost. Disks write at once.
type lab struct {
	lastCounter uint32 // of an epoch, 0 for the usual one
	spares      int    // of the servers, the last ones: in no configuration at first
	now         int64
	procs       map[paxos.ID]*proc
	order       []paxos.ID
	wires       map[[2]paxos.ID][]parcel
	cuts        map[[2]paxos.ID]bool
	conns       []labConn
	told        []string
	// watched are kinds of message between client and server that are shown.
	watched []paxos.Kind
}

type machine interface {
	Step(ev *paxos.Event, out *paxos.Effects)
}

type proc struct {
	id      paxos.ID
	machine machine
	disk    zab.Durable
	up      bool
	due     [8]int64 // of timers; 0 none
}

type parcel struct {
	sign paxos.EventKind
	msg  paxos.Message
}

type labConn struct {
	ends [2]paxos.ID
	gone [2]bool
}

func newLab(servers int, lastCounter uint32, spares int) *lab {
	l := &lab{lastCounter: lastCounter, spares: spares, procs: map[paxos.ID]*proc{}, wires: map[[2]paxos.ID][]parcel{}, cuts: map[[2]paxos.ID]bool{}, conns: []labConn{{}}}
	for id := paxos.ID(1); int(id) <= servers; id++ {
		l.add(id, nil)
	}
	for id := paxos.ID(1); int(id) <= servers; id++ {
		l.procs[id].disk = zab.NewDurable(l.empty())
	}
	for id := paxos.ID(1); int(id) <= servers; id++ {
		l.start(id)
	}
	return l
}

func (l *lab) add(id paxos.ID, m machine) *proc {
	p := &proc{id: id, machine: m}
	l.procs[id] = p
	l.order = append(l.order, id)
	return p
}

func (l *lab) servers() int {
	n := 0
	for _, id := range l.order {
		if id.IsServer() {
			n++
		}
	}
	return n
}

func (l *lab) start(id paxos.ID) {
	p := l.procs[id]
	if id.IsServer() {
		p.machine = NewServer(&Config{ID: id, Tick: tick, Timer: zab.TimerTick}, zab.New(&zab.Config{
			ID: id, Servers: l.servers(), Tick: tick, InitLimit: 10, SyncLimit: 5, CommittedLog: 100, SnapEvery: 1000, Empty: l.empty(), LastCounter: l.lastCounter,
			Spares: paxos.Voters(l.servers()) &^ paxos.Voters(l.servers()-l.spares),
		}, p.disk.Clone()))
	}
	p.up = true
	l.give(p, paxos.Event{Kind: paxos.Boot})
}

// empty is the first tree. It shows the configuration where that can change.
func (l *lab) empty() Tree {
	if l.spares == 0 {
		return NewTree()
	}
	return NewTree().WithConfig(&paxos.Members{Voters: paxos.Voters(l.servers() - l.spares)})
}

func (l *lab) crash(id paxos.ID) {
	p := l.procs[id]
	p.up, p.due = false, [8]int64{}
	for c := 1; c < len(l.conns); c++ {
		if slices.Contains(l.conns[c].ends[:], id) {
			l.close(id, paxos.Conn(c))
		}
	}
}

func (l *lab) server(id paxos.ID) *Server { return l.procs[id].machine.(*Server) }
func (l *lab) client(id paxos.ID) *Client { return l.procs[id].machine.(*Client) }

// give hands a machine its event, and carries out the effects.
func (l *lab) give(p *proc, ev paxos.Event) {
	var out paxos.Effects
	p.machine.Step(&ev, &out)
	l.carryOut(p, &out)
}

func (l *lab) carryOut(p *proc, out *paxos.Effects) {
	last := paxos.Zxid(0)
	for _, e := range out.List {
		switch e.Kind {
		case paxos.Send:
			m := out.Msgs[e.Index]
			m.From = p.id
			if m.Conn == 0 || !l.closed(m.Conn, p.id) {
				l.post(paxos.Arrived, m)
			}
		case paxos.Dial:
			l.conns = append(l.conns, labConn{ends: [2]paxos.ID{p.id, e.To}})
			l.post(paxos.Dialled, paxos.Message{From: p.id, To: e.To, Conn: paxos.Conn(len(l.conns) - 1)})
		case paxos.Accept:
			l.post(paxos.Opened, paxos.Message{From: p.id, To: l.conns[e.Conn].ends[0], Conn: e.Conn})
		case paxos.Close:
			l.close(p.id, e.Conn)
		case paxos.SetTo:
			p.due[e.Index] = l.now + e.After
		case paxos.Persist:
			p.disk.Do(&out.Writes[e.Index])
		case paxos.Append:
			p.disk.Append(out.Entries[e.Index])
			last = out.Entries[e.Index].Zxid
		}
	}
	if c, ok := p.machine.(*Client); ok {
		told := c.Told
		c.Told = nil
		for i := range told {
			l.told = append(l.told, fmt.Sprintf("%v %s", p.id, news(&told[i])))
		}
	}
	if last != 0 {
		l.give(p, paxos.Event{Kind: paxos.Logged, Zxid: last})
	}
}

func (l *lab) closed(c paxos.Conn, id paxos.ID) bool {
	return l.conns[c].gone[slices.Index(l.conns[c].ends[:], id)]
}

func (l *lab) close(id paxos.ID, c paxos.Conn) {
	conn := &l.conns[c]
	if end := slices.Index(conn.ends[:], id); !conn.gone[end] {
		conn.gone[end] = true
		l.post(paxos.Closed, paxos.Message{From: id, To: conn.ends[1-end], Conn: c})
	}
}

func (l *lab) post(sign paxos.EventKind, m paxos.Message) {
	wire := [2]paxos.ID{m.From, m.To}
	if !l.cuts[wire] || m.Conn != 0 {
		l.wires[wire] = append(l.wires[wire], parcel{sign, m})
	}
}

// quiet delivers all that is under way.
func (l *lab) quiet(tb testing.TB) {
	for range 100_000 {
		moved := false
		for _, from := range l.order {
			for _, to := range l.order {
				moved = l.deliver(from, to) || moved
			}
		}
		if !moved {
			return
		}
	}
	tb.Fatal("the messages do not come to an end")
}

func (l *lab) deliver(from, to paxos.ID) bool {
	wire := [2]paxos.ID{from, to}
	if len(l.wires[wire]) == 0 || l.cuts[wire] {
		return false
	}
	pa := l.wires[wire][0]
	l.wires[wire] = l.wires[wire][1:]
	p, m := l.procs[to], pa.msg
	if m.Conn != 0 {
		conn := &l.conns[m.Conn]
		switch end := slices.Index(conn.ends[:], to); {
		case pa.sign == paxos.Dialled && !p.up:
			conn.gone[1] = true
			l.post(paxos.Closed, paxos.Message{From: to, To: from, Conn: m.Conn})
			return true
		case conn.gone[end]:
			return true
		case pa.sign == paxos.Closed:
			conn.gone[end] = true
		}
	}
	if !p.up {
		return true
	}
	if slices.Contains(l.watched, m.Kind) && pa.sign == paxos.Arrived {
		l.told = append(l.told, fmt.Sprintf("   %v got %v from %v", to, m.Kind, from))
	}
	l.give(p, paxos.Event{Kind: pa.sign, From: from, Conn: m.Conn, Msg: &m})
	return true
}

// pass lets time pass: timers fire in their order, and what they cause is
// delivered at once.
func (l *lab) pass(tb testing.TB, ns int64) {
	l.quiet(tb)
	end := l.now + ns
	for {
		var first *proc
		timer := 0
		for _, id := range l.order {
			p := l.procs[id]
			for i, due := range p.due {
				if due != 0 && due <= end && (first == nil || due < first.due[timer]) {
					first, timer = p, i
				}
			}
		}
		if first == nil {
			l.now = end
			return
		}
		l.now = first.due[timer]
		first.due[timer] = 0
		l.give(first, paxos.Event{Kind: paxos.Fired, Timer: uint8(timer)})
		l.quiet(tb)
	}
}

// leader is the server that leads and serves, 0 if none does.
func (l *lab) leader() paxos.ID {
	for _, id := range l.order {
		if p := l.procs[id]; id.IsServer() && p.up {
			if z := l.server(id).Consensus(); z.Role() == paxos.Leading && z.Serves() {
				return id
			}
		}
	}
	return 0
}

func (l *lab) connect(number int, servers []paxos.ID, timeout int64) {
	id := paxos.Client(number)
	l.add(id, NewClient(&ClientConfig{ID: id, Servers: servers, Timeout: timeout}))
	l.start(id)
}

// call makes a client's call; what becomes of it shows when messages arrive.
func (l *lab) call(number int, do func(c *Client, out *paxos.Effects)) {
	p := l.procs[paxos.Client(number)]
	var out paxos.Effects
	do(p.machine.(*Client), &out)
	l.carryOut(p, &out)
}

// news shows what a client tells.
func news(n *ClientNews) string {
	switch n.Kind {
	case ClientConnected:
		return fmt.Sprintf("is connected to %v, session %s", n.Server, sessionName(n.Session))
	case ClientLost:
		return fmt.Sprintf("has lost %v", n.Server)
	case ClientExpired:
		return fmt.Sprintf("hears that session %s is over", sessionName(n.Session))
	case ClientWatch:
		return fmt.Sprintf("is told by %v: %s %v", n.Server, n.Event.Path, n.Event.Type)
	case ClientClosed:
		return "is closed"
	case ClientCompleted:
		if n.Reply == nil {
			return fmt.Sprintf("cannot know what became of its call at %v", n.Server)
		}
		return fmt.Sprintf("is answered by %v: %s", n.Server, answer(n.Reply))
	}
	panic(fmt.Sprintf("news of kind %d", n.Kind))
}

// sessionName is the server and the connection that a session began with.
func sessionName(s int64) string { return fmt.Sprintf("n%d/%d", s>>56, s&(1<<56-1)) }

func answer(r *Reply) string {
	if r.Err != OK {
		return fmt.Sprintf("%v at %v", r.Err, r.Zxid)
	}
	var b strings.Builder
	if r.Path != "" {
		b.WriteString(r.Path + " ")
	}
	if r.Stat != (Stat{}) {
		fmt.Fprintf(&b, "%q v%d ", r.Data, r.Stat.Version)
	}
	if names := r.Kids.Names(); names != nil {
		fmt.Fprintf(&b, "%v ", names)
	}
	fmt.Fprintf(&b, "at %v", r.Zxid)
	return b.String()
}
