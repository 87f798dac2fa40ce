package checker

import (
	"fmt"
	"math/bits"

	"github.com/schismlab/schism/runlog"
)

// ReconfigInvariants is ZabInvariants for ensembles whose configuration changes, and
// watches the configurations and their quorums beside the rest. It needs the events
// Members, Synced and the Writes of currentEpoch, too.
//
// What is committed is on the disks of a quorum of the configuration in force, which is
// the latest that any server has activated; a configuration needs a quorum of the one
// before it as well. The names of the first is Remix's, the others are ours, after
// "Dynamic Reconfiguration of Primary/Backup Clusters" (Shraer, Reed, Malkhi,
// Junqueira 2012). Beside a name is a mutant that it kills.
//
//	CommittedLogDurability  what is committed is on the disks of a quorum, and stays there
//	ConfigurationAgreement  a version is one configuration
//	ActivationQuorum        a configuration is in force when a quorum of it and one of its
//	                        predecessor have it on disk (commit-by-old, commit-by-new,
//	                        activate-at-proposal)
//	LeadershipQuorum        a leader that serves is followed by a quorum of the
//	                        configuration in force
//	LeaderConfiguration     a leader that serves has put in force what its history says
//	                        (ignore-last-seen)
//	RemovedLeader           who is no voter of it commits nothing as its leader
//	                        (commit-once-removed)
//	OneReconfiguration      none is proposed while another is under way (two-reconfigs)
//	SyncedQuorum            none is proposed of which no quorum follows (reconfig-unsynced)
type ReconfigInvariants struct {
	ZabInvariants
	members map[uint64]configuration // by version
	inForce uint64
	nodes   map[int]*member
}

// configuration is who votes and who observes, as sets of servers.
type configuration struct {
	voters, observers uint64
	before            uint64 // the version in force before it; only once it is itself
}

// member is what is known of one server, beside replica.
type member struct {
	seen, active uint64 // versions, on disk
	synced       uint64 // its log is on disk up to here
	epoch        uint32 // the file currentEpoch
	writing      uint32 // what that will be
	leads        bool   // and serves
}

// NewReconfigInvariants watches an ensemble whose first voters are the servers from 1
// on.
func NewReconfigInvariants(voters int) *ReconfigInvariants {
	v := &ReconfigInvariants{members: map[uint64]configuration{0: {voters: 1<<(voters+1) - 2}}, nodes: map[int]*member{}}
	v.quorum = func(set uint64) bool { return v.isQuorum(v.inForce, set) }
	return v
}

func (v *ReconfigInvariants) node(n int) *member {
	m := v.nodes[n]
	if m == nil {
		m = &member{}
		v.nodes[n] = m
	}
	return m
}

func (v *ReconfigInvariants) isQuorum(version, set uint64) bool {
	voters := v.members[version].voters
	return 2*bits.OnesCount64(set&voters) > bits.OnesCount64(voters)
}

// who are the servers of which is holds.
func (v *ReconfigInvariants) who(is func(n int, m *member) bool) (set uint64) {
	for n, m := range v.nodes {
		if is(n, m) {
			set |= 1 << n
		}
	}
	return set
}

// holding are the servers that have a place of the history on disk.
func (v *ReconfigInvariants) holding(p place) uint64 {
	return v.who(func(n int, m *member) bool { return m.synced >= p.zxid && v.begins(p, v.server(n).log) })
}

// Observe takes the next event and says what it breaks, nil if nothing.
func (v *ReconfigInvariants) Observe(e *runlog.Event) *Broken {
	known := e.Kind != runlog.Apply || v.committed[e.Zxid] != 0
	if b := v.ZabInvariants.Observe(e); b != nil {
		return b
	}
	m := v.node(e.Node)
	switch e.Kind {
	case runlog.Role:
		m.leads = e.Text == "serving" && e.Msg == "leading"
		if m.leads {
			return v.leadsMembers(e, m)
		}
	case runlog.Crash:
		m.leads = false
	case runlog.Write:
		if e.Text == "currentEpoch" {
			m.writing = e.Epoch
		}
	case runlog.Synced:
		v.synced(e, m)
	case runlog.Restore, runlog.Truncate:
		if e.Text == "disk" || e.Text == "log" || e.Kind == runlog.Truncate {
			m.synced = e.Zxid
		}
	case runlog.Members:
		return v.learns(e, m)
	case runlog.Apply:
		if !known {
			return v.onDisks(e)
		}
	}
	return nil
}

func (v *ReconfigInvariants) synced(e *runlog.Event, m *member) {
	switch e.Text {
	case "currentEpoch":
		m.epoch = m.writing
	case "log":
		m.synced = max(m.synced, e.Zxid)
	case "snapshot":
		// One that is written while nothing else happens has no zxid here: it is of all
		// that is in memory.
		m.synced = max(m.synced, e.Zxid)
		if e.Zxid == 0 {
			m.synced = max(m.synced, v.server(e.Node).applied.zxid)
		}
	}
}

