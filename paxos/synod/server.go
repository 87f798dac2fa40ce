package synod

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// The timers of a server. Numbers below FirstFreeTimer belong to this package.
const (
	timerRetry uint8 = iota // begin a ballot
	FirstFreeTimer
)

// Server is one server's part in choosing one value: proposer, acceptor and
// learner in one machine, as package paxos describes it. It is a value:
// CopyFrom copies, Equal compares, Fingerprint hashes.
type Server struct {
	cfg *Config
	// Durable is what is on disk or on its way there.
	Durable
	Volatile
}

// Durable is what an acceptor has on disk: all that survives a crash.
type Durable struct {
	// Promised is the highest ballot that this acceptor has promised: it takes
	// part in no lower one. Accepted is the highest in which it has accepted, and
	// Value what. Invariant: Accepted <= Promised; Value is nil if Accepted is 0.
	Promised, Accepted Ballot
	Value              paxos.Command
}

// Do carries out a synchronous write.
func (d *Durable) Do(w *paxos.Write) {
	switch w.Kind {
	case paxos.PromisedBallot:
		d.Promised = Ballot(w.Epoch)
	case paxos.AcceptedBallot:
		// One record: to accept a ballot is to promise it.
		d.Accepted, d.Value = Ballot(w.Epoch), w.Cmd
		d.Promised = max(d.Promised, d.Accepted)
	default:
		panic(fmt.Sprintf("synod: write of kind %d", w.Kind))
	}
}

// Clone is a copy. The value never changes, so it is shared.
func (d *Durable) Clone() Durable { return *d }

// Volatile is what a crash takes away.
type Volatile struct {
	proposer
	// Learned is the value that this server knows to be chosen; nil before that.
	Learned paxos.Command
}

// New is a server that starts with the given disk. Its first event must be Boot.
func New(cfg *Config, disk Durable) *Server {
	if cfg.Servers < 1 || cfg.Servers > int(paxos.MaxServer) || !cfg.ID.IsServer() || int(cfg.ID) > cfg.Servers {
		panic(fmt.Sprintf("synod: server %d of %d", cfg.ID, cfg.Servers))
	}
	return &Server{cfg: cfg, Durable: disk}
}

// Step takes one event.
func (s *Server) Step(ev *paxos.Event, out *paxos.Effects) {
	switch ev.Kind {
	case paxos.Boot:
		// Whoever has taken part wants to know how it ended.
		if s.Promised != 0 {
			out.SetTimer(timerRetry, s.cfg.wait(0))
		}
	case paxos.Fired:
		if ev.Timer != timerRetry {
			panic(fmt.Sprintf("synod: timer %d", ev.Timer))
		}
		if s.Learned == nil && !s.cfg.Bugs.has(GiveUp) {
			s.begin(out)
		}
	case paxos.Arrived:
		s.arrived(ev.Msg, out)
	default:
		panic(fmt.Sprintf("synod: event of kind %d: this machine has no connections and no log", ev.Kind))
	}
}

func (s *Server) arrived(m *paxos.Message, out *paxos.Effects) {
	switch m.Kind {
	case paxos.Prepare:
		s.prepare(m, out)
	case paxos.AcceptValue:
		s.accept(m, out)
	case paxos.Promise:
		s.promised(m, out)
	case paxos.Accepted:
		s.accepted(m.From, Ballot(m.Epoch), out)
	case paxos.Reject:
		s.rejected(m)
	case paxos.Learn:
		s.learn(m.Cmd, out)
	}
}

// learn ends it for this server.
func (s *Server) learn(chosen paxos.Command, out *paxos.Effects) {
	if s.Learned != nil {
		return
	}
	s.Learned, s.phase = chosen, idle
	out.Tell(paxos.Note{Kind: paxos.Applied, Chain: chosen.Digest()})
}

// toOthers sends a message of the given kind and ballot to all other servers.
func (s *Server) toOthers(kind paxos.Kind, b Ballot, value paxos.Command, out *paxos.Effects) {
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if id != s.cfg.ID {
			m := out.Send(id, 0, kind)
			m.Epoch, m.Cmd = uint32(b), value
		}
	}
}

// Accepting is the ballot of which this server is in phase 2 as its proposer, and
// whether it is.
func (s *Server) Accepting() (Ballot, bool) { return s.ballot, s.phase == accepting }
