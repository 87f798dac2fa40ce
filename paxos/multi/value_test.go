package multi

import (
	"testing"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/internal/ledger"
	"github.com/schismlab/schism/paxos/synod"
)

// wires carries messages between servers in order, all at once.
type wires struct {
	servers []*Server // by ID
	out     paxos.Effects
	msgs    []paxos.Message
}

func (w *wires) step(id paxos.ID, ev paxos.Event) {
	w.out.Reset()
	w.servers[id].Step(&ev, &w.out)
	w.post(id)
}

func (w *wires) post(from paxos.ID) {
	for i := range w.out.Msgs {
		m := w.out.Msgs[i]
		m.From = from
		w.msgs = append(w.msgs, m)
	}
}

func (w *wires) quiet() {
	for i := 0; i < len(w.msgs); i++ {
		m := w.msgs[i]
		w.step(m.To, paxos.Event{Kind: paxos.Arrived, From: m.From, Msg: &m})
	}
	w.msgs = w.msgs[:0]
}

func (w *wires) propose(cmd paxos.Command) {
	w.out.Reset()
	w.servers[3].Propose(cmd, &w.out)
	w.post(3)
	w.quiet()
}

// led is three servers of which the third leads.
func led(tb testing.TB) *wires {
	tb.Helper()
	w := &wires{servers: []*Server{nil}}
	for id := paxos.ID(1); id <= 3; id++ {
		cfg := config(id, 3)
		w.servers = append(w.servers, New(cfg, NewDurable(cfg)))
		w.step(id, paxos.Event{Kind: paxos.Boot})
	}
	w.step(3, paxos.Event{Kind: paxos.Fired, Timer: timerElection})
	w.quiet()
	if s := w.servers[3]; s.phase != leading {
		tb.Fatalf("%v does not lead", s)
	}
	return w
}

// ensemble is three servers with four entries in their logs: what a search
// copies and compares millions of times.
func ensemble(tb testing.TB) []*Server {
	tb.Helper()
	w := led(tb)
	for _, name := range []string{"a", "b", "c", "d"} {
		w.propose(ledger.Entry{Name: name})
	}
	for _, s := range w.servers[1:] {
		if len(s.Log) != 4 || s.DB.Zxid != 4 {
			tb.Fatalf("%v has not applied four entries: %v", s, &s.Durable)
		}
	}
	return w.servers[1:]
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
	to.Propose(ledger.Entry{Name: "e"}, &out)
	to.answered[1] = 99
	to.members[0].Servers = 2
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
	from.put(Vote{5, from.ballot, ledger.Entry{Name: "e"}}) // accepted, not applied
	changes := map[string]func(s *Server){
		"promised": func(s *Server) { s.Promised++ },
		"snapshot": func(s *Server) { s.Snap.Chain++ },
		"base":     func(s *Server) { s.Base++ },
		"log":      func(s *Server) { s.Log = s.Log[:4] },
		"vote":     func(s *Server) { s.Log[3].Ballot = Chosen },
		"value":    func(s *Server) { s.Log[4].Cmd = NoOp{} },
		"db":       func(s *Server) { s.DB.Chain++ },
		"applied":  func(s *Server) { s.DB.Zxid++ },
		"members":  func(s *Server) { s.members[0].Servers++ },
		"role":     func(s *Server) { s.role = paxos.Following },
		"phase":    func(s *Server) { s.phase = recovering },
		"leader":   func(s *Server) { s.leader++ },
		"ready":    func(s *Server) { s.ready = !s.ready },
		"leased":   func(s *Server) { s.leased = !s.leased },
		"seen":     func(s *Server) { s.seen++ },
		"tries":    func(s *Server) { s.tries++ },
		"ballot":   func(s *Server) { s.ballot++ },
		"promises": func(s *Server) { s.promises++ },
		"sent":     func(s *Server) { s.sent++ },
		"votes":    func(s *Server) { s.votes = append(s.votes, 2) },
		"queue":    func(s *Server) { s.queue = append(s.queue, Vote{Slot: 5, Cmd: NoOp{}}) },
		"told":     func(s *Server) { s.told++ },
		"round":    func(s *Server) { s.round++ },
		"answered": func(s *Server) { s.answered[2]++ },
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

// TestHeartbeatDoesNotAllocate lets a leader and its followers speak, and a
// no-op be chosen each time: the state, which may allocate, is left alone.
func TestHeartbeatDoesNotAllocate(t *testing.T) {
	w := led(t)
	for _, s := range w.servers[1:] {
		s.Log = append(make([]Vote, 0, 1000), s.Log...)
	}
	round := func() {
		w.step(3, paxos.Event{Kind: paxos.Fired, Timer: timerHeartbeat})
		w.propose(NoOp{})
	}
	round()
	if n := testing.AllocsPerRun(200, round); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
	if s := w.servers[1]; s.DB.Zxid < 200 {
		t.Errorf("%v has not applied 200 slots", s)
	}
}

// TestDurableLog puts votes into a log and cuts it.
func TestDurableLog(t *testing.T) {
	d := NewDurable(config(1, 3))
	write := func(slot paxos.Zxid, b synod.Ballot) {
		d.Do(&paxos.Write{Kind: paxos.AcceptedBallot, Zxid: slot, Epoch: uint32(b), Cmd: NoOp{}})
	}
	b := synod.MakeBallot(1, 2)
	write(3, b)
	write(1, Chosen)
	if got, want := d.String(), "promised 1.n2, log 1=no-op 2=? 3=no-op@1.n2"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	d.Do(&paxos.Write{Kind: paxos.SaveSnapshot, DB: paxos.DB{Zxid: 2}, Zxid: 2})
	write(1, b) // long in the snapshot
	if got, want := d.String(), "promised 1.n2, snapshot of 2, log 3=no-op@1.n2"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	d.Do(&paxos.Write{Kind: paxos.SaveSnapshot, DB: paxos.DB{Zxid: 9}, Zxid: 9})
	if d.last() != 9 || len(d.Log) != 0 {
		t.Errorf("after a snapshot of 9 the log is %v and ends at %d", &d, d.last())
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
