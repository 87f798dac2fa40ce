package zab

import (
	"testing"

	"github.com/schismlab/schism/paxos"
)

// count is the least state there is: how many transactions were applied.
type count uint64

func (c count) Apply(paxos.Entry) paxos.State { return c + 1 }
func (c count) Digest() uint64                { return uint64(c) }

// word is a command that is its own name.
type word string

func (w word) Digest() uint64 { return paxos.MixString(7, string(w)) }
func (w word) String() string { return string(w) }

// change is a command that makes a configuration.
type change struct{ voters, observers paxos.Set }

func (c change) Digest() uint64 { return paxos.Mix(uint64(c.voters)<<32 | uint64(c.observers)) }
func (c change) String() string { return "members" }

func (c change) Reconfigures() (voters, observers paxos.Set, ok bool) {
	return c.voters, c.observers, true
}

func config(id paxos.ID, servers int) *Config {
	return &Config{
		ID: id, Servers: servers, Tick: 200_000_000, InitLimit: 5, SyncLimit: 4,
		CommittedLog: 5, SnapEvery: 1000, Empty: count(0),
	}
}

// ensemble is three servers with four transactions in their logs, all in the
// broadcast phase: what a search copies and compares millions of times.
func ensemble(tb testing.TB) []*Server {
	tb.Helper()
	l := newLab(3, func(*Config) {})
	l.settle(tb)
	for _, w := range []word{"a", "b", "c", "d"} {
		l.propose(3, w)
		l.settle(tb)
	}
	servers := make([]*Server, 3)
	for i := range servers {
		servers[i] = l.nodes[i+1].server
		if n := len(servers[i].Log); n != 4 {
			tb.Fatalf("%v has %d entries, want 4", servers[i], n)
		}
	}
	return servers
}

func TestCopyIsEqualAndApart(t *testing.T) {
	from := ensemble(t)[2]
	var to Server
	to.CopyFrom(from)
	if !to.Equal(from) || to.Fingerprint() != from.Fingerprint() {
		t.Fatalf("a copy differs:\n%v\n%v", &to, from)
	}
	before := from.Fingerprint()
	var out paxos.Effects
	to.Propose(word("e"), &out)
	to.peers[1].acked = 99
	to.votes[1].from = !to.votes[1].from
	if from.Fingerprint() != before {
		t.Error("a step of the copy changed the original")
	}
	if to.Equal(from) || to.Fingerprint() == before {
		t.Error("a step of the copy did not show")
	}
}

// TestFingerprintTellsFieldsApart changes one field after the other: each must
// show in Equal and in Fingerprint alike.
func TestFingerprintTellsFieldsApart(t *testing.T) {
	from := ensemble(t)[2]
	changes := map[string]func(s *Server){
		"acceptedEpoch": func(s *Server) { s.AcceptedEpoch++ },
		"currentEpoch":  func(s *Server) { s.CurrentEpoch++ },
		"log":           func(s *Server) { s.Log = s.Log[:3] },
		"snapshot":      func(s *Server) { s.Snaps[0].Chain++ },
		"db":            func(s *Server) { s.DB.Chain++ },
		"applied":       func(s *Server) { s.applied-- },
		"flushed":       func(s *Server) { s.flushed-- },
		"role":          func(s *Server) { s.role = paxos.Following },
		"phase":         func(s *Server) { s.phase = syncing },
		"age":           func(s *Server) { s.age++ },
		"round":         func(s *Server) { s.round++ },
		"vote":          func(s *Server) { s.vote.leader = 1 },
		"votes":         func(s *Server) { s.votes[1].zxid++ },
		"outside":       func(s *Server) { s.outside[1].from = !s.outside[1].from },
		"wait":          func(s *Server) { s.wait++ },
		"finalizing":    func(s *Server) { s.finalizing = !s.finalizing },
		"leader":        func(s *Server) { s.leader = 1 },
		"conn":          func(s *Server) { s.conn++ },
		"tries":         func(s *Server) { s.tries++ },
		"idle":          func(s *Server) { s.idle++ },
		"mode":          func(s *Server) { s.mode = fromSnap },
		"owesAck":       func(s *Server) { s.owesAck = true },
		"claimed":       func(s *Server) { s.claimed++ },
		"remembers":     func(s *Server) { s.remembers++ },
		"scan":          func(s *Server) { s.scan.on = true },
		"peer snap":     func(s *Server) { s.peers[1].snap = snapReading },
		"peer reading":  func(s *Server) { s.peers[1].reading = &paxos.DB{Zxid: 7} },
		"peer due":      func(s *Server) { s.peers[1].newLeaderDue = !s.peers[1].newLeaderDue },
		"peer answered": func(s *Server) { s.peers[1].answered = !s.peers[1].answered },
		"incoming":      func(s *Server) { s.incoming = append(s.incoming, s.Log[0]) },
		"committed":     func(s *Server) { s.committed++ },
		"peer conn":     func(s *Server) { s.peers[1].conn++ },
		"peer idle":     func(s *Server) { s.peers[1].idle++ },
		"peer step":     func(s *Server) { s.peers[1].synced = !s.peers[1].synced },
		"peer last":     func(s *Server) { s.peers[1].last++ },
		"peer acked":    func(s *Server) { s.peers[1].acked++ },
		"epoch":         func(s *Server) { s.epoch++ },
		"counter":       func(s *Server) { s.counter++ },
		"informed":      func(s *Server) { s.informed++ },
		"accepted":      func(s *Server) { s.accepted++ },
		"ownEpoch":      func(s *Server) { s.ownEpoch++ },
		"ownZxid":       func(s *Server) { s.ownZxid++ },
		"active":        func(s *Server) { s.Active = &paxos.Members{Version: 7, Voters: 2} },
		"seen":          func(s *Server) { s.Seen = &paxos.Members{Version: 7, Voters: 2} },
		"withLeader":    func(s *Server) { s.withLeader = &paxos.Members{Version: 7, Voters: 2} },
		"halted":        func(s *Server) { s.halted = true },
		"designated":    func(s *Server) { s.designated = 2 },
		"peer observer": func(s *Server) { s.peers[1].observer = true },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			var s Server
			s.CopyFrom(from)
			change(&s)
			if s.Equal(from) {
				t.Error("Equal does not see it")
			}
			if s.Fingerprint() == from.Fingerprint() {
				t.Error("Fingerprint does not see it")
			}
		})
	}
}

func TestCopyAndFingerprintDoNotAllocate(t *testing.T) {
	from := ensemble(t)
	to := make([]Server, 3)
	sum := uint64(0)
	if n := testing.AllocsPerRun(100, func() {
		for i := range to {
			to[i].CopyFrom(from[i])
			sum ^= to[i].Fingerprint()
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func BenchmarkEnsemble(b *testing.B) {
	from := ensemble(b)
	to := make([]Server, 3)
	b.Run("copy", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i := range to {
				to[i].CopyFrom(from[i])
			}
		}
	})
	b.Run("fingerprint", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i := range from {
				sink ^= from[i].Fingerprint()
			}
		}
	})
}

var sink uint64
