package zab

import (
	"fmt"

	"github.com/schismlab/schism/paxos"
)

// The follower's patience (Learner.connectToLeader).
const (
	dialTries  = 5
	dialPeriod = 100_000_000 // nanoseconds
)

// handOver is how long a learner's thread takes to hand one proposal to the log's
// queue, in nanoseconds. It matters with AckOutOfTurn only.
const handOver = 20_000

// acceptedBefore is the epoch in the ACKEPOCH of a follower that had accepted
// the epoch before: it must not count towards the leader's quorum again.
const acceptedBefore = ^uint32(0)

// learner is the volatile state of a server that follows, or wants to.
type learner struct {
	leader paxos.ID
	conn   paxos.Conn
	tries  int
	idle   int // half ticks since the leader was last heard of
	// mode is how the leader's history comes. After SNAP and TRUNC, what is
	// committed meanwhile goes to memory alone, and a snapshot takes it to disk at
	// NEWLEADER.
	mode syncMode
	// owesAck: NEWLEADER is to be acknowledged when timerLearner fires.
	owesAck bool
	// incoming are proposals that came during synchronisation and are not yet in
	// the log (packetsNotLogged); committed is the last of them or of the
	// log that the leader has committed.
	incoming  []paxos.Entry
	committed paxos.Zxid
	// withLeader is the configuration that came with NEWLEADER.
	withLeader *paxos.Members
	// What HoleInCommittedLog leaves out of what this server remembers.
	holeFrom, holeTo paxos.Zxid
}

// syncMode is what the leader began with.
type syncMode uint8

const (
	fromDiff syncMode = iota
	fromTrunc
	fromSnap
)

