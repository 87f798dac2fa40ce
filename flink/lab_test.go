package flink

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/zookeeper"
)

// lab is a Flink cluster with one ZooKeeper server, in which time passes only when
// it is told to. Messages take no time, unless their link is slow or cut: then those
// of a ZooKeeper connection wait, and those between Flink's processes are lost.
type lab struct {
	now     int64
	procs   map[paxos.ID]*labProc
	order   []paxos.ID
	wires   map[[2]paxos.ID][]parcel
	cuts    map[[2]paxos.ID]bool
	delays  map[[2]paxos.ID]int64
	conns   []labConn
	asked   map[paxos.Conn][]*zookeeper.Request // without an answer
	told    []string
	calls   bool // tell of calls to ZooKeeper
	storage *Storage
	flink   plan.Flink
	quirks  Quirks
	bugs    Bugs
}

// fataler is what a lab asks of a test.
type fataler interface{ Fatal(args ...any) }

type machine interface {
	Step(ev *paxos.Event, out *paxos.Effects)
}

type labProc struct {
	id      paxos.ID
	machine machine
	disk    zab.Durable
	life    int
	up      bool
	due     [8]int64 // of timers; 0 none
	state   state    // of its connection, as last told
}

type parcel struct {
	sign paxos.EventKind
	msg  paxos.Message
	at   int64
}

type labConn struct {
	ends [2]paxos.ID
	gone [2]bool
}

const (
	labServer  = paxos.ID(1)
	labTick    = 200_000_000
	labSession = 4_000_000_000
)

// idOf is the process of that name: n1, c1, jm1, tm1.
func idOf(name string) paxos.ID {
	n := int(name[len(name)-1] - '0')
	switch strings.TrimRight(name, "0123456789") {
	case "n":
		return paxos.ID(n)
	case "c":
		return paxos.Client(n)
	case "jm":
		return paxos.Client(10 + n)
	case "tm":
		return paxos.Client(20 + n)
	}
	panic(name + " is no process")
}

func nameOf(id paxos.ID) string {
	switch n := id.ClientNumber(); {
	case id.IsServer():
		return fmt.Sprintf("n%d", id)
	case n > 20:
		return fmt.Sprintf("tm%d", n-20)
	case n > 10:
		return fmt.Sprintf("jm%d", n-10)
	default:
		return fmt.Sprintf("c%d", n)
	}
}

func newLab(f plan.Flink, q Quirks, b Bugs) *lab {
	l := &lab{
		procs: map[paxos.ID]*labProc{}, wires: map[[2]paxos.ID][]parcel{}, cuts: map[[2]paxos.ID]bool{}, delays: map[[2]paxos.ID]int64{},
		conns: []labConn{{}}, asked: map[paxos.Conn][]*zookeeper.Request{}, storage: NewStorage(), flink: f, quirks: q, bugs: b,
	}
	names := []string{"n1", "c1"}
	for i := range f.JobManagers {
		names = append(names, fmt.Sprintf("jm%d", i+1))
	}
	for i := range f.TaskManagers {
		names = append(names, fmt.Sprintf("tm%d", i+1))
	}
	for _, name := range names {
		id := idOf(name)
		l.procs[id] = &labProc{id: id}
		l.order = append(l.order, id)
	}
	l.procs[labServer].disk = zab.NewDurable(zookeeper.NewTree())
	return l
}

