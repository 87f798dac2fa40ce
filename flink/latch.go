package flink

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/schismlab/schism/zookeeper"
)

// latch is Curator's LeaderLatch: each participant makes an ephemeral sequential
// znode; the first leads, and everybody else watches the one before its own.
type latch struct {
	conn     *connection
	quirks   Quirks
	name     string // of the process, for the names of its znodes
	tolerant bool
	blind    bool // the planted LatchIgnoresSession

	made    int    // znodes created so far, for names that nobody else gives
	own     string // path of its znode, "" none
	watches string // path of the predecessor that it watches
	leads   bool
	change  func(leads bool)
}

// enter gives up leadership and the znode, makes another one, and looks where that
// stands (LeaderLatch.reset).
func (l *latch) enter() {
	l.close()
	id := fmt.Sprintf("_c_%s.%d-latch-", l.name, l.made)
	l.create(id, l.made)
}

// create makes the znode. Its name begins with an identity, so that one whose
// reply was lost can be found (withProtection).
func (l *latch) create(id string, made int) {
	r := create(latchDir+"/"+id, l.name, true)
	r.Sequential = true
	l.conn.do(always, r, func(reply *zookeeper.Reply) {
		switch {
		case made != l.made: // it has begun anew meanwhile
			l.sweep(id)
		case reply == nil:
			l.find(id, made)
		case reply.Err == zookeeper.NoNode:
			l.conn.ensure(always, []string{rootDir, leaderDir, latchDir}, func() { l.create(id, made) })
		case reply.Err != zookeeper.OK:
			l.create(id, made)
		default:
			l.own = reply.Path
			l.look()
		}
	})
}

// sweep removes a znode that was made in vain: nobody else would, as long as the
// session lives, and nobody could lead behind it.
func (l *latch) sweep(id string) {
	l.conn.persist(always, children(latchDir, false), func(reply *zookeeper.Reply) {
		for _, name := range reply.Kids.Names() {
			if strings.HasPrefix(name, id) {
				l.conn.persist(always, remove(latchDir+"/"+name), func(*zookeeper.Reply) {})
			}
		}
	})
}

// find looks for a znode whose create has no reply, and makes another one if it
// is not there, or belongs to a session that is over.
func (l *latch) find(id string, made int) {
	alive := func() bool { return made == l.made }
	l.conn.persist(alive, children(latchDir, false), func(reply *zookeeper.Reply) {
		for _, name := range reply.Kids.Names() {
			if strings.HasPrefix(name, id) {
				l.verify(latchDir+"/"+name, func() {
					l.own = latchDir + "/" + name
					l.look()
				})
				return
			}
		}
		l.create(id, made)
	})
}

// verify goes on if the znode belongs to the present session, and begins anew if
// not.
func (l *latch) verify(path string, then func()) {
	made := l.made
	l.conn.persist(func() bool { return made == l.made }, exists(path, false), func(reply *zookeeper.Reply) {
		if reply.Err == zookeeper.OK && reply.Stat.Owner == l.conn.client.Session() {
			then()
			return
		}
		if reply.Err == zookeeper.OK {
			l.conn.persist(always, remove(path), func(*zookeeper.Reply) {})
		}
		l.enter()
	})
}

// look lists the participants (LeaderLatch.getChildren).
func (l *latch) look() {
	made := l.made
	l.conn.persist(func() bool { return made == l.made }, children(latchDir, false), func(reply *zookeeper.Reply) {
		switch {
		case reply.Err == zookeeper.OK:
			l.stand(reply.Kids.Names())
		case l.quirks&StayWithoutPath == 0:
			l.enter()
		}
	})
}

// stand sees where its znode stands (LeaderLatch.checkLeadership).
func (l *latch) stand(kids []string) {
	before, own := "", false
	for _, name := range kids {
		switch {
		case l.own == latchDir+"/"+name:
			own = true
		case sequence(name) < sequence(l.own) && sequence(name) > sequence(before):
			before = name
		}
	}
	switch {
	case !own:
		l.enter()
	case before == "" && l.quirks&OwnByName != 0:
		l.setLeads(true)
	case before == "":
		l.verify(l.own, func() { l.setLeads(true) })
	default:
		l.watch(latchDir + "/" + before)
	}
}

// watch waits for the predecessor to go. It may have gone since it was listed.
func (l *latch) watch(path string) {
	made := l.made
	l.watches = path
	l.conn.persist(func() bool { return made == l.made }, get(path, true), func(reply *zookeeper.Reply) {
		switch {
		case reply.Err == zookeeper.OK:
		case l.quirks&ResetOnGap != 0:
			l.enter()
		default:
			l.look()
		}
	})
}

func (l *latch) fired(e zookeeper.WatchedEvent) {
	if e.Type == zookeeper.WatchDeleted && e.Path == l.watches && l.own != "" {
		l.look()
	}
}

// close gives up leadership and the znode (LeaderLatch.close).
func (l *latch) close() {
	l.setLeads(false)
	l.made++ // whatever is under way is in vain
	if l.own != "" {
		l.conn.persist(always, remove(l.own), func(*zookeeper.Reply) {})
		l.own = ""
	}
}

// changed is LeaderLatch.handleStateChange. A connection that is suspended is an
// error unless the policy tolerates it.
func (l *latch) changed(s state) {
	switch s {
	case connected:
		l.enter()
	case suspended:
		if !l.tolerant && !l.blind {
			l.setLeads(false)
		}
	case lost:
		if !l.blind {
			l.setLeads(false)
		}
	case reconnected:
		switch {
		case l.blind && l.leads:
		case l.own == "": // it is being made
		case l.quirks&ResetOnGap != 0:
			l.enter()
		case !l.tolerant || !l.leads:
			l.look()
		}
	}
}

func (l *latch) setLeads(leads bool) {
	if l.leads != leads {
		l.leads = leads
		l.change(leads)
	}
}

// sequence is the number at the end of a sequential znode's name, -1 if there is
// none.
func sequence(name string) int {
	i := strings.LastIndexByte(name, '-')
	n, err := strconv.Atoi(name[i+1:])
	if err != nil {
		return -1
	}
	return n
}
