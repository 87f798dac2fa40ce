package stage

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// Machine is what a stage carries.
type Machine interface {
	Step(ev *paxos.Event, out *paxos.Effects)
	String() string
}

// Actor is one server: how it starts from its disk, and what its disk does.
type Actor struct {
	Start func() Machine
	Write func(*paxos.Write)
	// Disk shows the disk in one line.
	Disk func() string
	// Propose asks the machine for a command.
	Propose func(word string, out *paxos.Effects)
}

// Stage is an ensemble on which nothing happens by itself.
type Stage struct {
	actors []*actor // by ID
	wires  []paxos.Message
	cuts   map[[2]paxos.ID]bool
	told   []string
	// Timers are the names of the timers, by number.
	Timers []string
	// Label shows a message; Tell a note, or nothing.
	Label func(*paxos.Message) string
	Tell  func(*paxos.Note) string
}

type actor struct {
	Actor
	id      paxos.ID
	machine Machine
	out     paxos.Effects
	next    int // the first effect not carried out
	hold    bool
	timers  [8]bool
	inbox   []paxos.Message // came while a write was held
}

// Add adds a server and starts it.
func (s *Stage) Add(a Actor) {
	if s.actors == nil {
		s.actors, s.cuts = []*actor{nil}, map[[2]paxos.ID]bool{}
	}
	n := &actor{Actor: a, id: paxos.ID(len(s.actors))}
	s.actors = append(s.actors, n)
	s.start(n)
}

func (s *Stage) start(n *actor) {
	n.machine, n.timers, n.inbox = n.Start(), [8]bool{}, nil
	s.step(n, func() { n.machine.Step(&paxos.Event{Kind: paxos.Boot}, &n.out) })
}

func (s *Stage) crash(n *actor) {
	n.machine, n.next, n.inbox = nil, 0, nil
	n.out.Reset()
}

// step lets a machine take a step and carries out what it wants.
func (s *Stage) step(n *actor, take func()) {
	n.out.Reset()
	n.next = 0
	take()
	s.carryOut(n)
}

func (s *Stage) carryOut(n *actor) {
	for n.next < len(n.out.List) {
		e := n.out.List[n.next]
		switch e.Kind {
		case paxos.Send:
			m := n.out.Msgs[e.Index]
			m.From = n.id
			if !s.cuts[[2]paxos.ID{n.id, m.To}] && int(m.To) < len(s.actors) {
				s.wires = append(s.wires, m)
			}
		case paxos.Persist:
			if n.hold {
				return
			}
			n.Write(&n.out.Writes[e.Index])
		case paxos.SetTo:
			n.timers[e.Index] = true
		case paxos.Tell:
			if text := s.Tell(&n.out.Notes[e.Index]); text != "" {
				s.told = append(s.told, fmt.Sprintf("%v %s", n.id, text))
			}
		default:
			panic(fmt.Sprintf("stage: effect of kind %d", e.Kind))
		}
		n.next++
	}
	if len(n.inbox) > 0 && n.machine != nil {
		m := n.inbox[0]
		n.inbox = n.inbox[1:]
		s.arrive(m)
	}
}

// arrive lets a message arrive. While a write is held it waits: a machine takes
// no event before its write is done.
func (s *Stage) arrive(m paxos.Message) {
	n := s.actors[m.To]
	switch {
	case n.machine == nil:
	case n.next < len(n.out.List):
		n.inbox = append(n.inbox, m)
	default:
		s.step(n, func() {
			n.machine.Step(&paxos.Event{Kind: paxos.Arrived, From: m.From, Msg: &m}, &n.out)
		})
	}
}

// find is the index of the first message under way of a direction and a kind;
// -1 if there is none. An empty kind is any.
func (s *Stage) find(from, to paxos.ID, kind string) int {
	for i := range s.wires {
		m := &s.wires[i]
		if m.From == from && m.To == to && (kind == "" || m.Kind.String() == kind) {
			return i
		}
	}
	return -1
}

func (s *Stage) take(i int) paxos.Message {
	m := s.wires[i]
	s.wires = append(s.wires[:i], s.wires[i+1:]...)
	return m
}
