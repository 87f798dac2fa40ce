package zab

import "github.com/schismlab/schism/paxos"

// This file is the configuration as a server has it: the one in force, and the one
// last seen, which is another while a reconfiguration is under way
// (QuorumPeer.quorumVerifier and lastSeenQuorumVerifier, and their two files).

// first is the configuration of a server that has heard of no other.
func (c *Config) first() *paxos.Members {
	return &paxos.Members{Voters: paxos.Voters(c.Servers) &^ c.Observers &^ c.Spares, Observers: c.Observers}
}

// Configuration is the configuration in force, and the one last seen.
func (s *Server) Configuration() (active, seen *paxos.Members) {
	if s.cfg.Bugs.has(TwoReconfigs) {
		return s.Seen, s.Seen
	}
	return s.Active, s.Seen
}

// joint says whether a configuration was seen that is not in force: until it is,
// quorums of both are asked for.
func (s *Server) joint() bool { return s.Seen.Version > s.Active.Version }

// quorum says whether servers are a quorum of the configuration in force and, if
// there is one, of the one that was proposed; more is as many beside them.
func (s *Server) quorum(set paxos.Set, more int) bool {
	return s.Active.QuorumWith(set, more) && (!s.joint() || s.cfg.Bugs.has(IgnoreLastSeen) || s.Seen.QuorumWith(set, more))
}

// validVoter says whether a server's vote counts, as far as this one knows
// (QuorumPeer.getCurrentAndNextConfigVoters).
func (s *Server) validVoter(id paxos.ID) bool { return (s.Active.Voters | s.Seen.Voters).Has(id) }

// observes says whether this server is an observer. One that is in no configuration
// follows as a voter does, and does not count (a non-voting follower).
func (s *Server) observes() bool { return s.Active.Observers.Has(s.cfg.ID) }

// see takes note of a configuration that was proposed
// (QuorumPeer.setLastSeenQuorumVerifier). A leader may bring an older one back: the
// one seen since was never committed.
func (s *Server) see(m *paxos.Members, out *paxos.Effects) {
	if m == nil || m.Version == s.Seen.Version {
		return
	}
	s.Seen = m
	if !s.cfg.Bugs.has(ForgetNextConfig) {
		out.Persist(paxos.Write{Kind: paxos.NextConfig, Zxid: m.Version, Members: m})
	}
	out.Tell(paxos.Note{Kind: paxos.Configured, Zxid: m.Version, Members: m, Text: "proposed"})
	if s.cfg.Bugs.has(ActivateAtProposal) {
		s.activate(m, 0, out)
	}
}

// activate puts a configuration in force (QuorumPeer.processReconfig). It says
// whether that changes what this server is, or whom it follows: then it must turn to
// the leader named, or look for one if none is.
func (s *Server) activate(m *paxos.Members, leader paxos.ID, out *paxos.Effects) bool {
	before := s.Active
	if m == nil || m.Version <= before.Version {
		return false
	}
	observed := s.observes()
	s.Active = m
	if m.Version > s.Seen.Version {
		s.Seen = m
	}
	out.Persist(paxos.Write{Kind: paxos.ActiveConfig, Zxid: m.Version, Members: m})
	out.Tell(paxos.Note{Kind: paxos.Configured, Zxid: m.Version, Members: m, Text: "active"})
	if m.Same(before) {
		return false
	}
	return s.observes() != observed || s.leaderChanges(m, leader)
}

// tellMembers tells what was on disk, if it is not the first configuration.
func (s *Server) tellMembers(out *paxos.Effects) {
	if m := s.Active; m.Version > 0 {
		out.Tell(paxos.Note{Kind: paxos.Configured, Zxid: m.Version, Members: m, Text: "active"})
	}
	if m := s.Seen; s.joint() {
		out.Tell(paxos.Note{Kind: paxos.Configured, Zxid: m.Version, Members: m, Text: "proposed"})
	}
}

func (s *Server) leaderChanges(m *paxos.Members, leader paxos.ID) bool {
	now := s.leader
	if s.role == paxos.Leading {
		now = s.cfg.ID
	}
	if leader == 0 {
		return !m.Voters.Has(now)
	}
	return leader != now
}

