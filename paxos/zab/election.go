package zab

import "github.com/schismlab/schism/paxos"

// The times of FastLeaderElection, in nanoseconds.
const (
	finalizeWait    = 200_000_000    // how long a winning vote is held back for a better one
	notificationMax = 60_000_000_000 // votes are sent again after 0.2 s, 0.4 s, … up to this
)

// vote is what a server said of itself in its last notification.
type vote struct {
	from   bool // whether it said anything
	role   paxos.Role
	leader paxos.ID
	zxid   paxos.Zxid
	round  uint32 // logical clock, ZooKeeper's electionEpoch
	epoch  uint32 // peerEpoch: current epoch of the leader voted for
}

// election is the volatile state of FastLeaderElection.
type election struct {
	round uint32 // logical clock: how many elections this server has begun
	vote  vote   // its own
	// votes are those of this round (recvset), outside those of servers that
	// are not looking (outofelection); both by server.
	votes, outside []vote
	wait           int64 // until votes are sent again
	finalizing     bool  // a quorum agrees; wait for a better vote
}

// look gives up what this server was and begins an election
// (QuorumPeer.run, FastLeaderElection.lookForLeader).
func (s *Server) look(out *paxos.Effects) {
	s.leave(out)
	s.role, s.phase, s.age = paxos.Looking, electing, 0
	s.halted, s.designated = false, 0
	s.round++
	s.clearVotes()
	s.finalizing = false
	s.wait = finalizeWait
	s.vote = s.ownVote()
	s.vote.round = s.round
	out.Tell(paxos.Note{Kind: paxos.RoleChanged, Role: paxos.Looking, Epoch: s.CurrentEpoch, Zxid: s.DB.Zxid, Chain: s.DB.Chain})
	s.voted(out)
	s.notifyAll(out)
	if s.validVoter(s.cfg.ID) {
		s.record(s.cfg.ID, s.vote, out)
	}
	out.SetTimer(timerElection, s.wait)
}

// leave ends what this server was, and brings memory to what is on disk.
func (s *Server) leave(out *paxos.Effects) {
	if s.role != paxos.Looking {
		s.hangUp(out)
		s.abandonScan()
		s.endLog(out)
		s.fastForward(out)
	}
}

// endLog is SyncRequestProcessor.shutdown: what was handed to the log gets there
// before anything else happens.
func (s *Server) endLog(out *paxos.Effects) {
	if s.cfg.Quirks.has(LeakLogQueue) {
		// What is read back is what is on disk by now; the rest follows.
		s.Log = s.Log[:max(s.applied, s.after(s.flushed))]
		s.restored("disk", out)
		return
	}
	out.Persist(paxos.Write{Kind: paxos.Drain})
	s.flushed = s.last()
}

// fastForward brings memory to what is on disk, so that this server votes for
// just that. What was logged and not committed is applied
// (ZKDatabase.fastForwardDataBase, ZOOKEEPER-2845); what a leader sent to memory
// alone before the connection broke is forgotten (ZOOKEEPER-3642, and
// ZOOKEEPER-5094 as it ought to be).
func (s *Server) fastForward(out *paxos.Effects) {
	if s.mode != fromDiff && s.phase == syncing && s.role == paxos.Following {
		if s.cfg.Quirks.has(KeepUnsavedSnap) || s.mode == fromTrunc && s.cfg.Quirks.has(KeepUnsavedTrunc) {
			return
		}
		s.reload(s.last())
		s.applied = len(s.Log)
		s.restored("disk", out)
	}
	if s.applied == len(s.Log) {
		return
	}
	if s.cfg.Quirks.has(ForgetPending) {
		s.Log = s.Log[:s.applied]
		s.restored("memory", out)
		return
	}
	if !s.canReadLog(out) {
		return
	}
	for _, e := range s.Log[s.applied:] {
		s.DB = s.DB.Apply(e)
	}
	s.applied = len(s.Log)
	s.restored("log", out)
}

// restored tells where the database in memory comes from.
func (s *Server) restored(from string, out *paxos.Effects) {
	out.Tell(paxos.Note{Kind: paxos.Restored, Zxid: s.DB.Zxid, Chain: s.DB.Chain, Text: from})
}

