package synod

import (
	"fmt"
	"math/bits"

	"github.com/schismlab/schism/paxos"
)

// watcher checks the invariants while a schedule runs. It sees what leaves a
// server and what is on its disk at that moment, nothing of the machines' own
// minds, and keeps what an omniscient observer would know.
type watcher struct {
	servers     int
	broken, why string
	wishes      map[uint64]bool     // digests of what was proposed
	values      map[Ballot]uint64   // what each ballot proposed
	promised    []Ballot            // by server: the highest promise that was answered
	promises    []map[Ballot]bool   // by server: all that were answered
	accepted    []map[Ballot]uint64 // by server: all that were acknowledged
	chosen      uint64
}

func (w *watcher) init(servers int) {
	w.servers = servers
	w.wishes, w.values = map[uint64]bool{}, map[Ballot]uint64{}
	w.promised = make([]Ballot, servers+1)
	w.promises = make([]map[Ballot]bool, servers+1)
	w.accepted = make([]map[Ballot]uint64, servers+1)
	for i := range w.accepted {
		w.promises[i], w.accepted[i] = map[Ballot]bool{}, map[Ballot]uint64{}
	}
}

func (w *watcher) fail(name, format string, args ...any) {
	if w.broken == "" {
		w.broken, w.why = name, fmt.Sprintf(format, args...)
	}
}

func (w *watcher) proposed(c paxos.Command) { w.wishes[c.Digest()] = true }

// sent sees a message as it leaves its sender, whose disk is given.
func (w *watcher) sent(m *paxos.Message, disk *Durable) {
	b := Ballot(m.Epoch)
	switch m.Kind {
	case paxos.Promise:
		w.promise(m, disk)
	case paxos.AcceptValue:
		w.proposal(m.From, b, m.Cmd.Digest())
	case paxos.Accepted:
		if b < w.promised[m.From] {
			w.fail("PromiseKept", "%v promised %v and then accepts %v", m.From, w.promised[m.From], b)
		}
		if disk.Accepted < b {
			w.fail("DurableBeforeAnswer", "%v acknowledges %v with %v on disk", m.From, b, disk.Accepted)
		}
		w.promised[m.From] = max(w.promised[m.From], b)
		w.acceptance(m.From, b, digestOf(disk, b, w))
	}
}

// digestOf is the value that an acknowledgement of b stands for.
func digestOf(disk *Durable, b Ballot, w *watcher) uint64 {
	if disk.Accepted == b {
		return disk.Value.Digest()
	}
	return w.values[b]
}

func (w *watcher) promise(m *paxos.Message, disk *Durable) {
	b := Ballot(m.Epoch)
	if b < w.promised[m.From] {
		w.fail("PromiseKept", "%v promised %v and then promises %v", m.From, w.promised[m.From], b)
	}
	if disk.Promised < b {
		w.fail("DurableBeforeAnswer", "%v promises %v with %v on disk", m.From, b, disk.Promised)
	}
	highest := Ballot(0)
	for a := range w.accepted[m.From] {
		highest = max(highest, a)
	}
	if Ballot(m.Round) < highest {
		w.fail("PromiseTells", "%v has accepted %v and tells %v", m.From, highest, Ballot(m.Round))
	}
	w.promised[m.From] = max(w.promised[m.From], b)
	w.promises[m.From][b] = true
}

// accepting sees a server that is in phase 2: its own acceptor has promised and
// perhaps accepted without a message.
func (w *watcher) accepting(s *Server) {
	id := s.cfg.ID
	if s.Accepted == s.ballot {
		w.acceptance(id, s.ballot, s.Value.Digest())
	}
}

func (w *watcher) proposal(from paxos.ID, b Ballot, value uint64) {
	if !w.wishes[value] {
		w.fail("Validity", "%v proposes a value that nobody asked for", b)
	}
	if v, ok := w.values[b]; ok {
		if v != value {
			w.fail("OneValuePerBallot", "%v proposes two values", b)
		}
		return
	}
	w.values[b] = value
	if !w.safe(from, b, value) {
		w.fail("SafeValue", "%v proposes a value that no quorum of promises allows", b)
	}
}

// safe is P2c of the paper: some quorum has promised b, and the value is the one
// of the highest ballot below b that any of them has accepted, if any has.
func (w *watcher) safe(from paxos.ID, b Ballot, value uint64) bool {
	for set := range uint32(1) << w.servers {
		if bits.OnesCount32(set) <= w.servers/2 {
			continue
		}
		if w.allows(set, from, b, value) {
			return true
		}
	}
	return false
}

func (w *watcher) allows(set uint32, from paxos.ID, b Ballot, value uint64) bool {
	best, bestValue := Ballot(0), value
	for id := 1; id <= w.servers; id++ {
		if set>>(id-1)&1 == 0 {
			continue
		}
		if !w.promises[id][b] && paxos.ID(id) != from {
			return false
		}
		for a, v := range w.accepted[id] {
			if a < b && a > best {
				best, bestValue = a, v
			}
		}
	}
	return bestValue == value
}

// acceptance notes an acceptance, and sees whether it chose the value.
func (w *watcher) acceptance(from paxos.ID, b Ballot, value uint64) {
	w.accepted[from][b] = value
	if v, ok := w.values[b]; ok && v != value {
		w.fail("OneValuePerBallot", "%v accepts in %v what was not proposed in it", from, b)
	}
	votes := 0
	for id := 1; id <= w.servers; id++ {
		if v, ok := w.accepted[id][b]; ok && v == value {
			votes++
		}
	}
	if votes <= w.servers/2 {
		return
	}
	if w.chosen != 0 && w.chosen != value {
		w.fail("Agreement", "a second value is chosen in %v", b)
	}
	w.chosen = value
}

func (w *watcher) learned(who paxos.ID, value uint64) {
	if value != w.chosen {
		w.fail("LearnedIsChosen", "%v learns a value that no quorum has accepted", who)
	}
}
