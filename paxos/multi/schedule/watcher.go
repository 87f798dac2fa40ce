package schedule

import (
	"fmt"
	"math/bits"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/internal/ledger"
	"github.com/schismlab/schism/paxos/multi"
	"github.com/schismlab/schism/paxos/synod"
)

// slotBallot names a proposal.
type slotBallot struct {
	slot   paxos.Zxid
	ballot synod.Ballot
}

// acceptance is what a server has accepted in a slot, in one ballot.
type acceptance struct {
	ballot synod.Ballot
	value  uint64
}

// votes are a server's acceptances, by slot.
type votes [][]acceptance

// of is all that was accepted in a slot.
func (v votes) of(slot paxos.Zxid) []acceptance {
	if int(slot) >= len(v) {
		return nil
	}
	return v[slot]
}

// in is what was accepted in a slot in one ballot, if anything was.
func (v votes) in(at slotBallot) (value uint64, ok bool) {
	for _, a := range v.of(at.slot) {
		if a.ballot == at.ballot {
			value, ok = a.value, true
		}
	}
	return value, ok
}

func (v *votes) add(at slotBallot, value uint64) {
	for int(at.slot) >= len(*v) {
		*v = append(*v, nil)
	}
	(*v)[at.slot] = append((*v)[at.slot], acceptance{at.ballot, value})
}

// watcher checks the invariants while a schedule runs. It sees messages as they
// leave, writes as they reach the disk, and what servers tell; and it keeps what
// an omniscient observer would know: what is chosen, and by whom to choose.
type watcher struct {
	servers     int
	alpha       paxos.Zxid
	ordered     bool // one proposal at a time: the primary order must hold
	broken, why string

	wishes   map[uint64]bool
	values   map[slotBallot]uint64
	promised []synod.Ballot          // by server: the highest that was answered
	promises []map[synod.Ballot]bool // by server: all that were answered
	accepted []votes                 // by server
	reached  []paxos.Zxid            // by server: how far it has applied in this life

	chosen  map[paxos.Zxid]paxos.Command
	applied paxos.Zxid // chosen without a gap up to here
	chains  []uint64   // by slot, up to applied
	members []multi.Membership

	gaps, snaps int // no-ops chosen, and states taken over from others
}

