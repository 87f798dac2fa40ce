package tap

import (
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/wire"
)

// lane is one client of the history.
type lane struct {
	client int // as in runlog.Event
	num    int
	open   bool
	// asks is the watch that the open call leaves, if it leaves one, and watched
	// are those that were left and have not told. A server keeps one watch for a
	// session, however many lanes have left it, and it tells them all.
	asks    watch
	watched map[watch]bool
}

// watch is where a server keeps a watch: on a znode, or on its children. The
// zero value is none.
type watch struct {
	path  string
	child bool
}

// tell says whether the lane waits for what a watch tells, and waits no longer.
func (l *lane) tell(e wire.Event) bool {
	var told bool
	for _, w := range watches(e) {
		told = told || l.watched[w] || l.open && l.asks == w
		delete(l.watched, w)
	}
	return told
}

// watches are those that an event uses up.
func watches(e wire.Event) []watch {
	data, kids := watch{e.Path, false}, watch{e.Path, true}
	switch e.What() {
	case "children":
		return []watch{kids}
	case "deleted":
		return []watch{data, kids}
	}
	return []watch{data}
}

// free is the first lane that has no call open; r.mu is held.
func (c *Conn) free() *lane {
	for _, l := range c.session.lanes {
		if !l.open {
			return l
		}
	}
	l := c.r.lane(c.session)
	c.r.put(runlog.Event{Kind: runlog.Conn, Client: l.client, Node: c.node, Session: c.id})
	return l
}