// beats is FastLeaderElection.totalOrderPredicate: the newer epoch wins, then
// the longer history, then the higher number.
func (s *Server) beats(a, b *vote) bool {
	if s.cfg.Bugs.has(StaleEpochVote) {
		if x, y := a.zxid.Counter(), b.zxid.Counter(); x != y {
			return x > y
		}
		return a.leader > b.leader
	}
	switch bugs := s.cfg.Bugs; {
	case a.zxid == b.zxid && a.leader > b.leader && s.cfg.Quirks.has(EpochlessTie):
		return true
	case a.epoch != b.epoch && !bugs.has(VoteWithoutEpoch) && !s.cfg.Quirks.has(NoEpochFiles):
		return a.epoch > b.epoch
	case a.zxid != b.zxid && !bugs.has(VoteWithoutZxid):
		return (a.zxid > b.zxid) != bugs.has(VoteShortest)
	}
	return a.leader > b.leader
}

// ownVote is the vote to begin with: for itself, or for nobody if it is no voter of
// the configuration in force.
func (s *Server) ownVote() vote {
	switch {
	case s.observes():
		return vote{}
	case !s.Active.Voters.Has(s.cfg.ID):
		return vote{zxid: s.processed(), epoch: s.CurrentEpoch}
	}
	return vote{leader: s.cfg.ID, zxid: s.processed(), epoch: s.CurrentEpoch}
}

// voted tells what this server's vote is now.
func (s *Server) voted(out *paxos.Effects) {
	v := &s.vote
	out.Tell(paxos.Note{Kind: paxos.Voted, Leader: v.leader, Zxid: v.zxid, Epoch: v.epoch, Round: v.round})
}

func (s *Server) notifyAll(out *paxos.Effects) {
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if id != s.cfg.ID && s.validVoter(id) {
			s.notify(id, out)
		}
	}
}

func (s *Server) notify(to paxos.ID, out *paxos.Effects) {
	m := out.Send(to, 0, paxos.Notification)
	m.Members = s.Active
	m.Role, m.Leader, m.Zxid, m.Round, m.Epoch = s.role, s.vote.leader, s.vote.zxid, s.vote.round, s.vote.epoch
}

// notified takes a notification, as WorkerReceiver does, and then the loop of
// lookForLeader.
func (s *Server) notified(m *paxos.Message, out *paxos.Effects) {
	if s.learnsMembers(m.Members, out) {
		return
	}
	if !s.validVoter(m.From) {
		if m.Role == paxos.Looking {
			s.notify(m.From, out) // its vote means nothing; it wants to hear ours
		}
		return
	}
	v := vote{from: true, role: m.Role, leader: m.Leader, zxid: m.Zxid, round: m.Round, epoch: m.Epoch}
	if s.role != paxos.Looking {
		if v.role == paxos.Looking {
			s.notify(m.From, out)
		}
		return
	}
	if v.role == paxos.Looking && v.round < s.round {
		if s.validVoter(s.cfg.ID) {
			s.notify(m.From, out) // it lags: tell it, and do not count its vote
		}
		return
	}
	if !s.validVoter(v.leader) {
		return // it has no candidate that could be one
	}
	if s.finalizing {
		if v.role != paxos.Looking || v.round == s.round && !s.beats(&v, &s.vote) {
			out.SetTimer(timerElection, finalizeWait)
			return
		}
		s.finalizing = false
		out.SetTimer(timerElection, s.wait)
	}
	if v.role == paxos.Looking {
		s.compare(m.From, v, out)
		return
	}
	s.heardOutside(m.From, v, out)
}

// compare takes the vote of a server that is looking, too.
func (s *Server) compare(from paxos.ID, v vote, out *paxos.Effects) {
	if v.round > s.round {
		s.round = v.round
		s.clearVotes()
		own := s.ownVote()
		if s.beats(&v, &own) {
			own = v
		}
		s.adopt(own, out)
	} else if s.beats(&v, &s.vote) {
		s.adopt(v, out)
	}
	s.record(from, v, out)
}