func (w *watcher) init(servers int, cfg *multi.Config) {
	*w = watcher{
		servers: servers, alpha: paxos.Zxid(cfg.Alpha), ordered: cfg.Outstanding == 1,
		wishes: map[uint64]bool{multi.NoOp{}.Digest(): true}, values: map[slotBallot]uint64{},
		promised: make([]synod.Ballot, servers+1), promises: make([]map[synod.Ballot]bool, servers+1),
		accepted: make([]votes, servers+1), reached: make([]paxos.Zxid, servers+1),
		chosen: map[paxos.Zxid]paxos.Command{}, chains: []uint64{0}, members: []multi.Membership{{From: 1, Servers: cfg.Members}},
	}
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

func (w *watcher) started(s *multi.Server, id paxos.ID) { w.reached[id] = s.DB.Zxid }

// sent sees a message as it leaves its sender, whose disk is given.
func (w *watcher) sent(m *paxos.Message, disk *multi.Durable) {
	b := synod.Ballot(m.Epoch)
	switch m.Kind {
	case paxos.Prepare:
		if !w.promises[m.From][b] {
			w.promise(m.From, b, disk)
		}
	case paxos.Promise:
		w.tells(m)
		w.promise(m.From, b, disk)
	case paxos.AcceptValue:
		w.proposal(m.From, slotBallot{m.Zxid, b}, m.Cmd.Digest())
	case paxos.Accepted:
		if have := disk.At(m.Zxid).Ballot; have < b && m.Zxid > disk.Base {
			w.fail("DurableBeforeAnswer", "%v acknowledges slot %d in %v with %v on disk", m.From, m.Zxid, b, have)
		}
		w.keeps(m.From, m.Zxid, b)
	}
}

func (w *watcher) promise(from paxos.ID, b synod.Ballot, disk *multi.Durable) {
	if b < w.promised[from] {
		w.fail("PromiseKept", "%v promised %v and then promises %v", from, w.promised[from], b)
	}
	if disk.Promised < b {
		w.fail("DurableBeforeAnswer", "%v promises %v with %v on disk", from, b, disk.Promised)
	}
	w.promised[from] = max(w.promised[from], b)
	w.promises[from][b] = true
}

// keeps sees to it that nothing is accepted below a promise.
func (w *watcher) keeps(who paxos.ID, slot paxos.Zxid, b synod.Ballot) {
	if b < w.promised[who] {
		w.fail("PromiseKept", "%v promised %v and then accepts slot %d in %v", who, w.promised[who], slot, b)
	}
	w.promised[who] = max(w.promised[who], b)
}

// tells sees to it that a promise tells everything that its sender has accepted
// after the slot it was asked from.
func (w *watcher) tells(m *paxos.Message) {
	told := map[paxos.Zxid]synod.Ballot{}
	for _, v := range multi.Told(m) {
		told[v.Slot] = v.Ballot
	}
	from := m.Zxid
	if m.DB != nil {
		from = max(from, m.DB.Zxid)
	}
	for slot := from + 1; int(slot) < len(w.accepted[m.From]); slot++ {
		for _, a := range w.accepted[m.From].of(slot) {
			if told[slot] < a.ballot {
				w.fail("PromiseTells", "%v has accepted slot %d in %v and tells %v", m.From, slot, a.ballot, told[slot])
			}
		}
	}
}

// wrote sees a write that has reached the disk: an acceptance is one.
func (w *watcher) wrote(who paxos.ID, write *paxos.Write) {
	b := synod.Ballot(write.Epoch)
	if write.Kind != paxos.AcceptedBallot || b == multi.Chosen {
		return
	}
	w.keeps(who, write.Zxid, b)
	at := slotBallot{write.Zxid, b}
	value := write.Cmd.Digest()
	if v, ok := w.values[at]; ok && v != value {
		w.fail("OneValuePerBallot", "slot %d: %v accepts in %v what was not proposed in it", at.slot, who, b)
	}
	w.accepted[who].add(at, value)
	w.choose(at, write.Cmd)
}

// choose sees whether an acceptance has made a quorum.
func (w *watcher) choose(at slotBallot, cmd paxos.Command) {
	members, ok := w.membersOf(at.slot)
	if !ok {
		return
	}
	votes := 0
	for id := 1; id <= w.servers; id++ {
		if v, ok := w.accepted[id].in(at); ok && v == cmd.Digest() && members.Has(paxos.ID(id)) {
			votes++
		}
	}
	if votes <= members.Len()/2 {
		return
	}
	if old, ok := w.chosen[at.slot]; ok && old.Digest() != cmd.Digest() {
		w.fail("Agreement", "slot %d: %v was chosen and now %v, in %v", at.slot, old, cmd, at.ballot)
	}
	w.chosen[at.slot] = cmd
	for cmd := w.chosen[w.applied+1]; cmd != nil; cmd = w.chosen[w.applied+1] {
		w.applied++
		w.chains = append(w.chains, paxos.Chain(w.chains[w.applied-1], paxos.Entry{Zxid: w.applied, Cmd: cmd}))
		if cmd == (multi.NoOp{}) {
			w.gaps++
		}
		if r, ok := cmd.(multi.Reconfigure); ok {
			w.members = append(w.members, multi.Membership{From: w.applied + w.alpha, Servers: r.Servers})
		}
	}
}

// membersOf is who chooses a slot, if that is decided.
func (w *watcher) membersOf(slot paxos.Zxid) (paxos.Set, bool) {
	if slot > w.applied+w.alpha {
		return 0, false
	}
	for i := len(w.members) - 1; ; i-- {
		if w.members[i].From <= slot {
			return w.members[i].Servers, true
		}
	}
}

func (w *watcher) proposal(from paxos.ID, at slotBallot, value uint64) {
	if !w.wishes[value] {
		w.fail("Validity", "slot %d: %v proposes a value that nobody asked for", at.slot, at.ballot)
	}
	if v, ok := w.values[at]; ok {
		if v != value {
			w.fail("OneValuePerBallot", "slot %d: %v proposes two values", at.slot, at.ballot)
		}
		return
	}
	w.values[at] = value
	members, ok := w.membersOf(at.slot)
	if !ok {
		w.fail("Window", "slot %d is proposed, and who chooses is decided only up to %d", at.slot, w.applied+w.alpha)
		return
	}
	if !w.safe(from, members, at, value) {
		w.fail("SafeValue", "slot %d: %v proposes a value that no quorum of promises allows", at.slot, at.ballot)
	}
}

// safe is P2c of the paper, for one slot: some quorum has promised the ballot,
// and the value is the one of the highest ballot below it that any of them has
// accepted, if any has.
func (w *watcher) safe(from paxos.ID, members paxos.Set, at slotBallot, value uint64) bool {
	for set := range uint32(1) << w.servers {
		quorum := set << 1 & uint32(members)
		if quorum != set<<1 || bits.OnesCount32(quorum) <= members.Len()/2 {
			continue
		}
		if w.allows(paxos.Set(quorum), from, at, value) {
			return true
		}
	}
	return false
}

func (w *watcher) allows(quorum paxos.Set, from paxos.ID, at slotBallot, value uint64) bool {
	best, bestValue := synod.Ballot(0), value
	for id := paxos.ID(1); int(id) <= w.servers; id++ {
		if !quorum.Has(id) {
			continue
		}
		if !w.promises[id][at.ballot] && id != from {
			return false
		}
		for _, a := range w.accepted[id].of(at.slot) {
			if a.ballot < at.ballot && a.ballot >= best {
				best, bestValue = a.ballot, a.value
			}
		}
	}
	return bestValue == value
}

// told sees what a server tells of its database.
func (w *watcher) told(who paxos.ID, n *paxos.Note) {
	switch n.Kind {
	case paxos.Applied:
		if n.Zxid != w.reached[who]+1 {
			w.fail("NoGap", "%v applies slot %d after %d", who, n.Zxid, w.reached[who])
		}
	case paxos.Restored:
		if n.Text == "snap" {
			w.snaps++
		}
	default:
		return
	}
	w.reached[who] = n.Zxid
	switch {
	case n.Zxid > w.applied:
		w.fail("LearnedIsChosen", "%v has applied slot %d, and chosen are the slots up to %d", who, n.Zxid, w.applied)
	case n.Chain != w.chains[n.Zxid]:
		w.fail("Agreement", "%v has applied another history up to slot %d than was chosen", who, n.Zxid)
	}
}

// look sees the servers after a step.
func (w *watcher) look(members []*member) {
	for _, m := range members[1:] {
		if m == nil || !m.up {
			continue
		}
		if l := m.server.DB.State.(*ledger.State); w.ordered && l.Broken != "" {
			w.fail("PrimaryOrder", "%v has applied an entry to a state it was not made for: %s", m.cfg.ID, l.Broken)
		}
		if m.server.HoldsLease() {
			w.alone(m, members)
		}
	}
}

// alone: while a leader holds its lease nobody leads in a higher ballot. One that
// recovers may: with the promises of members of the past, who grant no leases,
// it can bring slots to an end that are chosen already, and no others.
func (w *watcher) alone(holder *member, members []*member) {
	for _, m := range members[1:] {
		if m != nil && m.up && m.leads() && m.server.Epoch() > holder.server.Epoch() {
			w.fail("LeaseExclusive", "%v leads in %v while %v holds the lease of %v", m.cfg.ID, synod.Ballot(m.server.Epoch()), holder.cfg.ID, synod.Ballot(holder.server.Epoch()))
		}
	}
}
