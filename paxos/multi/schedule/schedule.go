package schedule

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/internal/ledger"
	"github.com/schismlab/schism/paxos/multi"
	"github.com/schismlab/schism/plan"
)

// The times of a schedule, in nanoseconds of virtual time.
const (
	faultyTime = 6000
	fairTime   = 8000
	delayMost  = 30
	actEvery   = 40
)

// member is a server under the schedule.
type member struct {
	cfg    multi.Config
	server *multi.Server
	disk   multi.Durable
	out    paxos.Effects
	up     bool
	life   int
	timers [multi.FirstFreeTimer]int // generation
	ledger.Primary
}

func (m *member) leads() bool { return m.server.Serves() && m.server.Role() == paxos.Leading }

// happening is an event under way: a message, or a timer.
type happening struct {
	at, order int64
	msg       paxos.Message
	to        paxos.ID
	timer     uint8
	gen, life int
}

// schedule is an ensemble in virtual time. Messages are late by chance, so they
// overtake each other; some are lost, some come twice; servers are cut off,
// crash between any two effects, and come back.
type schedule struct {
	draw    plan.Stream
	now     int64
	order   int64
	members []*member // by ID
	coming  []happening
	cut     paxos.Set
	late    int // of a million messages, how many come when nobody expects them
	pace    int // time between two acts, at most
	fragile int // of a million steps, how many end in a crash halfway
	calm    bool
	// watchOrder watches the primary order though several proposals are under way.
	watchOrder bool
	words      int
	changes    int
	watch      watcher
}

// shape is what a schedule's ensemble is like, by its seed: so that each seed
// means the same whatever bug is planted.
func shape(seed uint64, cfg *multi.Config) (servers int) {
	d := plan.NewStream(seed, "multi shape")
	cfg.Alpha = [...]int{1, 3, 3, 8}[d.Intn(4)]
	cfg.Outstanding = 1 + d.Intn(cfg.Alpha)
	if d.Intn(2) == 0 {
		cfg.Outstanding = 1
	}
	cfg.Heartbeat, cfg.Timeout = 50, 400
	if d.Intn(2) == 0 {
		cfg.Lease = 400
	}
	cfg.SnapEvery, cfg.Keep = 3+d.Intn(8), d.Intn(5)
	cfg.Members = paxos.Voters([...]int{3, 3, 4, 5}[d.Intn(4)])
	return 5
}

// Run plays one random schedule, then a fair time, and gives the first invariant
// that broke: its name and why. Both are empty if none did.
func Run(seed uint64, bugs multi.Bugs) (name, why string) {
	s := played(seed, bugs, circumstances(bugs))
	return s.watch.broken, s.watch.why
}

// change makes a schedule's ensemble another than the seed says; nil is none.
type change func(*multi.Config, *schedule)

// circumstances are what a bug needs to show in a sensible time.
func circumstances(bugs multi.Bugs) change {
	if bugs != multi.LeaseFromAnswer {
		return nil
	}
	return func(cfg *multi.Config, s *schedule) {
		cfg.Members, cfg.Lease = paxos.Voters(3), cfg.Timeout
		s.late = 60_000
	}
}

func played(seed uint64, bugs multi.Bugs, alter change) *schedule {
	cfg := multi.Config{Bugs: bugs, Empty: &ledger.State{}}
	servers := shape(seed, &cfg)
	s := &schedule{draw: plan.NewStream(seed, "multi schedule"), members: make([]*member, servers+1)}
	s.late = [...]int{20_000, 60_000, 60_000, 400_000}[s.draw.Intn(4)]
	s.pace, s.fragile = actEvery, 3_000
	if alter != nil {
		alter(&cfg, s)
	}
	s.watch.init(servers, &cfg)
	s.watch.ordered = s.watch.ordered || s.watchOrder
	for id := 1; id <= servers; id++ {
		m := &member{cfg: cfg}
		m.cfg.ID = paxos.ID(id)
		m.disk = multi.NewDurable(&m.cfg)
		s.members[id] = m
		s.start(m)
	}
	for next := int64(0); s.now < faultyTime && s.watch.broken == ""; {
		if s.now >= next {
			s.act()
			next = s.now + 1 + int64(s.draw.Intn(s.pace))
		}
		s.step(next)
	}
	s.fair()
	return s
}

// step lets the next thing happen, or time pass until the given moment.
func (s *schedule) step(until int64) {
	first := -1
	for i := range s.coming {
		h := &s.coming[i]
		if first < 0 || h.at < s.coming[first].at || h.at == s.coming[first].at && h.order < s.coming[first].order {
			first = i
		}
	}
	if first < 0 || s.coming[first].at > until {
		s.now = until
		return
	}
	h := s.coming[first]
	last := len(s.coming) - 1
	s.coming[first] = s.coming[last]
	s.coming = s.coming[:last]
	s.now = h.at
	m := s.members[h.to]
	switch {
	case !m.up:
	case h.msg.Kind != 0:
		s.give(m, paxos.Event{Kind: paxos.Arrived, From: h.msg.From, Msg: &h.msg})
	case m.life == h.life && m.timers[h.timer] == h.gen:
		s.give(m, paxos.Event{Kind: paxos.Fired, Timer: h.timer})
	}
}

