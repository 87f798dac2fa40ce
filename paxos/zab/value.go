package zab

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
	s.Snaps = append(old.Snaps[:0], o.Snaps...)
	s.Log = append(old.Log[:0], o.Log...)
	s.incoming = append(old.incoming[:0], o.incoming...)
	s.votes = append(old.votes[:0], o.votes...)
	s.outside = append(old.outside[:0], o.outside...)
	s.peers = append(old.peers[:0], o.peers...)
}

// Equal says whether two servers are in the same state. Transactions are
// compared by their digests.
func (s *Server) Equal(o *Server) bool {
	return s.cfg.ID == o.cfg.ID && s.AcceptedEpoch == o.AcceptedEpoch && s.CurrentEpoch == o.CurrentEpoch &&
		slices.EqualFunc(s.Snaps, o.Snaps, sameDB) && slices.EqualFunc(s.Log, o.Log, sameEntry) &&
		s.sameMembers(o) && s.halted == o.halted && s.designated == o.designated &&
		sameDB(s.DB, o.DB) && s.scan.same(&o.scan) && s.applied == o.applied && s.claimed == o.claimed && s.remembers == o.remembers && s.flushed == o.flushed && s.role == o.role && s.phase == o.phase && s.age == o.age &&
		s.round == o.round && s.vote == o.vote && slices.Equal(s.votes, o.votes) && slices.Equal(s.outside, o.outside) &&
		s.wait == o.wait && s.finalizing == o.finalizing &&
		s.leader == o.leader && s.conn == o.conn && s.tries == o.tries && s.idle == o.idle && s.mode == o.mode && s.owesAck == o.owesAck &&
		slices.EqualFunc(s.incoming, o.incoming, sameEntry) && s.committed == o.committed && s.holeFrom == o.holeFrom && s.holeTo == o.holeTo &&
		slices.EqualFunc(s.peers, o.peers, samePeer) && s.epoch == o.epoch && s.counter == o.counter && s.informed == o.informed &&
		s.accepted == o.accepted && s.ownEpoch == o.ownEpoch && s.ownZxid == o.ownZxid
}

func sameDB(a, b paxos.DB) bool { return a.Zxid == b.Zxid && a.Chain == b.Chain }

func sameEntry(a, b paxos.Entry) bool {
	return a.Zxid == b.Zxid && a.Cmd.Digest() == b.Cmd.Digest() && a.Chain == b.Chain
}

// sameMembers compares the configurations.
func (s *Server) sameMembers(o *Server) bool {
	same := func(a, b *paxos.Members) bool { return a == b || a != nil && b != nil && *a == *b }
	return same(s.Active, o.Active) && same(s.Seen, o.Seen) && same(s.withLeader, o.withLeader)
}

func membersHash(h uint64, m *paxos.Members) uint64 {
	return paxos.Mix(paxos.Mix(h^uint64(m.Version)) ^ uint64(m.Voters)<<32 ^ uint64(m.Observers))
}

// samePeer compares what is read for SNAP by its digests, too.
func samePeer(p, q peer) bool {
	a, b := p.reading, q.reading
	p.reading, q.reading = nil, nil
	return p == q && (a == nil) == (b == nil) && (a == nil || sameDB(*a, *b))
}

func (a *scan) same(b *scan) bool {
	return a.on == b.on && a.ended == b.ended && sameDB(a.db, b.db)
}

// Fingerprint is a 64-bit hash of everything that Equal compares.
func (s *Server) Fingerprint() uint64 {
	h := s.fingerprint(uint64(s.cfg.ID))
	h = mix(h, uint64(s.DB.Zxid), s.DB.Chain, uint64(s.applied), uint64(s.claimed), uint64(s.remembers), uint64(s.flushed), uint64(s.designated)<<24|bit(s.halted)<<16|uint64(s.role)<<8|uint64(s.phase), uint64(s.age))
	if s.scan.on {
		h = mix(h, uint64(s.scan.db.Zxid), s.scan.db.Chain, bit(s.scan.ended))
	}
	h = mix(h, uint64(s.round), s.vote.hash(), uint64(s.wait), bit(s.finalizing))
	for i := range s.votes {
		h = paxos.Mix(h ^ s.votes[i].hash())
		h = paxos.Mix(h ^ s.outside[i].hash())
	}
	h = mix(h, uint64(s.leader)<<32|uint64(s.conn), uint64(s.tries)<<32|uint64(s.idle), uint64(s.mode)<<1|bit(s.owesAck), uint64(s.committed), uint64(s.holeFrom), uint64(s.holeTo))
	for i := range s.incoming {
		h = mix(h, uint64(s.incoming[i].Zxid), s.incoming[i].Cmd.Digest())
	}
	if m := s.withLeader; m != nil && m.Version != 0 {
		h = membersHash(h, m)
	}
	for i := range s.peers {
		p := &s.peers[i]
		steps := bit(p.informed) | bit(p.acceptedEpoch)<<1 | bit(p.synced)<<2 | bit(p.forwarded)<<3 | bit(p.answered)<<4 | bit(p.newLeaderDue)<<5 | bit(p.observer)<<15
		h = mix(h, uint64(p.conn)<<16|uint64(p.idle)<<6|steps, uint64(p.last), uint64(p.acked))
		if p.snap != noSnap {
			h = mix(h, uint64(p.snap), uint64(p.queued), uint64(p.committedBefore), uint64(p.proposedBefore))
		}
		if p.reading != nil {
			h = mix(h, uint64(p.reading.Zxid), p.reading.Chain)
		}
	}
	return mix(h, uint64(s.epoch)<<32|uint64(s.counter), uint64(s.informed)<<32|uint64(s.accepted), uint64(s.ownEpoch), uint64(s.ownZxid))
}

func (v *vote) hash() uint64 {
	return paxos.Mix(uint64(v.zxid)^bit(v.from)<<62^uint64(v.role)<<60) ^ uint64(v.leader)<<48 ^ uint64(v.round)<<24 ^ uint64(v.epoch)
}

func mix(h uint64, words ...uint64) uint64 {
	for _, w := range words {
		h = paxos.Mix(h ^ w)
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
	fmt.Fprintf(&b, "%v %v/%v epochs %d/%d applied %v logged %v", s.cfg.ID, s.role, phaseNames[s.phase], s.AcceptedEpoch, s.CurrentEpoch, s.DB.Zxid, s.last())
	if s.Active.Version > 0 {
		fmt.Fprintf(&b, " members %v", s.Active)
	}
	if s.joint() {
		fmt.Fprintf(&b, " proposed %v", s.Seen)
	}
	switch s.role {
	case paxos.Looking:
		fmt.Fprintf(&b, " round %d votes (%v %d %v)", s.round, s.vote.leader, s.vote.epoch, s.vote.zxid)
	case paxos.Following:
		fmt.Fprintf(&b, " of %v", s.leader)
	case paxos.Leading:
		fmt.Fprintf(&b, " epoch %d learners", s.epoch)
		for i := range s.peers {
			if p := &s.peers[i]; p.conn != 0 {
				fmt.Fprintf(&b, " %v(acked %v)", paxos.ID(i), p.acked)
			}
		}
	}
	return b.String()
}
