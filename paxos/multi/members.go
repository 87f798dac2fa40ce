package multi

import (
	"fmt"
	"slices"
	"strings"

	"github.com/schismlab/schism/paxos"
)

// NoOp is the command that does nothing. A new leader fills gaps with it.
type NoOp struct{}

// Digest is that of no other command but for chance.
func (NoOp) Digest() uint64 { return 0x6e6f2d6f70 }

func (NoOp) String() string { return "no-op" }

// Reconfigure is the command that makes Servers the members from Alpha slots
// after its own on.
type Reconfigure struct{ Servers paxos.Set }

// Digest is that of no other command but for chance.
func (r Reconfigure) Digest() uint64 { return paxos.Mix(0x72636667 ^ uint64(r.Servers)<<32) }

func (r Reconfigure) String() string { return "members " + setString(r.Servers) }

func setString(s paxos.Set) string {
	var names []string
	for id := paxos.ID(1); id <= paxos.MaxServer; id++ {
		if s.Has(id) {
			names = append(names, id.String())
		}
	}
	return strings.Join(names, "+")
}

// Membership is who chooses from a slot on.
type Membership struct {
	From    paxos.Zxid
	Servers paxos.Set
}

// membersOf is who chooses the given slot. It must be within Alpha of the last
// slot applied: members beyond that are not yet known.
func (s *Server) membersOf(slot paxos.Zxid) paxos.Set {
	for i := len(s.members) - 1; i >= 0; i-- {
		if s.members[i].From <= slot {
			return s.members[i].Servers
		}
	}
	panic(fmt.Sprintf("multi: %v knows no members of slot %d: %v", s.cfg.ID, slot, s.members))
}

// everybody is all who choose from the next slot on, as far as is known.
func (s *Server) everybody() paxos.Set {
	var all paxos.Set
	for _, m := range s.members {
		all |= m.Servers
	}
	return all
}

// quorum says whether of holds a majority of the members of a slot.
func (s *Server) quorum(slot paxos.Zxid, of paxos.Set, short int) bool {
	m := s.membersOf(slot)
	return (m & of).Len() >= m.Len()/2+1-short
}

// quorums says whether of holds a majority of the members of each slot that can
// be proposed now.
func (s *Server) quorums(of paxos.Set) bool {
	short := 0
	if s.cfg.Bugs.has(PrepareMinority) {
		short = 1
	}
	last := s.DB.Zxid + paxos.Zxid(s.cfg.Alpha)
	for _, m := range s.members {
		if m.From <= last && (m.Servers&of).Len() < m.Servers.Len()/2+1-short {
			return false
		}
	}
	return true
}

// reconfigured notes a change of members that was applied in the given slot.
func (s *Server) reconfigured(slot paxos.Zxid, servers paxos.Set) {
	from := slot + paxos.Zxid(s.cfg.Alpha)
	if s.cfg.Bugs.has(MembersAtOnce) {
		from = slot + 1
	}
	s.members = append(s.members, Membership{from, servers})
}

// forgetMembers drops memberships that no later slot has.
func (s *Server) forgetMembers() {
	i := 0
	for i+1 < len(s.members) && s.members[i+1].From <= s.DB.Zxid+1 {
		i++
	}
	s.members = append(s.members[:0], s.members[i:]...)
}

// image is the state in a snapshot: with it go the memberships that slots
// before have brought and slots after need.
type image struct {
	paxos.State
	members []Membership
}

// Apply is never called: a snapshot is unpacked first.
func (im *image) Apply(e paxos.Entry) paxos.State {
	panic(fmt.Sprintf("multi: slot %d applied to a snapshot that was not unpacked", e.Zxid))
}

// pack is the database as it goes into a snapshot.
func (s *Server) pack() paxos.DB {
	members := slices.Clone(s.members)
	if s.cfg.Bugs.has(SnapshotForgetsMembers) {
		members = []Membership{{1, s.cfg.Members}}
	}
	return paxos.DB{State: &image{s.DB.State, members}, Zxid: s.DB.Zxid, Chain: s.DB.Chain}
}

// unpack takes a snapshot for this server's database.
func (s *Server) unpack(db paxos.DB) {
	im, ok := db.State.(*image)
	if !ok {
		panic(fmt.Sprintf("multi: snapshot of slot %d holds a %T", db.Zxid, db.State))
	}
	s.DB = paxos.DB{State: im.State, Zxid: db.Zxid, Chain: db.Chain}
	s.members = append(s.members[:0], im.members...)
}
