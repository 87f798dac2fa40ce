package zktest

import (
	"fmt"
	"slices"
	"time"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/zookeeper"
)

// stage carries the servers through real time. All of it belongs to one goroutine;
// others ask it by do.
type stage struct {
	asked chan func(*stage)
	over  chan struct{}
	begun time.Time

	make  func(paxos.ID, *zab.Durable) *zookeeper.Server
	procs map[paxos.ID]*proc
	order []paxos.ID // of the servers
	cuts  map[[2]paxos.ID]bool
	held  map[[2]paxos.ID][]parcel // of connections, until their link heals
	queue []parcel
	conns []link // by number; 0 is none

	gates   map[paxos.ID]*gate // of clients, by the ID that stands for their connection
	clients int
	waiting []func(*stage) bool
}

// proc is a server and what surrounds it.
type proc struct {
	id         paxos.ID
	machine    *zookeeper.Server
	disk       zab.Durable
	up, paused bool
	due        [8]time.Duration // of timers; 0 none
	inbox      []paxos.Event    // while it is paused
}

// parcel is a message, or a sign of the transport, on its way.
type parcel struct {
	sign paxos.EventKind
	msg  paxos.Message
}

// link is a connection: who dialled and who listens, and which end has closed.
type link struct {
	ends   [2]paxos.ID
	gone   [2]bool
	opened bool
	refuse time.Duration // when the dialler gives up, if it was not accepted; 0 never
}

func (l *link) end(id paxos.ID) int { return slices.Index(l.ends[:], id) }

// dialTimeout is after how long a dial that meets silence is given up.
const dialTimeout = time.Second

func newStage(servers int, make1 func(paxos.ID, *zab.Durable) *zookeeper.Server) *stage {
	s := &stage{
		asked: make(chan func(*stage)), over: make(chan struct{}), begun: time.Now(), make: make1,
		procs: map[paxos.ID]*proc{}, cuts: map[[2]paxos.ID]bool{}, held: map[[2]paxos.ID][]parcel{}, conns: make([]link, 1), gates: map[paxos.ID]*gate{},
	}
	for id := paxos.ID(1); int(id) <= servers; id++ {
		s.procs[id] = &proc{id: id, disk: zab.NewDurable(zookeeper.NewTree())}
		s.order = append(s.order, id)
	}
	for _, id := range s.order {
		s.start(id)
	}
	go s.loop()
	return s
}

func (s *stage) now() time.Duration { return time.Since(s.begun) }

// do has the stage's goroutine do something, and waits for it; after the end it does
// nothing.
func (s *stage) do(what func(*stage)) {
	done := make(chan struct{})
	select {
	case s.asked <- func(s *stage) { defer close(done); what(s) }:
		<-done
	case <-s.over:
	}
}

// tell has it do something later.
func (s *stage) tell(what func(*stage)) {
	select {
	case s.asked <- what:
	case <-s.over:
	}
}

// end ends all servers, and their clients' connections.
func (s *stage) end() {
	s.do(func(s *stage) {
		for _, id := range s.order {
			s.crash(id)
		}
		s.deliver()
		close(s.over)
	})
}

func (s *stage) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		s.deliver()
		s.waiting = slices.DeleteFunc(s.waiting, func(w func(*stage) bool) bool { return w(s) })
		timer.Reset(s.next())
		select {
		case what := <-s.asked:
			what(s)
		case <-timer.C:
			s.fire()
		case <-s.over:
			return
		}
	}
}

// next is how long nothing is due.
func (s *stage) next() time.Duration {
	least := s.now() + time.Hour
	for _, p := range s.servers() {
		for _, due := range p.due {
			if due != 0 && p.up && !p.paused {
				least = min(least, due)
			}
		}
	}
	for i := range s.conns {
		if l := &s.conns[i]; l.refuse != 0 {
			least = min(least, l.refuse)
		}
	}
	return max(0, least-s.now())
}

