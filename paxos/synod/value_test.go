package synod

import (
	"testing"

	"github.com/schismlab/schism/paxos"
)

// ensemble is three servers that have chosen a value, by messages in order.
func ensemble(tb testing.TB) []*Server {
	tb.Helper()
	servers := make([]*Server, 3)
	var out paxos.Effects
	for i := range servers {
		servers[i] = New(&Config{ID: paxos.ID(i + 1), Servers: 3, Retry: 1000}, Durable{})
	}
	servers[2].Propose(word("a"), &out)
	var wires []paxos.Message
	post := func(from paxos.ID) {
		for _, m := range out.Msgs {
			m.From = from
			wires = append(wires, m)
		}
	}
	for post(3); len(wires) > 0; {
		m := wires[0]
		wires = wires[1:]
		out.Reset()
		servers[m.To-1].Step(&paxos.Event{Kind: paxos.Arrived, From: m.From, Msg: &m}, &out)
		post(m.To)
	}
	for _, s := range servers {
		if s.Learned != word("a") {
			tb.Fatalf("%v has not learned a", s)
		}
	}
	return servers
}

func TestCopyIsEqualAndApart(t *testing.T) {
	from := New(&Config{ID: 2, Servers: 3, Retry: 1000}, Durable{})
	var out paxos.Effects
	from.Propose(word("a"), &out)
	var to Server
	to.CopyFrom(from)
	if !to.Equal(from) || to.Fingerprint() != from.Fingerprint() {
		t.Fatalf("a copy differs:\n%v\n%v", &to, from)
	}
	before := from.Fingerprint()
	to.promised(&paxos.Message{From: 1, Epoch: uint32(to.ballot)}, &out)
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
		"promised": func(s *Server) { s.Promised++ },
		"accepted": func(s *Server) { s.Accepted++ },
		"value":    func(s *Server) { s.Value = nil },
		"learned":  func(s *Server) { s.Learned = word("b") },
		"phase":    func(s *Server) { s.phase++ },
		"wish":     func(s *Server) { s.wish = word("c") },
		"ballot":   func(s *Server) { s.ballot++ },
		"best":     func(s *Server) { s.best++ },
		"proposal": func(s *Server) { s.value = word("d") },
		"promises": func(s *Server) { s.promises++ },
		"votes":    func(s *Server) { s.votes++ },
		"seen":     func(s *Server) { s.seen++ },
		"tries":    func(s *Server) { s.tries++ },
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

func TestBallots(t *testing.T) {
	for _, c := range []struct {
		from   Ballot
		server paxos.ID
		want   Ballot
	}{
		{0, 1, MakeBallot(1, 1)},
		{0, 31, MakeBallot(1, 31)},
		{MakeBallot(1, 1), 2, MakeBallot(1, 2)},
		{MakeBallot(1, 2), 2, MakeBallot(2, 2)},
		{MakeBallot(1, 3), 2, MakeBallot(2, 2)},
		{MakeBallot(7, 31), 31, MakeBallot(8, 31)},
	} {
		got := c.from.After(c.server)
		if got != c.want || got <= c.from || got.Server() != c.server {
			t.Errorf("%v.After(%v) = %v, want %v", c.from, c.server, got, c.want)
		}
	}
}

// TestStepDoesNotAllocate lets an acceptor answer both phases of ever higher
// ballots.
func TestStepDoesNotAllocate(t *testing.T) {
	s := New(&Config{ID: 1, Servers: 3, Retry: 1000}, Durable{})
	var out paxos.Effects
	b, value := Ballot(0), paxos.Command(word("a"))
	m := paxos.Message{From: 2, To: 1}
	ev := paxos.Event{Kind: paxos.Arrived, From: 2, Msg: &m}
	if n := testing.AllocsPerRun(100, func() {
		out.Reset()
		b = b.After(2)
		m.Kind, m.Epoch, m.Cmd = paxos.Prepare, uint32(b), nil
		s.Step(&ev, &out)
		m.Kind, m.Cmd = paxos.AcceptValue, value
		s.Step(&ev, &out)
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
	if s.Accepted != b {
		t.Errorf("accepted %v, want %v", s.Accepted, b)
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