// onDisks: what is committed for the first time is on the disks of a quorum.
func (v *ReconfigInvariants) onDisks(e *runlog.Event) *Broken {
	// Its leader is the first to commit.
	if e.Zxid > v.inForce && v.members[v.inForce].voters>>e.Node&1 == 0 {
		return &Broken{"RemovedLeader", fmt.Sprintf("n%d commits %s, and is no voter of %s", e.Node, zxidText(e.Zxid), v.text(v.inForce))}
	}
	has := v.holding(place{e.Zxid, e.Chain})
	for version, need := v.inForce, 2; need > 0; need-- {
		if !v.isQuorum(version, has) {
			return &Broken{"CommittedLogDurability", fmt.Sprintf("n%d commits %s, which is on the disks of %s alone: that is no quorum of %s",
				e.Node, zxidText(e.Zxid), serverSet(has), v.text(version))}
		}
		if version != e.Zxid {
			return nil // only a reconfiguration needs one of its predecessor, too
		}
		version = v.members[version].before
	}
	return nil
}

// learns takes a configuration that a server has seen proposed, or has put in force.
func (v *ReconfigInvariants) learns(e *runlog.Event, m *member) *Broken {
	now := configuration{voters: setOf(e.Servers), observers: namedSet(e.Kids)}
	if was, ok := v.members[e.Zxid]; !ok {
		v.members[e.Zxid] = now
	} else if was.voters != now.voters || e.Zxid > 0 && was.observers != now.observers {
		return &Broken{"ConfigurationAgreement", fmt.Sprintf("n%d has %s as the configuration of version %s, which another server knows as %s",
			e.Node, serverSet(now.voters), zxidText(e.Zxid), serverSet(was.voters))}
	}
	if e.Text == "active" {
		m.active, m.seen = e.Zxid, max(m.seen, e.Zxid)
		return v.activates(e, m)
	}
	before := m.seen
	m.seen = e.Zxid
	if !m.leads {
		return nil
	}
	if before > m.active {
		return &Broken{"OneReconfiguration", fmt.Sprintf("n%d proposes %s while %s is not in force", e.Node, v.text(e.Zxid), v.text(before))}
	}
	epoch := m.epoch
	follow := v.who(func(_ int, o *member) bool { return o.epoch >= epoch })
	if !v.isQuorum(e.Zxid, follow) {
		return &Broken{"SyncedQuorum", fmt.Sprintf("n%d proposes %s, of which only %s have its history in epoch %d", e.Node, v.text(e.Zxid), serverSet(follow&now.voters), epoch)}
	}
	return nil
}

// activates: who puts a configuration in force first needs two quorums for it. A leader
// that begins has it acknowledged as such, one that goes on has it in the logs.
func (v *ReconfigInvariants) activates(e *runlog.Event, m *member) *Broken {
	if e.Zxid <= v.inForce {
		return nil
	}
	before := v.inForce
	has := v.who(func(_ int, o *member) bool { return o.seen >= e.Zxid && (!m.leads || o.synced >= e.Zxid) })
	for _, version := range []uint64{before, e.Zxid} {
		if !v.isQuorum(version, has) {
			return &Broken{"ActivationQuorum", fmt.Sprintf("n%d puts %s in force, which %s have on disk: that is no quorum of %s",
				e.Node, v.text(e.Zxid), serverSet(has), v.text(version))}
		}
	}
	now := v.members[e.Zxid]
	now.before = before
	v.members[e.Zxid], v.inForce = now, e.Zxid
	return nil
}

// leadsMembers: a leader is followed by a quorum of the configuration in force, and
// has put in force what its history says.
func (v *ReconfigInvariants) leadsMembers(e *runlog.Event, m *member) *Broken {
	follow := v.who(func(_ int, o *member) bool { return o.epoch == e.Epoch })
	if !v.isQuorum(v.inForce, follow) {
		return &Broken{"LeadershipQuorum", fmt.Sprintf("n%d leads epoch %d, which %s have taken over: that is no quorum of %s", e.Node, e.Epoch, serverSet(follow), v.text(v.inForce))}
	}
	for at := (place{e.Zxid, e.Chain}); at.zxid > m.active; {
		if _, ok := v.members[at.zxid]; ok {
			return &Broken{"LeaderConfiguration", fmt.Sprintf("n%d leads epoch %d with %s in its history, and has not put it in force", e.Node, e.Epoch, v.text(at.zxid))}
		}
		next, ok := v.parents[at.chain]
		if !ok {
			break
		}
		at = next
	}
	return nil
}

// text shows a configuration.
func (v *ReconfigInvariants) text(version uint64) string {
	return fmt.Sprintf("the configuration %s (version %s)", serverSet(v.members[version].voters), zxidText(version))
}

func setOf(servers []int) (set uint64) {
	for _, n := range servers {
		set |= 1 << n
	}
	return set
}

func namedSet(names []string) (set uint64) {
	for _, name := range names {
		var n int
		if _, err := fmt.Sscanf(name, "n%d", &n); err == nil {
			set |= 1 << n
		}
	}
	return set
}

// serverSet names the servers of a set: n1, n3.
func serverSet(set uint64) string {
	var ns []int
	for n := 1; n < 64; n++ {
		if set>>n&1 != 0 {
			ns = append(ns, n)
		}
	}
	if ns == nil {
		return "nobody"
	}
	return servers(ns)
}