// fire gives servers the timers that have run out, and refuses dials that met
// silence.
func (s *stage) fire() {
	now := s.now()
	for _, p := range s.servers() {
		for i := range p.due {
			if p.up && !p.paused && p.due[i] != 0 && p.due[i] <= now {
				p.due[i] = 0
				s.give(p, paxos.Event{Kind: paxos.Fired, Timer: uint8(i)})
			}
		}
	}
	for i := range s.conns {
		l := &s.conns[i]
		if l.refuse == 0 || l.refuse > now {
			continue
		}
		l.refuse = 0
		if dialler := s.procs[l.ends[0]]; !l.opened && !l.gone[0] && dialler.up {
			l.gone = [2]bool{true, true}
			s.give(dialler, paxos.Event{Kind: paxos.Closed, From: l.ends[1], Conn: paxos.Conn(i), Msg: &paxos.Message{From: l.ends[1], Conn: paxos.Conn(i)}})
		}
	}
}

func (s *stage) servers() []*proc {
	list := make([]*proc, len(s.order))
	for i, id := range s.order {
		list[i] = s.procs[id]
	}
	return list
}

// leader is the server that leads and serves, 0 if none does. One that is cut off
// believes that it leads for a while: of two the later epoch counts.
func (s *stage) leader() (leader paxos.ID) {
	epoch := uint32(0)
	for _, p := range s.servers() {
		if p.up && !p.paused && p.machine.Consensus().Role() == paxos.Leading && p.machine.Consensus().Serves() && p.machine.Consensus().Epoch() > epoch {
			leader, epoch = p.id, p.machine.Consensus().Epoch()
		}
	}
	return leader
}

func (s *stage) start(id paxos.ID) {
	p := s.procs[id]
	if p.up {
		return
	}
	p.machine, p.up, p.paused = s.make(id, &p.disk), true, false
	s.give(p, paxos.Event{Kind: paxos.Boot})
}

func (s *stage) crash(id paxos.ID) {
	p := s.procs[id]
	p.up, p.paused, p.due, p.inbox = false, false, [8]time.Duration{}, nil
	for c := 1; c < len(s.conns); c++ {
		if s.conns[c].end(id) >= 0 {
			s.close(id, paxos.Conn(c))
		}
	}
}

func (s *stage) resume(id paxos.ID) {
	p := s.procs[id]
	p.paused = false
	inbox := p.inbox
	p.inbox = nil
	for _, ev := range inbox {
		if p.up && !s.stale(&ev, id) {
			s.give(p, ev)
		}
	}
}

// stale says whether an event is of a connection that its server has closed.
func (s *stage) stale(ev *paxos.Event, id paxos.ID) bool {
	return ev.Conn != 0 && ev.Kind != paxos.Closed && s.conns[ev.Conn].gone[s.conns[ev.Conn].end(id)]
}

// give hands a server its event and carries out the effects.
func (s *stage) give(p *proc, ev paxos.Event) {
	if p.paused {
		p.inbox = append(p.inbox, ev)
		return
	}
	var out paxos.Effects
	p.machine.Step(&ev, &out)
	last := paxos.Zxid(0)
	for _, e := range out.List {
		switch e.Kind {
		case paxos.Send:
			m := out.Msgs[e.Index]
			m.From = p.id
			if m.Conn == 0 || !s.conns[m.Conn].gone[s.conns[m.Conn].end(p.id)] {
				s.post(paxos.Arrived, m)
			}
		case paxos.Dial:
			s.dial(p.id, e.To)
		case paxos.Accept:
			s.conns[e.Conn].opened = true
			s.conns[e.Conn].refuse = 0
			s.post(paxos.Opened, paxos.Message{From: p.id, To: s.conns[e.Conn].ends[0], Conn: e.Conn})
		case paxos.Close:
			s.close(p.id, e.Conn)
		case paxos.SetTo:
			p.due[e.Index] = s.now() + time.Duration(e.After)
		case paxos.Persist:
			p.disk.Do(&out.Writes[e.Index])
		case paxos.Append:
			p.disk.Append(out.Entries[e.Index])
			last = out.Entries[e.Index].Zxid
		case paxos.Exit:
			s.crash(p.id)
			return
		}
	}
	if last != 0 && p.up {
		s.give(p, paxos.Event{Kind: paxos.Logged, Zxid: last})
	}
}

