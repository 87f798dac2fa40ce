package zab

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// The timers of a server. Numbers below FirstFreeTimer belong to this package.
const (
	timerElection uint8 = iota // votes: send again, or decide
	TimerTick                  // half a tick has passed; the layer above counts on it, too
	timerRedial                // try the leader's port once more
	timerHandler               // a leader's handlers go on to NEWLEADER
	timerLearner               // a learner's thread goes on to acknowledge NEWLEADER
	timerScan                  // the snapshot thread has read the whole tree
	FirstFreeTimer
)

// phase is how far a server has come since the election.
type phase uint8

const (
	electing  phase = iota
	dialling        // follower: the leader's port is not yet open
	discovery       // epochs are being exchanged
	syncing         // the leader's history is being taken over
	synced          // follower: NEWLEADER acknowledged, not told to serve yet
	broadcast
)

var phaseNames = [...]string{"electing", "dialling", "discovery", "syncing", "synced", "broadcast"}

// Server is one server's part of ZAB: a machine as package paxos describes it.
// It is a value: CopyFrom copies, Equal compares, Fingerprint hashes.
type Server struct {
	cfg *Config
	// Durable is what is on disk or on its way there; a crash may leave the disk
	// with less.
	Durable
	Volatile
}

// Volatile is what a crash takes away.
type Volatile struct {
	// DB is the database in memory: Log[:applied] on top of the snapshots.
	// Invariant: DB.Zxid is that of Log[applied-1], or of a snapshot.
	DB      paxos.DB
	applied int
	// claimed is ZooKeeper's lastProcessedZxid where it runs ahead of what was
	// applied: see ZxidFromDiff and NoEpochFiles.
	claimed paxos.Zxid
	// remembers: transactions after this one are in memory for others. It is that
	// of the snapshot that memory was built from.
	remembers paxos.Zxid
	// flushed is the last entry known to be on disk.
	flushed paxos.Zxid
	// scan is the snapshot that is being read.
	scan  scan
	role  paxos.Role
	phase phase
	// age counts half ticks since the election ended.
	age int

	election
	learner
	leading
}

// New is a server that starts with the given disk. Its first event must be Boot.
func New(cfg *Config, disk Durable) *Server {
	s := &Server{cfg: cfg, Durable: disk}
	if s.Active == nil {
		s.Active = cfg.first()
	}
	if s.Seen == nil {
		s.Seen = s.Active
	}
	s.KeepLate = cfg.Quirks.has(KeepLateSnapshot)
	if cfg.Bugs.has(LoseLogTail) && len(s.Log) > 0 {
		s.Log = s.Log[:len(s.Log)-1]
	}
	if cfg.Bugs.has(RecoverSnapshot) {
		s.Log = s.Log[:s.after(s.Snaps[len(s.Snaps)-1].Zxid)]
	}
	s.reload(s.last())
	s.applied = len(s.Log)
	s.flushed = s.DB.Zxid
	s.votes = make([]vote, cfg.Servers+1)
	s.outside = make([]vote, cfg.Servers+1)
	s.peers = make([]peer, cfg.Servers+1)
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
	case paxos.Logged:
		s.logged(ev.Zxid, out)
	case paxos.Dialled:
		s.dialled(ev.From, ev.Conn, out)
	case paxos.Opened:
		s.opened(ev.From, ev.Conn, out)
	case paxos.Closed:
		s.closed(ev.From, ev.Conn, out)
	default:
		panic(fmt.Sprintf("zab: event of kind %d", ev.Kind))
	}
}

// boot takes over what is on disk (QuorumPeer.loadDataBase) and begins to vote.
func (s *Server) boot(out *paxos.Effects) {
	if !s.canReadLog(out) {
		return
	}
	if last := s.last(); last.Epoch() > s.CurrentEpoch && s.cfg.Quirks.has(RefuseLateZxid) {
		s.throw("start", last, fmt.Sprintf("the current epoch, %d, is older than the last zxid, %v", s.CurrentEpoch, last), out)
		out.Exit()
		return
	}
	out.Tell(paxos.Note{Kind: paxos.Restored, Zxid: s.DB.Zxid, Chain: s.DB.Chain, Text: "disk"})
	s.tellMembers(out)
	s.look(out)
	out.SetTimer(TimerTick, s.cfg.Tick/2)
}

