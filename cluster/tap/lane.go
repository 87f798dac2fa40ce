package tap

import (
	"slices"
	"strings"

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
	stays   []stay
}

// watch is where a server keeps a watch: on a znode, or on its children. The
// zero value is none.
type watch struct {
	path  string
	child bool
}

// stay is a watch of a lane that stays until it is taken away.
type stay struct {
	path      string
	recursive bool
}

func (s stay) tells(e wire.Event) bool {
	if !s.recursive {
		return e.Path == s.path
	}
	return e.What() != "children" && (e.Path == s.path || s.path == "/" || strings.HasPrefix(e.Path, s.path+"/"))
}

// keep notes what the answer to an addWatch or removeWatches has changed. Watches
// are the session's: any of its lanes may take them away.
func (c *Conn) keep(l *lane, x *wire.Exchange) {
	r := &x.Request
	switch {
	case x.Reply.Err != 0:
	case r.Code == wire.AddWatch:
		l.stays = append(l.stays, stay{r.Path, r.Recursive()})
	case r.Code == wire.RemoveWatches && r.Flags == wire.WatcherAny:
		for _, l := range c.session.lanes {
			l.stays = slices.DeleteFunc(l.stays, func(s stay) bool { return s.path == r.Path })
		}
	}
}

// tell says whether the lane waits for what a watch tells; of one that fires once it
// waits no longer.
func (l *lane) tell(e wire.Event) bool {
	told := slices.ContainsFunc(l.stays, func(s stay) bool { return s.tells(e) })
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
