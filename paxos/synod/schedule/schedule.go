package schedule

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
	"github.com/schismlab/schism/plan"
)

// word is a command that is its own name.
type word string

func (w word) Digest() uint64 { return paxos.MixString(7, string(w)) }
func (w word) String() string { return string(w) }

// member is a server under the schedule: its machine, its disk, and the effects
// of its last step that are still to be carried out.
type member struct {
	cfg    synod.Config
	server *synod.Server
	disk   synod.Durable
	out    paxos.Effects
	up     bool
	armed  bool // the retry timer runs
}

// schedule is an ensemble under a random, asynchronous scheduler: any message
// may be next, or be lost, or come twice; any timer that runs may fire; a crash
// falls between any two effects.
type schedule struct {
	draw    plan.Stream
	members []*member // by ID
	sent    []paxos.Message
	watch   watcher
	words   int
	calm    bool // nobody crashes any more
}

const (
	scheduleSteps = 160
	fairSteps     = 4000
	wordLimit     = 6
	inFlight      = 64
)

// Run plays one random schedule, then a fair time in which everything
// arrives, and gives the first invariant that broke: its name and why. Both are empty if none did. Half of the
// seeds have three servers, half five.
func Run(seed uint64, bugs synod.Bugs) (name, why string) {
	servers := 3 + 2*int(seed&1)
	s := &schedule{draw: plan.NewStream(seed, "synod schedule"), members: make([]*member, servers+1)}
	s.watch.init(servers)
	for id := 1; id <= servers; id++ {
		s.members[id] = &member{cfg: synod.Config{ID: paxos.ID(id), Servers: servers, Retry: 1000, Bugs: bugs}}
		s.start(s.members[id])
	}
	for range scheduleSteps {
		if s.step(); s.watch.broken != "" {
			return s.watch.broken, s.watch.why
		}
	}
	s.fair()
	return s.watch.broken, s.watch.why
}

func (s *schedule) step() {
	m := s.members[1+s.draw.Intn(len(s.members)-1)]
	switch k := s.draw.Intn(100); {
	case k < 6 && s.words < wordLimit:
		if m.up {
			s.words++
			w := word(rune('a' - 1 + s.words))
			s.watch.proposed(w)
			m.out.Reset()
			m.server.Propose(w, &m.out)
			s.carryOut(m, s.crashPoint(m))
		}
	case k < 12:
		if m.up && m.armed {
			m.armed = false
			s.give(m, paxos.Event{Kind: paxos.Fired})
		}
	case k < 15:
		if m.up {
			s.crash(m)
		}
	case k < 22:
		if !m.up {
			s.start(m)
		}
	case len(s.sent) == 0:
	case k < 28:
		s.take(s.draw.Intn(len(s.sent)))
	default:
		i := s.draw.Intn(len(s.sent))
		msg := s.sent[i]
		if !s.draw.Chance(150_000) { // else it will come again
			s.take(i)
		}
		s.arrive(msg)
	}
}

// crashPoint is after how many effects of the step the server crashes: rarely
// before the end.
func (s *schedule) crashPoint(m *member) int {
	n := len(m.out.List)
	if n > 0 && !s.calm && s.draw.Chance(40_000) {
		return s.draw.Intn(n)
	}
	return n + 1
}

func (s *schedule) take(i int) {
	last := len(s.sent) - 1
	s.sent[i] = s.sent[last]
	s.sent = s.sent[:last]
}

func (s *schedule) arrive(msg paxos.Message) {
	if m := s.members[msg.To]; m.up {
		s.give(m, paxos.Event{Kind: paxos.Arrived, From: msg.From, Msg: &msg})
	}
}

func (s *schedule) start(m *member) {
	m.server, m.up, m.armed = synod.New(&m.cfg, m.disk.Clone()), true, false
	s.give(m, paxos.Event{Kind: paxos.Boot})
}

func (s *schedule) crash(m *member) { m.up, m.armed = false, false }

func (s *schedule) give(m *member, ev paxos.Event) {
	m.out.Reset()
	m.server.Step(&ev, &m.out)
	s.carryOut(m, s.crashPoint(m))
}

// carryOut carries out the effects up to the crash, if there is one.
func (s *schedule) carryOut(m *member, until int) {
	for i, e := range m.out.List {
		if i == until {
			s.crash(m)
			return
		}
		switch e.Kind {
		case paxos.Send:
			msg := m.out.Msgs[e.Index]
			msg.From = m.cfg.ID
			s.watch.sent(&msg, &m.disk)
			if len(s.sent) == inFlight {
				s.take(s.draw.Intn(inFlight))
			}
			s.sent = append(s.sent, msg)
		case paxos.Persist:
			m.disk.Do(&m.out.Writes[e.Index])
		case paxos.SetTo:
			m.armed = true
		case paxos.Tell:
			if n := &m.out.Notes[e.Index]; n.Kind == paxos.Applied {
				s.watch.learned(m.cfg.ID, n.Chain)
			}
		default:
			panic(fmt.Sprintf("effect of kind %d", e.Kind))
		}
	}
	if m.up && m.server.Learned == nil {
		s.watch.accepting(m.cfg.ID, m.server)
	}
}

// fair starts everybody and lets all messages arrive, each timer fire when
// nothing is under way, until everybody has learned. Everybody asks: a server
// that missed it all has no reason to.
func (s *schedule) fair() {
	s.calm = true
	for _, m := range s.members[1:] {
		if !m.up {
			s.start(m)
		}
	}
	s.watch.proposed(word("last"))
	for _, m := range s.members[1:] {
		m.out.Reset()
		m.server.Propose(word("last"), &m.out)
		s.carryOut(m, len(m.out.List))
	}
	for i := range fairSteps {
		if s.watch.broken != "" {
			return
		}
		if len(s.sent) > 0 {
			msg := s.sent[0]
			s.sent = append(s.sent[:0], s.sent[1:]...)
			s.arrive(msg)
			continue
		}
		if s.everybodyKnows() {
			return
		}
		if m := s.members[1+i%(len(s.members)-1)]; m.armed && m.server.Learned == nil {
			m.armed = false
			s.give(m, paxos.Event{Kind: paxos.Fired})
		}
	}
	s.watch.fail("Termination", "with every message arriving, not everybody has learned a value")
}

func (s *schedule) everybodyKnows() bool {
	for _, m := range s.members[1:] {
		if !m.up || m.server.Learned == nil {
			return false
		}
	}
	return true
}