// canReadLog looks for a transaction in the log that cannot be read back. A server
// with one does not go on, and will not start again.
func (s *Server) canReadLog(out *paxos.Effects) bool {
	if s.cfg.Readable == nil {
		return true
	}
	for _, e := range s.Log[s.after(s.remembers):] {
		if !s.cfg.Readable(e.Cmd) {
			s.throw("start", e.Zxid, fmt.Sprintf("transaction %v in the log, %v, cannot be read", e.Zxid, e.Cmd), out)
			out.Exit()
			return false
		}
	}
	return true
}

// unreadable ends it with a leader whose proposal cannot be read.
func (s *Server) unreadable(m *paxos.Message, out *paxos.Effects) bool {
	if m.Kind != paxos.Proposal || s.cfg.Readable == nil || s.cfg.Readable(m.Cmd) {
		return false
	}
	s.throw(m.Kind.String(), m.Zxid, fmt.Sprintf("transaction %v, %v, cannot be read", m.Zxid, m.Cmd), out)
	s.look(out)
	return true
}

// throw tells what ends the present activity of this server.
func (s *Server) throw(at string, z paxos.Zxid, why string, out *paxos.Effects) {
	out.Tell(paxos.Note{Kind: paxos.Threw, Msg: at, Zxid: z, Text: why})
}

// processed is what ZooKeeper calls lastProcessedZxid, and votes with.
func (s *Server) processed() paxos.Zxid { return max(s.claimed, s.DB.Zxid) }

// reload builds the database from disk, up to z.
func (s *Server) reload(z paxos.Zxid) {
	s.replaceDB(s.recover(z))
	s.remembers = s.Snaps[len(s.Snaps)-1].Zxid
}

func (s *Server) fired(timer uint8, out *paxos.Effects) {
	switch timer {
	case timerElection:
		s.electionFired(out)
	case TimerTick:
		s.tick(out)
		out.SetTimer(TimerTick, s.cfg.Tick/2)
	case timerRedial:
		if s.phase == dialling {
			out.Dial(s.leader)
		}
	case timerHandler:
		s.handlersGoOn(out)
	case timerScan:
		s.endScan(out)
	case timerLearner:
		if s.owesAck && s.role == paxos.Following && s.phase == synced {
			s.owesAck = false
			s.ackNewLeader(out)
		}
	default:
		panic(fmt.Sprintf("zab: timer %d", timer))
	}
}

func (s *Server) arrived(m *paxos.Message, out *paxos.Effects) {
	switch {
	case m.Kind == paxos.Notification:
		s.notified(m, out)
	case s.role == paxos.Leading && s.peers[m.From].conn == m.Conn:
		s.peers[m.From].idle = 0
		s.fromLearner(m, out)
	case s.role == paxos.Following && m.Conn == s.conn:
		s.idle = 0
		s.fromLeader(m, out)
	}
	// Anything else came over a connection that this server has given up.
}

func (s *Server) tick(out *paxos.Effects) {
	s.age++
	switch s.role {
	case paxos.Leading:
		s.leaderTick(out)
	case paxos.Following:
		s.followerTick(out)
	}
}

// logged learns that the log is on disk up to z.
func (s *Server) logged(z paxos.Zxid, out *paxos.Effects) {
	if z <= s.flushed {
		return
	}
	s.flushed = z
	switch {
	case s.role == paxos.Leading:
		s.commit(out)
	case s.role == paxos.Following && s.phase >= synced && !s.observes() && !s.cfg.Bugs.has(AckBeforeSync):
		out.Send(s.leader, s.conn, paxos.Ack).Zxid = z
	}
}

