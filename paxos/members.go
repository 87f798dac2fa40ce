package paxos

import (
	"strconv"
	"strings"
)

// Members is a configuration of an ensemble: who votes and who observes. It never
// changes once it was made, so copies of machines share it.
type Members struct {
	// Version is the zxid of the transaction that made it, 0 for the first.
	Version Zxid
	// Voters have a voice in elections and commits; Observers have none. Who is in
	// neither may follow all the same, without a voice.
	Voters, Observers Set
}

// Quorum says whether more than half of the voters are in s.
func (m *Members) Quorum(s Set) bool { return m.QuorumWith(s, 0) }

// QuorumWith is Quorum of s and as many more voters, or less.
func (m *Members) QuorumWith(s Set, more int) bool {
	return (s&m.Voters).Len()+more >= m.Voters.Len()/2+1
}

// Has says whether id is a member of either kind.
func (m *Members) Has(id ID) bool { return (m.Voters | m.Observers).Has(id) }

// Same says whether the members are the same, whatever the versions.
func (m *Members) Same(o *Members) bool { return m.Voters == o.Voters && m.Observers == o.Observers }

// String is the voters, then the observers: n1,n2,n3 observers n4 (version 1:7).
func (m *Members) String() string {
	s := m.Voters.String()
	if m.Observers != 0 {
		s += " observers " + m.Observers.String()
	}
	return s + " (version " + m.Version.String() + ")"
}

// String is the servers with commas between them: n1,n2.
func (s Set) String() string {
	if s == 0 {
		return "nobody"
	}
	var b strings.Builder
	for id := ID(1); id <= MaxServer; id++ {
		if !s.Has(id) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString("n" + strconv.Itoa(int(id)))
	}
	return b.String()
}

// Reconfiguring is a Command that may make a new configuration. One that does says
// who is in it.
type Reconfiguring interface {
	Command
	Reconfigures() (voters, observers Set, ok bool)
}

// Members is the configuration that an entry makes, nil if it makes none.
func (e *Entry) Members() *Members {
	c, ok := e.Cmd.(Reconfiguring)
	if !ok {
		return nil
	}
	voters, observers, ok := c.Reconfigures()
	if !ok {
		return nil
	}
	return &Members{Version: e.Zxid, Voters: voters, Observers: observers}
}
