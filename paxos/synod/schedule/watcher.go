package schedule

import (
	"fmt"
	"math/bits"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
)

// acceptance is what a server has acknowledged in a ballot.
type acceptance struct {
	ballot synod.Ballot
	value  uint64
}

// watcher checks the invariants while a schedule runs. It sees what leaves a
// server and what is on its disk at that moment, nothing of the machines' own
// minds, and keeps what an omniscient observer would know.
type watcher struct {
	servers     int
	broken, why string
	wishes      map[uint64]bool         // digests of what was proposed
	values      map[synod.Ballot]uint64 // what each ballot proposed
	promised    []synod.Ballot          // by server: the highest promise that was answered
	promises    []map[synod.Ballot]bool // by server: all that were answered
	accepted    [][]acceptance          // by server: all that were acknowledged
	chosen      uint64
}

func (w *watcher) init(servers int) {
	w.servers = servers
	w.wishes, w.values = map[uint64]bool{}, map[synod.Ballot]uint64{}
	w.promised = make([]synod.Ballot, servers+1)
	w.promises = make([]map[synod.Ballot]bool, servers+1)
	w.accepted = make([][]acceptance, servers+1)
	for i := range w.promises {
		w.promises[i] = map[synod.Ballot]bool{}
	}
}

func (w *watcher) fail(name, format string, args ...any) {
	if w.broken == "" {
		w.broken, w.why = name, fmt.Sprintf(format, args...)
	}
}

func (w *watcher) proposed(c paxos.Command) { w.wishes[c.Digest()] = true }

// sent sees a message as it leaves its sender, whose disk is given.
func (w *watcher) sent(m *paxos.Message, disk *synod.Durable) {
	b := synod.Ballot(m.Epoch)
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
func digestOf(disk *synod.Durable, b synod.Ballot, w *watcher) uint64 {
	if disk.Accepted == b {
		return disk.Value.Digest()
	}
	return w.values[b]
}

func (w *watcher) promise(m *paxos.Message, disk *synod.Durable) {
	b := synod.Ballot(m.Epoch)
	if b < w.promised[m.From] {
		w.fail("PromiseKept", "%v promised %v and then promises %v", m.From, w.promised[m.From], b)
	}
	if disk.Promised < b {
		w.fail("DurableBeforeAnswer", "%v promises %v with %v on disk", m.From, b, disk.Promised)
	}
	highest := synod.Ballot(0)
	for _, a := range w.accepted[m.From] {
		highest = max(highest, a.ballot)
	}
	if synod.Ballot(m.Round) < highest {
		w.fail("PromiseTells", "%v has accepted %v and tells %v", m.From, highest, synod.Ballot(m.Round))
	}
	w.promised[m.From] = max(w.promised[m.From], b)
	w.promises[m.From][b] = true
}

// accepting sees a server that is in phase 2: its own acceptor has promised and
// perhaps accepted without a message.
func (w *watcher) accepting(id paxos.ID, s *synod.Server) {
	if b, ok := s.Accepting(); ok && s.Accepted == b {
		w.acceptance(id, b, s.Value.Digest())
	}
}

func (w *watcher) proposal(from paxos.ID, b synod.Ballot, value uint64) {
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
func (w *watcher) safe(from paxos.ID, b synod.Ballot, value uint64) bool {
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

func (w *watcher) allows(set uint32, from paxos.ID, b synod.Ballot, value uint64) bool {
	best, bestValue := synod.Ballot(0), value
	for id := 1; id <= w.servers; id++ {
		if set>>(id-1)&1 == 0 {
			continue
		}
		if !w.promises[id][b] && paxos.ID(id) != from {
			return false
		}
		for _, a := range w.accepted[id] {
			if a.ballot < b && a.ballot >= best {
				best, bestValue = a.ballot, a.value
			}
		}
	}
	return bestValue == value
}

// acceptance notes an acceptance, and sees whether it chose the value.
func (w *watcher) acceptance(from paxos.ID, b synod.Ballot, value uint64) {
	w.accept(from, b, value)
	if v, ok := w.values[b]; ok && v != value {
		w.fail("OneValuePerBallot", "%v accepts in %v what was not proposed in it", from, b)
	}
	votes := 0
	for id := 1; id <= w.servers; id++ {
		for _, a := range w.accepted[id] {
			if a == (acceptance{b, value}) {
				votes++
			}
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

// accept notes what a server has accepted in a ballot; the last word counts.
func (w *watcher) accept(from paxos.ID, b synod.Ballot, value uint64) {
	for i := range w.accepted[from] {
		if a := &w.accepted[from][i]; a.ballot == b {
			a.value = value
			return
		}
	}
	w.accepted[from] = append(w.accepted[from], acceptance{b, value})
}

func (w *watcher) learned(who paxos.ID, value uint64) {
	if value != w.chosen {
		w.fail("LearnedIsChosen", "%v learns a value that no quorum has accepted", who)
	}
}