// act does something to the ensemble.
func (s *schedule) act() {
	m := s.members[1+s.draw.Intn(len(s.members)-1)]
	switch k := s.draw.Intn(100); {
	case k < 60:
		s.propose(1 + s.draw.Intn(4))
	case k < 63:
		s.reconfigure()
	case k < 72:
		if m.up {
			s.crash(m)
			if s.draw.Intn(2) == 0 {
				s.start(m)
			}
		}
	case k < 86:
		if !m.up {
			s.start(m)
		}
	case k < 92:
		if s.cut.Len() < 2 {
			s.cut = s.cut.With(m.cfg.ID)
		}
	default:
		s.cut = s.cut.Without(m.cfg.ID)
	}
}

// propose lets everybody who takes itself for the leader propose.
func (s *schedule) propose(n int) {
	for _, m := range s.members[1:] {
		for range n {
			if !m.up || !m.leads() {
				break
			}
			s.words++
			name := fmt.Sprintf("w%d", s.words)
			m.out.Reset()
			e := m.Next(name)
			m.server.Propose(e, &m.out)
			s.watch.proposed(e)
			s.carryOut(m)
		}
	}
}

// reconfigure has one leader change the members, to three or more.
func (s *schedule) reconfigure() {
	set := paxos.Set(s.draw.Intn(32)) << 1
	for _, m := range s.members[1:] {
		if m.up && m.leads() && set.Len() >= 3 {
			s.changes++
			s.watch.proposed(multi.Reconfigure{Servers: set})
			m.out.Reset()
			m.server.Reconfigure(set, &m.out)
			s.carryOut(m)
			return
		}
	}
}

func (s *schedule) start(m *member) {
	m.server, m.up = multi.New(&m.cfg, m.disk.Clone()), true
	s.watch.started(m.server, m.cfg.ID)
	s.give(m, paxos.Event{Kind: paxos.Boot})
}

func (s *schedule) crash(m *member) {
	m.up = false
	m.life++
}

func (s *schedule) give(m *member, ev paxos.Event) {
	m.out.Reset()
	m.server.Step(&ev, &m.out)
	s.carryOut(m)
}

// carryOut carries out the effects of a step, rarely only some of them.
func (s *schedule) carryOut(m *member) {
	until := len(m.out.List)
	if until > 0 && !s.calm && s.draw.Chance(s.fragile) {
		until = s.draw.Intn(until)
		defer s.crash(m)
	}
	for _, e := range m.out.List[:until] {
		switch e.Kind {
		case paxos.Send:
			msg := m.out.Msgs[e.Index]
			msg.From = m.cfg.ID
			s.watch.sent(&msg, &m.disk)
			s.post(msg)
		case paxos.Persist:
			w := &m.out.Writes[e.Index]
			m.disk.Do(w)
			s.watch.wrote(m.cfg.ID, w)
		case paxos.SetTo:
			m.timers[e.Index]++
			s.order++
			s.coming = append(s.coming, happening{
				at: s.now + e.After, order: s.order, to: m.cfg.ID, timer: uint8(e.Index), gen: m.timers[e.Index], life: m.life,
			})
		case paxos.Tell:
			n := &m.out.Notes[e.Index]
			if n.Kind == paxos.Serving && n.Role == paxos.Leading {
				m.Began(m.server.DB)
			}
			s.watch.told(m.cfg.ID, n)
		default:
			panic(fmt.Sprintf("effect of kind %d", e.Kind))
		}
	}
	s.watch.look(s.members)
}

func (s *schedule) post(m paxos.Message) {
	copies := 1
	if s.draw.Chance(50_000) {
		copies = 2
	}
	if !s.calm && s.draw.Chance(80_000) || s.cut.Has(m.From) || s.cut.Has(m.To) {
		copies = 0
	}
	for range copies {
		s.order++
		delay := int64(1 + s.draw.Intn(delayMost))
		if !s.calm && s.draw.Chance(s.late) {
			delay *= 40 // it comes after everybody has given it up
		}
		s.coming = append(s.coming, happening{at: s.now + delay, order: s.order, to: m.To, msg: m})
	}
}

// fair heals everything and gives the ensemble time. Within it there must be a
// moment at which a leader has got a new proposal chosen, and all members have
// the same history.
func (s *schedule) fair() {
	s.calm, s.cut = true, 0
	for _, m := range s.members[1:] {
		if !m.up {
			s.start(m)
		}
	}
	end, words := s.now+fairTime, s.words
	for s.now < end && s.watch.broken == "" {
		switch lead := s.leader(); {
		case lead == nil || s.now < end-fairTime/2:
		case s.words == words:
			s.propose(1)
		case s.level(lead):
			return
		}
		s.step(end)
	}
	s.watch.fail("Termination", "with every message arriving, the ensemble does not get on: %v", s.members[1].server)
}

// leader is the one that leads in the highest ballot.
func (s *schedule) leader() *member {
	var lead *member
	for _, m := range s.members[1:] {
		if m.leads() && (lead == nil || m.server.Epoch() > lead.server.Epoch()) {
			lead = m
		}
	}
	return lead
}

func (s *schedule) level(lead *member) bool {
	for _, m := range s.members[1:] {
		if lead.server.Members().Has(m.cfg.ID) && m.server.DB.Chain != lead.server.DB.Chain {
			return false
		}
	}
	return lead.server.Pending() == 0
}
