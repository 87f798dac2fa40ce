package multi

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/synod"
)

// The timers of a server. Numbers below FirstFreeTimer belong to this package.
const (
	timerElection  uint8 = iota // no leader was heard of: lead
	timerHeartbeat              // a leader or candidate speaks again
	timerLease                  // the lease that this server granted is over
	FirstFreeTimer
)

// phase is how far a server is with leading.
type phase uint8

const (
	following  phase = iota // or looking, without a leader
	preparing               // phase 1: gathering promises
	recovering              // bringing to an end what promises told of
	leading                 // taking proposals
)

var phaseNames = [...]string{"following", "preparing", "recovering", "leading"}

// Server is one server's part of multi-Paxos: a machine as package paxos
// describes it. It is a value: CopyFrom copies, Equal compares, Fingerprint
// hashes.
type Server struct {
	cfg *Config
	// Durable is what is on disk or on its way there; a crash may leave the disk
	// with less.
	Durable
	Volatile
}

// Volatile is what a crash takes away.
type Volatile struct {
	// DB is the database, all slots up to DB.Zxid applied.
	DB paxos.DB
	// members is who chooses from the next slot on, ascending by From; the first
	// has a From not after the next slot.
	members []Membership
	role    paxos.Role
	phase   phase
	// leader is the ballot of the leader that this server follows; 0 is none.
	// ready: it has caught up with it, and serves.
	leader synod.Ballot
	ready  bool
	// leased: a lease that this server granted may be running.
	leased bool
	// seen is the highest ballot heard of, tries how often this server has wanted
	// to lead since it last had a leader.
	seen  synod.Ballot
	tries int

	leadership
}

// New is a server that starts with the given disk. Its first event must be Boot.
func New(cfg *Config, disk Durable) *Server {
	cfg.check()
	s := &Server{cfg: cfg, Durable: disk}
	s.unpack(disk.Snap)
	s.answered = make([]uint32, paxos.MaxServer+1)
	var none paxos.Effects
	for s.At(s.DB.Zxid+1).Ballot == Chosen {
		s.apply(&none)
	}
	return s
}

// Step takes one event.
func (s *Server) Step(ev *paxos.Event, out *paxos.Effects) {
	switch ev.Kind {
	case paxos.Boot:
		s.boot(out)
	case paxos.Fired:
		s.fired(ev.Timer, out)
	case paxos.Arrived:
		s.arrived(ev.Msg, out)
	default:
		panic(fmt.Sprintf("multi: event of kind %d: this machine has no connections and no log queue", ev.Kind))
	}
}

func (s *Server) boot(out *paxos.Effects) {
	out.Tell(paxos.Note{Kind: paxos.Restored, Zxid: s.DB.Zxid, Chain: s.DB.Chain, Text: "disk"})
	s.look(out)
	// Before the crash it may have granted a lease that still runs.
	if s.cfg.Lease > 0 && !s.cfg.Bugs.has(BootWithoutWaiting) {
		s.grant(out)
	}
}

func (s *Server) fired(timer uint8, out *paxos.Effects) {
	switch timer {
	case timerElection:
		s.electionFired(out)
	case timerHeartbeat:
		if s.phase != following {
			s.beat(out)
		}
	case timerLease:
		s.leased = false
	default:
		panic(fmt.Sprintf("multi: timer %d", timer))
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
		s.accepted(m, out)
	case paxos.Reject:
		s.rejected(m, out)
	case paxos.Ping:
		s.pinged(m, out)
	case paxos.Learn:
		s.learn(m, out)
	case paxos.CatchUp:
		s.compared(m, out)
	case paxos.Snap:
		s.install(m.DB, out)
		if s.phase != following {
			s.advance(out)
		}
	}
}

// look is to have no leader.
func (s *Server) look(out *paxos.Effects) {
	s.role, s.phase, s.leader, s.ready = paxos.Looking, following, 0, false
	s.queue, s.votes = s.queue[:0], s.votes[:0]
	out.Tell(paxos.Note{Kind: paxos.RoleChanged, Role: paxos.Looking, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	out.SetTimer(timerElection, s.cfg.wait(s.tries))
}

// apply applies the next slot. What no-ops and changes of members do is not the
// state's business, nor that of the layer above.
func (s *Server) apply(out *paxos.Effects) {
	slot := s.DB.Zxid + 1
	v := s.At(slot)
	if v.Cmd == nil {
		panic(fmt.Sprintf("multi: slot %d is to be applied and has no value: %v, %v", slot, s, &s.Durable))
	}
	e := paxos.Entry{Zxid: slot, Cmd: v.Cmd}
	e.Chain = paxos.Chain(s.DB.Chain, e)
	switch cmd := v.Cmd.(type) {
	case NoOp:
		s.DB.Zxid, s.DB.Chain = slot, e.Chain
	case Reconfigure:
		s.DB.Zxid, s.DB.Chain = slot, e.Chain
		s.reconfigured(slot, cmd.Servers)
	default:
		s.DB = s.DB.Apply(e)
		out.Applied = append(out.Applied, paxos.Outcome{Entry: e, DB: s.DB})
	}
	s.forgetMembers()
	s.forgetVotes(1)
	out.Tell(paxos.Note{Kind: paxos.Applied, Zxid: slot, Chain: s.DB.Chain})
	if slot >= s.Snap.Zxid+paxos.Zxid(s.cfg.SnapEvery) {
		s.snapshot(out)
	}
}

// snapshot saves the database, and lets the log forget what is long applied.
func (s *Server) snapshot(out *paxos.Effects) {
	base := s.Base
	if keep := paxos.Zxid(s.cfg.Keep); s.DB.Zxid > base+keep {
		base = s.DB.Zxid - keep
	}
	w := paxos.Write{Kind: paxos.SaveSnapshot, DB: s.pack(), Zxid: base}
	s.Do(&w)
	if s.cfg.Bugs.has(TruncateTail) {
		w.Zxid = max(s.DB.Zxid, s.last())
	}
	out.Persist(w)
}

// persist writes, and holds in memory what will be on disk.
func (s *Server) persist(w paxos.Write, out *paxos.Effects) {
	s.Do(&w)
	out.Persist(w)
}

// Database is what was applied so far.
func (s *Server) Database() paxos.DB { return s.DB }

// Role is what this server is, as it sees itself.
func (s *Server) Role() paxos.Role { return s.role }

// Serves says whether clients may be served: as a leader that has brought to an
// end what it found, or as a follower that has caught up with such a leader.
func (s *Server) Serves() bool { return s.phase == leading || s.ready }

// Epoch is the ballot of the leader that this server is or follows; 0 is none.
func (s *Server) Epoch() uint32 {
	if s.phase != following {
		return uint32(s.ballot)
	}
	return uint32(s.leader)
}

// LeaderConn is the leader, while this server follows and serves. It is spoken
// to without a connection: 0.
func (s *Server) LeaderConn() (paxos.ID, paxos.Conn, bool) {
	return s.leader.Server(), 0, s.phase == following && s.ready
}

// LearnerConn says whether a message from a server without a connection is to
// be taken as from one that this server leads.
func (s *Server) LearnerConn(from paxos.ID, conn paxos.Conn) bool {
	return s.phase == leading && conn == 0 && from != s.cfg.ID && from.IsServer() && s.everybody().Has(from)
}

// Members is who chooses the next slot.
func (s *Server) Members() paxos.Set { return s.membersOf(s.DB.Zxid + 1) }
