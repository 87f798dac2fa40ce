package multi

import (
	"fmt"
	"math/bits"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
)

// slotBallot names a proposal.
type slotBallot struct {
	slot   paxos.Zxid
	ballot synod.Ballot
}

// acceptance is what a server has accepted in a slot, of the highest ballot, and
// of all.
type acceptances map[synod.Ballot]uint64

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
	accepted []map[paxos.Zxid]acceptances
	reached  []paxos.Zxid // by server: how far it has applied in this life

	chosen  map[paxos.Zxid]paxos.Command
	applied paxos.Zxid // chosen without a gap up to here
	chains  []uint64   // by slot, up to applied
	members []Membership

	gaps, snaps int // no-ops chosen, and states taken over from others
}

func (w *watcher) init(servers int, cfg *Config) {
	*w = watcher{
		servers: servers, alpha: paxos.Zxid(cfg.Alpha), ordered: cfg.Outstanding == 1,
		wishes: map[uint64]bool{NoOp{}.Digest(): true}, values: map[slotBallot]uint64{},
		promised: make([]synod.Ballot, servers+1), promises: make([]map[synod.Ballot]bool, servers+1),
		accepted: make([]map[paxos.Zxid]acceptances, servers+1), reached: make([]paxos.Zxid, servers+1),
		chosen: map[paxos.Zxid]paxos.Command{}, chains: []uint64{0}, members: []Membership{{1, cfg.Members}},
	}
	for i := range w.accepted {
		w.promises[i], w.accepted[i] = map[synod.Ballot]bool{}, map[paxos.Zxid]acceptances{}
	}
}

func (w *watcher) fail(name, format string, args ...any) {
	if w.broken == "" {
		w.broken, w.why = name, fmt.Sprintf(format, args...)
	}
}

func (w *watcher) proposed(c paxos.Command) { w.wishes[c.Digest()] = true }

func (w *watcher) started(s *Server) { w.reached[s.cfg.ID] = s.DB.Zxid }

// sent sees a message as it leaves its sender, whose disk is given.
func (w *watcher) sent(m *paxos.Message, disk *Durable) {
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
		if have := disk.at(m.Zxid).Ballot; have < b && m.Zxid > disk.Base {
			w.fail("DurableBeforeAnswer", "%v acknowledges slot %d in %v with %v on disk", m.From, m.Zxid, b, have)
		}
		w.keeps(m.From, m.Zxid, b)
	}
}

func (w *watcher) promise(from paxos.ID, b synod.Ballot, disk *Durable) {
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
	for _, v := range m.Body.(*report).votes {
		told[v.Slot] = v.Ballot
	}
	for slot, all := range w.accepted[m.From] {
		if slot <= m.Zxid || m.DB != nil && slot <= m.DB.Zxid {
			continue
		}
		for b := range all {
			if told[slot] < b {
				w.fail("PromiseTells", "%v has accepted slot %d in %v and tells %v", m.From, slot, b, told[slot])
			}
		}
	}
}

// wrote sees a write that has reached the disk: an acceptance is one.
func (w *watcher) wrote(who paxos.ID, write *paxos.Write) {
	b := synod.Ballot(write.Epoch)
	if write.Kind != paxos.AcceptedBallot || b == Chosen {
		return
	}
	w.keeps(who, write.Zxid, b)
	at := slotBallot{write.Zxid, b}
	value := write.Cmd.Digest()
	if v, ok := w.values[at]; ok && v != value {
		w.fail("OneValuePerBallot", "slot %d: %v accepts in %v what was not proposed in it", at.slot, who, b)
	}
	all := w.accepted[who][at.slot]
	if all == nil {
		all = acceptances{}
		w.accepted[who][at.slot] = all
	}
	all[b] = value
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
		if v, ok := w.accepted[id][at.slot][at.ballot]; ok && v == cmd.Digest() && members.Has(paxos.ID(id)) {
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
		if cmd == (NoOp{}) {
			w.gaps++
		}
		if r, ok := cmd.(Reconfigure); ok {
			w.members = append(w.members, Membership{w.applied + w.alpha, r.Servers})
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
		for b, v := range w.accepted[id][at.slot] {
			if b < at.ballot && b > best {
				best, bestValue = b, v
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
		if l := m.server.DB.State.(*ledger); w.ordered && l.broken != "" {
			w.fail("PrimaryOrder", "%v has applied an entry to a state it was not made for: %s", m.cfg.ID, l.broken)
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
		if m != nil && m.up && m.server.phase == leading && m.server.ballot > holder.server.ballot {
			w.fail("LeaseExclusive", "%v leads in %v while %v holds the lease of %v", m.cfg.ID, m.server.ballot, holder.cfg.ID, holder.server.ballot)
		}
	}
}
