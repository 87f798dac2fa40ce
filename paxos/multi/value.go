package multi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/paxos"
)

// CopyFrom makes s a copy of o that shares nothing that can change. It reuses
// the memory that s has, so copying in a loop does not allocate.
func (s *Server) CopyFrom(o *Server) {
	old := *s
	*s = *o
	s.Log = append(old.Log[:0], o.Log...)
	s.members = append(old.members[:0], o.members...)
	s.votes = append(old.votes[:0], o.votes...)
	s.queue = append(old.queue[:0], o.queue...)
	s.answered = append(old.answered[:0], o.answered...)
}

// Equal says whether two servers are in the same state. Commands are compared by
// their digests, databases by the chains of theirs.
func (s *Server) Equal(o *Server) bool {
	return s.cfg.ID == o.cfg.ID && s.Promised == o.Promised && sameDB(s.Snap, o.Snap) && s.Base == o.Base &&
		slices.EqualFunc(s.Log, o.Log, sameVote) && sameDB(s.DB, o.DB) && slices.Equal(s.members, o.members) &&
		s.role == o.role && s.phase == o.phase && s.leader == o.leader && s.ready == o.ready && s.leased == o.leased &&
		s.seen == o.seen && s.tries == o.tries && s.ballot == o.ballot && s.promises == o.promises && s.sent == o.sent &&
		slices.Equal(s.votes, o.votes) && slices.EqualFunc(s.queue, o.queue, sameVote) && s.told == o.told &&
		s.round == o.round && slices.Equal(s.answered, o.answered)
}

func sameDB(a, b paxos.DB) bool { return a.Zxid == b.Zxid && a.Chain == b.Chain }

func sameVote(a, b Vote) bool {
	return a.Slot == b.Slot && a.Ballot == b.Ballot && digest(a.Cmd) == digest(b.Cmd)
}

// digest is 0 for no command.
func digest(c paxos.Command) uint64 {
	if c == nil {
		return 0
	}
	return c.Digest()
}

// Fingerprint is a 64-bit hash of everything that Equal compares.
func (s *Server) Fingerprint() uint64 {
	h := s.fingerprint(uint64(s.cfg.ID), s.DB.Zxid)
	h = paxos.Mix(h ^ uint64(s.DB.Zxid))
	h = paxos.Mix(h ^ s.DB.Chain)
	for _, m := range s.members {
		h = paxos.Mix(h ^ uint64(m.From)<<32 ^ uint64(m.Servers))
	}
	h = paxos.Mix(h ^ uint64(s.role)<<24 ^ uint64(s.phase)<<16 ^ bit(s.ready)<<8 ^ bit(s.leased) ^ uint64(s.leader)<<32)
	h = paxos.Mix(h ^ uint64(s.seen)<<32 ^ uint64(s.tries))
	h = paxos.Mix(h ^ uint64(s.ballot)<<32 ^ uint64(s.promises))
	h = paxos.Mix(h ^ uint64(s.sent))
	h = paxos.Mix(h ^ uint64(s.told))
	for _, v := range s.votes {
		h = paxos.Mix(h ^ uint64(v))
	}
	for i := range s.queue {
		h = paxos.Mix(h ^ uint64(s.queue[i].Slot) ^ uint64(s.queue[i].Ballot)<<32)
		h = paxos.Mix(h ^ digest(s.queue[i].Cmd))
	}
	return s.hashAnswers(paxos.Mix(h ^ uint64(s.round) ^ uint64(len(s.votes))<<32 ^ uint64(len(s.queue))<<48))
}

// hashAnswers counts only servers that have answered: most never do.
func (s *Server) hashAnswers(h uint64) uint64 {
	for id, a := range s.answered {
		if a != 0 {
			h = paxos.Mix(h ^ uint64(id)<<32 ^ uint64(a))
		}
	}
	return h
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// String shows the server in one line, for transcripts and panics.
func (s *Server) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v promised %v applied %d", s.cfg.ID, phaseNames[s.phase], s.Promised, s.DB.Zxid)
	if s.phase == following {
		if s.leader != 0 {
			fmt.Fprintf(&b, " of %v", s.leader)
		} else {
			b.WriteString(" nobody")
		}
		return b.String()
	}
	fmt.Fprintf(&b, " ballot %v promises %v", s.ballot, setString(s.promises))
	if s.HoldsLease() {
		b.WriteString(" holds its lease")
	}
	for i, v := range s.votes {
		fmt.Fprintf(&b, " %d:%v", s.DB.Zxid+paxos.Zxid(i)+1, setString(v))
	}
	for i := range s.queue {
		fmt.Fprintf(&b, " waiting %d=%v", s.queue[i].Slot, s.queue[i].Cmd)
	}
	return b.String()
}

// String shows the disk: what was promised, the snapshot, and each slot of the
// log with its ballot; a value known to be chosen has none.
func (d *Durable) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "promised %v", d.Promised)
	if d.Snap.Zxid > 0 {
		fmt.Fprintf(&b, ", snapshot of %d", d.Snap.Zxid)
	}
	b.WriteString(", log")
	for i := range d.Log {
		switch v := &d.Log[i]; v.Ballot {
		case 0:
			fmt.Fprintf(&b, " %d=?", v.Slot)
		case Chosen:
			fmt.Fprintf(&b, " %d=%v", v.Slot, v.Cmd)
		default:
			fmt.Fprintf(&b, " %d=%v@%v", v.Slot, v.Cmd, v.Ballot)
		}
	}
	if len(d.Log) == 0 {
		b.WriteString(" empty")
	}
	return b.String()
}
