package synod

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// CopyFrom makes s a copy of o. Values never change and are shared, so nothing
// is allocated.
func (s *Server) CopyFrom(o *Server) { *s = *o }

// Equal says whether two servers are in the same state. Values are compared by
// their digests.
func (s *Server) Equal(o *Server) bool {
	return s.cfg.ID == o.cfg.ID && s.Promised == o.Promised && s.Accepted == o.Accepted && same(s.Value, o.Value) &&
		same(s.Learned, o.Learned) && s.phase == o.phase && same(s.wish, o.wish) && s.ballot == o.ballot && s.best == o.best &&
		same(s.value, o.value) && s.promises == o.promises && s.votes == o.votes && s.seen == o.seen && s.tries == o.tries
}

func same(a, b paxos.Command) bool { return digest(a) == digest(b) }

// digest is 0 for no value.
func digest(c paxos.Command) uint64 {
	if c == nil {
		return 0
	}
	return paxos.Mix(c.Digest())
}

// Fingerprint is a 64-bit hash of everything that Equal compares.
func (s *Server) Fingerprint() uint64 {
	h := paxos.Mix(uint64(s.cfg.ID)<<32 ^ uint64(s.phase))
	h = paxos.Mix(h ^ uint64(s.Promised)<<32 ^ uint64(s.Accepted))
	h = paxos.Mix(h ^ uint64(s.ballot)<<32 ^ uint64(s.best))
	h = paxos.Mix(h ^ uint64(s.promises)<<32 ^ uint64(s.votes))
	h = paxos.Mix(h ^ uint64(s.seen)<<32 ^ uint64(s.tries))
	h = paxos.Mix(h ^ digest(s.Value))
	h = paxos.Mix(h ^ digest(s.Learned))
	h = paxos.Mix(h ^ digest(s.wish))
	return paxos.Mix(h ^ digest(s.value))
}

// String shows the server in one line, for transcripts and panics.
func (s *Server) String() string {
	line := fmt.Sprintf("%v promised %v accepted %v", s.cfg.ID, s.Promised, &s.Durable)
	switch {
	case s.Learned != nil:
		return line + fmt.Sprintf(" learned %v", s.Learned)
	case s.phase == preparing:
		return line + fmt.Sprintf(" preparing %v promises %v", s.ballot, s.promises.Len())
	case s.phase == accepting:
		return line + fmt.Sprintf(" proposing %v in %v votes %v", s.value, s.ballot, s.votes.Len())
	}
	return line
}

// String is what was accepted: value@ballot, or a dash.
func (d *Durable) String() string {
	if d.Accepted == 0 {
		return "-"
	}
	return fmt.Sprintf("%v@%v", d.Value, d.Accepted)
}