func (s *Server) follow(leader paxos.ID, out *paxos.Effects) {
	s.role, s.phase = paxos.Following, dialling
	s.leader, s.conn, s.tries, s.idle = leader, 0, dialTries, 0
	s.mode, s.incoming, s.committed, s.owesAck = fromDiff, s.incoming[:0], 0, false
	s.withLeader, s.halted, s.designated = nil, false, 0
	out.Tell(paxos.Note{Kind: paxos.RoleChanged, Role: paxos.Following, Epoch: s.CurrentEpoch, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	out.Dial(leader)
}

// redial tries again: the leader may not have opened its port yet.
func (s *Server) redial(out *paxos.Effects) {
	if s.tries--; s.tries == 0 {
		s.look(out)
		return
	}
	out.SetTimer(timerRedial, dialPeriod)
}

func (s *Server) opened(from paxos.ID, conn paxos.Conn, out *paxos.Effects) {
	if s.role != paxos.Following || s.phase != dialling || from != s.leader {
		out.Close(conn)
		return
	}
	s.conn, s.phase, s.idle = conn, discovery, 0
	kind := paxos.FollowerInfo
	if s.observes() {
		kind = paxos.ObserverInfo
	}
	m := out.Send(s.leader, conn, kind)
	m.Epoch, m.Members = s.AcceptedEpoch, s.Active
}

// followerTick ends it with a leader that has not been heard of for too long.
func (s *Server) followerTick(out *paxos.Effects) {
	s.idle++
	limit := s.cfg.InitLimit
	if s.phase == broadcast {
		limit = s.cfg.SyncLimit
	}
	if s.idle > 2*limit {
		s.look(out)
	}
}

// hangUp ends all connections of what this server was.
func (s *Server) hangUp(out *paxos.Effects) {
	if s.role == paxos.Following && s.conn != 0 {
		out.Close(s.conn)
		s.conn = 0
	}
	for i := range s.peers {
		if s.peers[i].conn != 0 {
			out.Close(s.peers[i].conn)
			s.peers[i] = peer{}
		}
	}
}

func (s *Server) fromLeader(m *paxos.Message, out *paxos.Effects) {
	switch {
	case s.unreadable(m, out):
	case m.Kind == paxos.Inform, m.Kind == paxos.InformAndActivate:
		s.told(m, out)
	case m.Kind == paxos.CommitAndActivate:
		s.commitAndActivate(m, out)
	case m.Kind == paxos.Ping:
		out.Send(s.leader, s.conn, paxos.Ping)
	case s.phase == discovery:
		s.discovered(m, out)
	case s.phase == syncing:
		s.syncMessage(m, out)
	case s.phase == synced && m.Kind == paxos.UpToDate:
		s.upToDate(m, out)
	case m.Kind == paxos.Proposal && s.phase == synced:
		s.pends(m, out)
	case m.Kind == paxos.Proposal:
		s.proposed(paxos.Entry{Zxid: m.Zxid, Cmd: m.Cmd}, out)
	case m.Kind == paxos.Commit && s.phase == synced:
		s.commitBeforeServing(m.Zxid, out)
	case m.Kind == paxos.Commit:
		s.deliver(m.Zxid, out)
	}
}

// discovered takes LEADERINFO, and then what says how the leader's history will
// come (Learner.registerWithLeader, syncWithLeader).
func (s *Server) discovered(m *paxos.Message, out *paxos.Effects) {
	switch m.Kind {
	case paxos.LeaderInfo:
		s.acceptEpoch(m.Epoch, out)
	case paxos.Diff:
		s.phase, s.mode = syncing, fromDiff
		if s.cfg.Quirks.has(ZxidFromDiff) {
			s.claimed = m.Zxid
		}
	case paxos.Trunc:
		s.phase, s.mode = syncing, fromTrunc
		s.cutBack(m.Zxid, out)
	case paxos.Snap:
		s.phase, s.mode = syncing, fromSnap
		s.replaceDB(*m.DB)
		s.remembers = s.DB.Zxid
		out.Tell(paxos.Note{Kind: paxos.Restored, Zxid: s.DB.Zxid, Chain: s.DB.Chain, Text: "snap"})
	}
}

func (s *Server) acceptEpoch(epoch uint32, out *paxos.Effects) {
	current, ours, files := s.CurrentEpoch, s.processed().Epoch(), !s.cfg.Quirks.has(NoEpochFiles)
	switch {
	case !files && epoch < ours:
		s.throw(paxos.LeaderInfo.String(), 0, fmt.Sprintf("leader epoch %d is less than our epoch %d", epoch, ours), out)
		s.look(out)
		return
	case epoch > s.AcceptedEpoch:
		s.persistEpoch(paxos.AcceptedEpoch, epoch, out)
	case files && epoch == s.AcceptedEpoch:
		current = acceptedBefore
	case files:
		s.look(out) // a leader of the past
		return
	}
	m := out.Send(s.leader, s.conn, paxos.AckEpoch)
	m.Epoch, m.Zxid = current, s.processed()
}

// cutBack forgets everything after z, on disk and in memory.
func (s *Server) cutBack(z paxos.Zxid, out *paxos.Effects) {
	if s.cfg.Bugs.has(SkipTruncate) {
		return
	}
	w := paxos.Write{Kind: paxos.TruncateLog, Zxid: z}
	s.Do(&w)
	out.Persist(w)
	s.reload(z)
	s.applied = len(s.Log)
	s.flushed = s.last()
	out.Tell(paxos.Note{Kind: paxos.Truncated, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
}

// syncMessage takes what comes between DIFF, TRUNC or SNAP and NEWLEADER.
func (s *Server) syncMessage(m *paxos.Message, out *paxos.Effects) {
	switch m.Kind {
	case paxos.Proposal:
		s.pends(m, out)
	case paxos.Commit:
		if s.mode != fromDiff {
			s.applyIncoming(out)
		} else {
			s.committed = m.Zxid
		}
	case paxos.NewLeader:
		s.see(m.Members, out)
		s.withLeader = m.Members
		s.newLeader(m.Epoch, out)
	}
}

// pends keeps a proposal until it is known whether it goes to the log or to memory.
func (s *Server) pends(m *paxos.Message, out *paxos.Effects) {
	e := paxos.Entry{Zxid: m.Zxid, Cmd: m.Cmd}
	s.see(e.Members(), out)
	s.incoming = append(s.incoming, e)
}

// told takes INFORM, which is a proposal and its commit in one.
func (s *Server) told(m *paxos.Message, out *paxos.Effects) {
	e := paxos.Entry{Zxid: m.Zxid, Cmd: m.Cmd}
	major := m.Kind == paxos.InformAndActivate && s.activate(e.Members(), m.Leader, out)
	switch {
	case s.phase == broadcast:
		s.enqueue(e, out)
		s.deliver(m.Zxid, out)
	case s.phase == syncing && s.mode != fromDiff:
		s.incoming = append(s.incoming, e)
		s.applyIncoming(out)
	default:
		s.incoming = append(s.incoming, e)
		s.committed = m.Zxid
	}
	if major {
		s.turnTo(m.Leader, out)
	}
}

// applyIncoming applies the oldest proposal to memory alone.
func (s *Server) applyIncoming(out *paxos.Effects) {
	e := s.incoming[0]
	s.incoming = append(s.incoming[:0], s.incoming[1:]...)
	if e.Zxid <= s.DB.Zxid {
		s.replay(e)
		return
	}
	s.DB = s.DB.Apply(e)
	out.Tell(paxos.Note{Kind: paxos.Applied, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
}

// replay applies once more what SNAP brought, or brought by half.
func (s *Server) replay(e paxos.Entry) { s.DB.State = s.DB.State.Apply(e) }

// newLeader takes the leader's history over: what is committed of it goes to disk,
// and only then the epoch that vouches for it, and only then the acknowledgement.
// What is not yet committed waits for UPTODATE. Releases differ in all of this.
func (s *Server) newLeader(epoch uint32, out *paxos.Effects) {
	if (s.mode != fromDiff || s.cfg.Quirks.has(SnapAtNewLeader)) && !s.cfg.Bugs.has(SnapInMemory) {
		s.snapshot(out)
		s.applied = len(s.Log)
		s.flushed = s.last()
	}
	handed, quirks := 0, s.cfg.Quirks
	switch {
	case quirks.has(LogAtUpToDate):
		s.persistEpoch(paxos.CurrentEpoch, epoch, out)
	case quirks.has(EpochBeforeLog):
		s.persistEpoch(paxos.CurrentEpoch, epoch, out)
		handed = s.logIncoming(everything, out)
	default:
		upTo := s.committed
		if quirks.has(CommitNeedsPending) {
			upTo = everything
		}
		s.logIncoming(upTo, out)
		if !s.cfg.Bugs.has(AckNewLeaderEarly) {
			out.Persist(paxos.Write{Kind: paxos.Drain})
		}
		s.flushed = s.last()
		s.persistEpoch(paxos.CurrentEpoch, epoch, out)
	}
	if quirks.has(NoEpochFiles) {
		s.claimed = paxos.MakeZxid(epoch, 0)
	}
	s.tellsEpoch(epoch, false)
	s.phase = synced
	if quirks.has(AckOutOfTurn) && handed > 0 {
		s.owesAck = true
		out.SetTimer(timerLearner, int64(handed)*handOver)
		return
	}
	s.ackNewLeader(out)
}

func (s *Server) ackNewLeader(out *paxos.Effects) {
	out.Send(s.leader, s.conn, paxos.Ack).Zxid = paxos.MakeZxid(s.CurrentEpoch, 0)
}

// everything is later than any zxid.
const everything = ^paxos.Zxid(0)

// logIncoming hands what came during synchronisation to the log, up to a zxid, and
// says how much that was.
func (s *Server) logIncoming(upTo paxos.Zxid, out *paxos.Effects) int {
	n := 0
	for n < len(s.incoming) && s.incoming[n].Zxid <= upTo {
		switch e := s.incoming[n]; {
		case s.mode == fromSnap && e.Zxid <= s.DB.Zxid:
			s.replay(e)
		case !s.cfg.Bugs.has(KeepIncomingOut):
			s.enqueue(e, out)
		}
		n++
	}
	if s.cfg.Quirks.has(HoleInCommittedLog) && n > 0 && s.phase == syncing {
		s.holeFrom, s.holeTo = s.incoming[0].Zxid, s.incoming[n-1].Zxid
	}
	s.incoming = append(s.incoming[:0], s.incoming[n:]...)
	return n
}

// commitBeforeServing notes a commit between NEWLEADER and UPTODATE. ZooKeeper
// looks at the first proposal that is pending, which some releases have logged and
// forgotten by now.
func (s *Server) commitBeforeServing(z paxos.Zxid, out *paxos.Effects) {
	if len(s.incoming) == 0 && s.cfg.Quirks.has(CommitNeedsPending) {
		s.throw(paxos.Commit.String(), z, "no proposal is pending (NullPointerException)", out)
		s.look(out)
		return
	}
	s.committed = z
}

// serve logs and applies what came during synchronisation, and opens for clients.
func (s *Server) serve(out *paxos.Effects) {
	s.phase = broadcast
	s.tellsEpoch(s.CurrentEpoch, true)
	if q := s.cfg.Quirks; q.has(CommitNeedsPending) && !q.has(EpochBeforeLog) {
		// Logged with the rest at NEWLEADER, acknowledged now (requestsToAck).
		if last := s.last(); last.Epoch() == s.CurrentEpoch && last > s.committed && last > s.DB.Zxid {
			out.Send(s.leader, s.conn, paxos.Ack).Zxid = last
		}
	}
	s.logIncoming(everything, out)
	s.deliver(s.committed, out)
	out.Tell(paxos.Note{Kind: paxos.Serving, Role: paxos.Following, Epoch: s.CurrentEpoch, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
}

func (s *Server) proposed(e paxos.Entry, out *paxos.Effects) {
	s.see(e.Members(), out)
	s.enqueue(e, out)
	if s.cfg.Bugs.has(AckBeforeSync) {
		out.Send(s.leader, s.conn, paxos.Ack).Zxid = e.Zxid
	}
	if s.cfg.Bugs.has(ApplyOnProposal) && s.phase == broadcast {
		s.deliver(e.Zxid, out)
	}
}

// deliver applies the log up to z.
func (s *Server) deliver(z paxos.Zxid, out *paxos.Effects) {
	if s.cfg.Bugs.has(OutOfOrderDelivery) && s.Pending() >= 2 {
		next := s.Log[s.applied:]
		next[0], next[1] = next[1], next[0]
		s.applyNext(out)
		return
	}
	switch {
	case s.cfg.Bugs.has(CommitAll):
		z = s.last()
	case s.cfg.Bugs.has(CommitOneLess):
		z--
	}
	for s.applied < len(s.Log) && s.Log[s.applied].Zxid <= z {
		s.applyNext(out)
	}
}