// dial begins a connection and gives its number.
func (s *stage) dial(from, to paxos.ID) paxos.Conn {
	l := link{ends: [2]paxos.ID{from, to}}
	if from.IsServer() {
		l.refuse = s.now() + dialTimeout
	}
	s.conns = append(s.conns, l)
	c := paxos.Conn(len(s.conns) - 1)
	s.post(paxos.Dialled, paxos.Message{From: from, To: to, Conn: c})
	return c
}

func (s *stage) close(id paxos.ID, c paxos.Conn) {
	l := &s.conns[c]
	if end := l.end(id); !l.gone[end] {
		l.gone[end] = true
		s.post(paxos.Closed, paxos.Message{From: id, To: l.ends[1-end], Conn: c})
	}
}

// post puts a message on its way. Over a link that is cut, those of connections
// wait and others are lost.
func (s *stage) post(sign paxos.EventKind, m paxos.Message) {
	wire := [2]paxos.ID{m.From, m.To}
	switch {
	case !s.cuts[wire]:
		s.queue = append(s.queue, parcel{sign, m})
	case m.Conn != 0:
		s.held[wire] = append(s.held[wire], parcel{sign, m})
	}
}

// deliver delivers all that is on its way, and what follows from it.
func (s *stage) deliver() {
	for len(s.queue) > 0 {
		pa := s.queue[0]
		s.queue = s.queue[1:]
		s.arrive(&pa)
	}
}

func (s *stage) arrive(pa *parcel) {
	m := pa.msg
	p := s.procs[m.To]
	if m.Conn != 0 {
		l := &s.conns[m.Conn]
		end := l.end(m.To)
		switch {
		case l.gone[end]:
			return
		case pa.sign == paxos.Dialled && !p.up:
			l.gone[end], l.refuse = true, 0
			s.post(paxos.Closed, paxos.Message{From: m.To, To: m.From, Conn: m.Conn})
			return
		case pa.sign == paxos.Closed:
			l.gone[end], l.refuse = true, 0
		}
	}
	if p == nil {
		if g := s.gates[m.To]; g != nil {
			g.arrive(s, pa.sign, &m)
		}
		return
	}
	if p.up {
		s.give(p, paxos.Event{Kind: pa.sign, From: m.From, Conn: m.Conn, Msg: &m})
	}
}

func (s *stage) partition(side paxos.Set) {
	for _, a := range s.order {
		for _, b := range s.order {
			if side.Has(a) != side.Has(b) {
				s.cuts[[2]paxos.ID{a, b}] = true
			}
		}
	}
}

func (s *stage) heal() {
	clear(s.cuts)
	for _, a := range s.order {
		for _, b := range s.order {
			wire := [2]paxos.ID{a, b}
			s.queue = append(s.queue, s.held[wire]...)
			delete(s.held, wire)
		}
	}
}

// disconnect breaks the connections of a server's clients.
func (s *stage) disconnect(id paxos.ID) {
	for c := 1; c < len(s.conns); c++ {
		if l := &s.conns[c]; l.ends[1] == id && !l.ends[0].IsServer() && !l.gone[0] {
			l.gone[0] = true
			if g := s.gates[l.ends[0]]; g != nil {
				g.shut()
			}
			s.post(paxos.Closed, paxos.Message{From: l.ends[0], To: id, Conn: paxos.Conn(c)})
		}
	}
}

// newClient is an ID for a client's connection. IDs come back after a long time.
func (s *stage) newClient() (paxos.ID, error) {
	for range 1 << 15 {
		id := paxos.Client(s.clients % (1 << 15))
		s.clients++
		if s.gates[id] == nil {
			return id, nil
		}
	}
	return 0, fmt.Errorf("%d connections at a time", 1<<15)
}