// adopt makes v this server's own vote, in its round, and tells everybody.
func (s *Server) adopt(v vote, out *paxos.Effects) {
	s.vote = vote{leader: v.leader, zxid: v.zxid, round: s.round, epoch: v.epoch}
	s.voted(out)
	s.notifyAll(out)
	own := s.vote
	own.from = s.validVoter(s.cfg.ID)
	s.votes[s.cfg.ID] = own
}

// record counts a vote; when a quorum agrees with this server's own, it waits
// for a better one to come.
func (s *Server) record(from paxos.ID, v vote, out *paxos.Effects) {
	v.from = true
	s.votes[from] = v
	var agreed paxos.Set
	for i := range s.votes {
		if w := &s.votes[i]; w.from && w.sameBallot(&s.vote) {
			agreed = agreed.With(paxos.ID(i))
		}
	}
	if s.quorum(agreed, s.cfg.Bugs.short(ElectMinority)) {
		s.finalizing = true
		wait := int64(finalizeWait)
		if s.cfg.Bugs.has(DecideAtOnce) {
			wait = 1
		}
		out.SetTimer(timerElection, wait)
	}
}

// tellsEpoch puts the new epoch into the vote that this server answers others with:
// as soon as it has taken it over. While a reconfiguration is under way it waits until
// it serves: who looks for a leader may be needed for the quorum of NEWLEADER, and
// joins those who vote as it does itself.
func (s *Server) tellsEpoch(epoch uint32, serves bool) {
	if serves || !s.joint() {
		s.vote.epoch = epoch
	}
}

// sameBallot is Vote.equals where one side is still looking.
func (v *vote) sameBallot(w *vote) bool {
	return v.leader == w.leader && v.zxid == w.zxid && v.round == w.round && v.epoch == w.epoch
}

// heardOutside takes the vote of a server that follows or leads: a quorum of
// such votes, with the leader's own among them, is an ensemble to join.
func (s *Server) heardOutside(from paxos.ID, v vote, out *paxos.Effects) {
	if v.round == s.round {
		s.votes[from] = v
		if s.agreeOn(s.votes, &v, (*vote).sameBallot) && s.leads(s.votes, v.leader, v.round) {
			s.vote = vote{leader: v.leader, zxid: v.zxid, round: v.round, epoch: v.epoch}
			s.decide(out)
			return
		}
	}
	s.outside[from] = v
	if s.agreeOn(s.outside, &v, (*vote).sameLeader) && s.leads(s.outside, v.leader, v.round) {
		s.round = v.round
		s.vote = vote{leader: v.leader, zxid: v.zxid, round: v.round, epoch: v.epoch}
		s.decide(out)
	}
}

// sameLeader is Vote.equals where neither side is looking: zxid and round may
// differ between servers that joined at different times.
func (v *vote) sameLeader(w *vote) bool { return v.leader == w.leader && v.epoch == w.epoch }

func (s *Server) agreeOn(votes []vote, v *vote, same func(*vote, *vote) bool) bool {
	var agreed paxos.Set
	for i := range votes {
		if votes[i].from && same(&votes[i], v) {
			agreed = agreed.With(paxos.ID(i))
		}
	}
	return s.quorum(agreed, 0)
}

// leads is FastLeaderElection.checkLeader: do not follow somebody who does not
// say himself that he leads.
func (s *Server) leads(votes []vote, leader paxos.ID, round uint32) bool {
	if leader == s.cfg.ID {
		return s.round == round
	}
	return votes[leader].from && votes[leader].role == paxos.Leading || s.cfg.Bugs.has(FollowAnybody)
}

func (s *Server) electionFired(out *paxos.Effects) {
	if s.role != paxos.Looking {
		return
	}
	if s.finalizing {
		s.decide(out)
		return
	}
	s.wait = min(2*s.wait, notificationMax)
	s.notifyAll(out)
	out.SetTimer(timerElection, s.wait)
}

// decide ends the election with the vote this server holds.
func (s *Server) decide(out *paxos.Effects) {
	s.finalizing = false
	s.clearVotes()
	s.age = 0
	if s.vote.leader == s.cfg.ID {
		s.lead(out)
	} else {
		s.follow(s.vote.leader, out)
	}
}

func (s *Server) clearVotes() {
	clear(s.votes)
	clear(s.outside)
}