// turnTo leaves what this server was for a leader that was named: no election is
// needed (QuorumPeer.updateServerState).
func (s *Server) turnTo(leader paxos.ID, out *paxos.Effects) {
	s.leave(out)
	s.age, s.halted, s.designated = 0, false, 0
	s.vote = vote{leader: leader, zxid: s.processed(), round: s.round, epoch: s.CurrentEpoch}
	if leader == s.cfg.ID {
		s.lead(out)
	} else {
		s.follow(leader, out)
	}
}

// stepDown is the end of a leader that has lost its quorum. One that has named
// another follows it.
func (s *Server) stepDown(out *paxos.Effects) {
	if s.designated != 0 {
		s.turnTo(s.designated, out)
		return
	}
	s.look(out)
}

// Synced says whether a quorum of a configuration follows this leader and has its
// history (Leader.isQuorumSynced). Observers do not count: they are not asked to log.
func (s *Server) Synced(m *paxos.Members) bool {
	return s.cfg.Bugs.has(ReconfigUnsynced) || m.Quorum(s.who(func(p *peer) bool { return p.synced && p.forwarded && !p.observer }))
}

// who is this leader, and the learners of which is holds.
func (s *Server) who(is func(*peer) bool) paxos.Set {
	set := paxos.Set(0).With(s.cfg.ID)
	for i := range s.peers {
		if p := &s.peers[i]; p.conn != 0 && is(p) {
			set = set.With(paxos.ID(i))
		}
	}
	return set
}

// putInForce activates a configuration on its leader, and hands over to another if
// this one is not among the new voters: from then on it commits nothing
// (Leader.allowedToCommit). It gives who shall lead.
func (s *Server) putInForce(m *paxos.Members, candidates paxos.Set, out *paxos.Effects) paxos.ID {
	to := s.designate(m, candidates)
	s.activate(m, to, out)
	if to != s.cfg.ID && !s.cfg.Bugs.has(CommitOnceRemoved) {
		s.halted = true
	}
	if to != s.cfg.ID {
		s.designated = to
	}
	return to
}

// designate is who shall lead a configuration: this server, if it is a voter, or of
// the candidates the one that has most of what is under way (Leader.getDesignatedLeader).
func (s *Server) designate(m *paxos.Members, candidates paxos.Set) paxos.ID {
	if m.Voters.Has(s.cfg.ID) {
		return s.cfg.ID
	}
	best := paxos.ID(0)
	for id := paxos.ID(1); int(id) <= s.cfg.Servers; id++ {
		if (candidates & m.Voters).Has(id) && (best == 0 || s.peers[id].acked > s.peers[best].acked) {
			best = id
		}
	}
	return best
}

// commitAndActivate takes the commit of a reconfiguration.
func (s *Server) commitAndActivate(m *paxos.Message, out *paxos.Effects) {
	major := false
	if s.Seen.Version == m.Zxid {
		major = s.activate(s.Seen, m.Leader, out)
	}
	commit := paxos.Message{Kind: paxos.Commit, From: m.From, To: m.To, Conn: m.Conn, Zxid: m.Zxid}
	s.fromLeader(&commit, out)
	if major && s.role == paxos.Following {
		s.turnTo(m.Leader, out)
	}
}

// upToDate takes UPTODATE. With it comes what is in force at the leader, which may
// be more than this server has heard of.
func (s *Server) upToDate(m *paxos.Message, out *paxos.Effects) {
	members := m.Members
	if s.cfg.Quirks.has(ActivateUncommitted) {
		members = s.withLeader
	}
	if s.activate(members, 0, out) {
		s.look(out)
		return
	}
	s.serve(out)
}

// learnsMembers takes the configuration in a notification. While this server looks,
// a later one takes the place of its own, and the election begins again.
func (s *Server) learnsMembers(m *paxos.Members, out *paxos.Effects) bool {
	before := s.Active
	if s.role != paxos.Looking || m == nil || m.Version <= before.Version {
		return false
	}
	s.activate(m, 0, out)
	if m.Same(before) {
		return false
	}
	s.look(out)
	return true
}