func (s *Server) dialled(from paxos.ID, conn paxos.Conn, out *paxos.Effects) {
	if s.role != paxos.Leading {
		// The port is open only while leading: what a caller meets here is a
		// refused connection.
		out.Close(conn)
		return
	}
	p := &s.peers[from]
	if p.conn != 0 {
		out.Close(p.conn)
	}
	*p = peer{conn: conn}
	out.Accept(conn)
}

func (s *Server) closed(from paxos.ID, conn paxos.Conn, out *paxos.Effects) {
	switch {
	case s.role == paxos.Leading && from.IsServer() && s.peers[from].conn == conn:
		s.dropPeer(from)
	case s.role == paxos.Following && s.phase == dialling && from == s.leader:
		s.redial(out)
	case s.role == paxos.Following && conn == s.conn:
		s.conn = 0
		s.look(out)
	}
}

// enqueue hands an entry to the log.
func (s *Server) enqueue(e paxos.Entry, out *paxos.Effects) {
	e.Chain = paxos.Chain(s.tail(), e)
	s.Log = append(s.Log, e)
	out.Append(e)
}

// applyNext applies the next entry of the log.
func (s *Server) applyNext(out *paxos.Effects) {
	e := s.Log[s.applied]
	s.DB = s.DB.Apply(e)
	s.applied++
	out.Applied = append(out.Applied, paxos.Outcome{Entry: e, DB: s.DB})
	out.Tell(paxos.Note{Kind: paxos.Applied, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	if newest := s.Snaps[len(s.Snaps)-1].Zxid; s.applied-s.after(newest) >= s.cfg.SnapEvery {
		s.beginScan(out)
	}
}

// snapshot saves the database while nothing else happens, and lets the log forget
// what no kept snapshot needs.
func (s *Server) snapshot(out *paxos.Effects) {
	out.Persist(paxos.Write{Kind: paxos.SaveSnapshot, DB: s.DB})
	s.save(s.DB)
	if s.cfg.Bugs.has(SnapshotDropsLog) {
		s.truncate(s.DB.Zxid)
		out.Persist(paxos.Write{Kind: paxos.TruncateLog, Zxid: s.DB.Zxid})
	}
	s.applied = s.after(s.DB.Zxid)
}

// persistEpoch writes one of the epoch files.
func (s *Server) persistEpoch(kind paxos.WriteKind, epoch uint32, out *paxos.Effects) {
	w := paxos.Write{Kind: kind, Epoch: epoch}
	s.Do(&w)
	if kind == paxos.AcceptedEpoch && s.cfg.Bugs.has(ForgetAcceptedEpoch) || kind == paxos.CurrentEpoch && s.cfg.Bugs.has(ForgetCurrentEpoch) {
		return
	}
	out.Persist(w)
}

// Database is what was applied so far, in memory.
func (s *Server) Database() paxos.DB { return s.DB }

// Role is what this server is, as it sees itself.
func (s *Server) Role() paxos.Role { return s.role }

// Serves says whether clients may be served: as a leader with its quorum, or
// as a follower that was told that it is up to date.
func (s *Server) Serves() bool { return s.phase == broadcast }

// Epoch is the epoch this server has taken over.
func (s *Server) Epoch() uint32 { return s.CurrentEpoch }

// LeaderConn is the leader and the connection to it, while this server follows
// and serves.
func (s *Server) LeaderConn() (paxos.ID, paxos.Conn, bool) {
	return s.leader, s.conn, s.role == paxos.Following && s.phase == broadcast
}

// LearnerConn says whether conn is the connection of a learner that this server
// leads.
func (s *Server) LearnerConn(from paxos.ID, conn paxos.Conn) bool {
	return s.role == paxos.Leading && from.IsServer() && s.peers[from].conn == conn && s.phase == broadcast
}

// Pending is the number of transactions proposed and not yet applied.
func (s *Server) Pending() int { return len(s.Log) - s.applied }

// LastProposed is the zxid of the last entry in the log, applied or not.
func (s *Server) LastProposed() paxos.Zxid { return s.last() }