func (l *lab) start(id paxos.ID) {
	p := l.procs[id]
	p.life++
	p.state = connecting
	switch name := nameOf(id); {
	case id.IsServer():
		p.machine = zookeeper.NewServer(&zookeeper.Config{ID: id, Tick: labTick, Timer: zab.TimerTick}, zab.New(&zab.Config{
			ID: id, Servers: 1, Tick: labTick, InitLimit: 10, SyncLimit: 5, CommittedLog: 100, SnapEvery: 1000, Empty: zookeeper.NewTree(),
		}, p.disk.Clone()))
	case name[0] == 'c':
		p.machine = zookeeper.NewClient(&zookeeper.ClientConfig{ID: id, Servers: []paxos.ID{labServer}, Timeout: labSession})
	default:
		var leaders []paxos.ID
		for i := range l.flink.JobManagers {
			leaders = append(leaders, idOf(fmt.Sprintf("jm%d", i+1)))
		}
		cfg := &Config{
			ID: id, Name: name, Life: p.life, Servers: []paxos.ID{labServer}, SessionTimeout: labSession, Flink: l.flink,
			JobManagers: leaders, Storage: l.storage, Quirks: l.quirks, Bugs: l.bugs,
		}
		if p.machine = NewTaskManager(cfg); name[0] == 'j' {
			p.machine = NewJobManager(cfg)
		}
	}
	p.up = true
	l.give(p, paxos.Event{Kind: paxos.Boot})
}

func (l *lab) crash(id paxos.ID) {
	p := l.procs[id]
	p.up, p.due = false, [8]int64{}
	for _, to := range l.order { // what it has said and nobody has heard yet
		delete(l.wires, [2]paxos.ID{id, to})
	}
	for c := 1; c < len(l.conns); c++ {
		if slices.Contains(l.conns[c].ends[:], id) {
			l.close(id, paxos.Conn(c))
		}
	}
}

func (l *lab) tree() zookeeper.Tree { return l.procs[labServer].machine.(*zookeeper.Server).Tree() }

// give hands a machine its event, and carries out the effects.
func (l *lab) give(p *labProc, ev paxos.Event) {
	var out paxos.Effects
	p.machine.Step(&ev, &out)
	l.carryOut(p, &out)
}

func (l *lab) carryOut(p *labProc, out *paxos.Effects) {
	last := paxos.Zxid(0)
	for _, e := range out.List {
		switch e.Kind {
		case paxos.Send:
			m := out.Msgs[e.Index]
			m.From = p.id
			if m.Conn == 0 || !l.conns[m.Conn].gone[slices.Index(l.conns[m.Conn].ends[:], p.id)] {
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
	l.hear(p)
	if last != 0 {
		l.give(p, paxos.Event{Kind: paxos.Logged, Zxid: last})
	}
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
		l.wires[wire] = append(l.wires[wire], parcel{sign, m, l.now + l.delays[wire]})
	}
}

// quiet delivers all that is under way and takes no time.
func (l *lab) quiet(tb fataler) {
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
	if len(l.wires[wire]) == 0 || l.cuts[wire] || l.wires[wire][0].at > l.now {
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
	if p.up {
		l.tellCall(&pa)
		l.give(p, paxos.Event{Kind: pa.sign, From: from, Conn: m.Conn, Msg: &m})
	}
	return true
}

// pass lets time pass: timers fire in their order, and what they cause is delivered
// at once, or when its link has let it through.
func (l *lab) pass(tb fataler, ns int64) {
	l.quiet(tb)
	end := l.now + ns
	for {
		next, first, timer := end+1, (*labProc)(nil), 0
		for _, id := range l.order {
			for i, due := range l.procs[id].due {
				if due != 0 && due < next {
					next, first, timer = due, l.procs[id], i
				}
			}
		}
		for _, from := range l.order {
			for _, to := range l.order {
				wire := [2]paxos.ID{from, to}
				if q := l.wires[wire]; len(q) > 0 && !l.cuts[wire] && q[0].at > l.now && q[0].at < next {
					next, first = q[0].at, nil
				}
			}
		}
		if next > end {
			l.now = end
			return
		}
		if l.now = next; first != nil {
			first.due[timer] = 0
			l.give(first, paxos.Event{Kind: paxos.Fired, Timer: uint8(timer)})
		}
		l.quiet(tb)
	}
}

// ask makes a request of a process: of a JobManager's REST server, or a client's.
func (l *lab) ask(id paxos.ID, do func(m machine, out *paxos.Effects)) {
	p := l.procs[id]
	var out paxos.Effects
	do(p.machine, &out)
	l.carryOut(p, &out)
}
