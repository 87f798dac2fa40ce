package zookeeper

import (
	"slices"

	"github.com/schismlab/schism/paxos"
)

// WatchType is what a watch tells (Watcher.Event.EventType).
type WatchType uint8

// The watch events.
const (
	WatchCreated WatchType = iota + 1
	WatchDeleted
	WatchData
	WatchChildren
)

func (w WatchType) String() string {
	return [...]string{WatchCreated: "created", WatchDeleted: "deleted", WatchData: "data", WatchChildren: "children"}[w]
}

// WatchedEvent is what a client is told. It never changes once it was sent.
type WatchedEvent struct {
	Type WatchType
	Path string
	// Renewed: the watch was set anew, and this is what the server found. A znode
	// that was deleted and created again has changed.
	Renewed bool
}

// WatchList is what a client asks to be told of again after it has connected
// anew: what happened after Zxid, it is told at once.
type WatchList struct {
	Zxid              paxos.Zxid
	Data, Exist, Kids []string
}

// watch is a one-shot watch that a client has left with this server.
type watch struct {
	path  string
	conn  paxos.Conn
	child bool // on the children; else on the znode
}

// watches holds a server's watches in the order they were left.
type watches []watch

// add leaves a watch; one of a kind for a path and connection is enough.
func (ws *watches) add(w watch) {
	for i := range *ws {
		if (*ws)[i] == w {
			return
		}
	}
	*ws = append(*ws, w)
}

// remove takes out a connection's watches of a path, of either kind.
func (ws *watches) remove(path string, conn paxos.Conn) {
	*ws = slices.DeleteFunc(*ws, func(w watch) bool { return w.path == path && w.conn == conn })
}

func (ws *watches) drop(conn paxos.Conn) {
	kept := (*ws)[:0]
	for _, w := range *ws {
		if w.conn != conn {
			kept = append(kept, w)
		}
	}
	*ws = kept
}

// fire takes out the watches that fit and hands each connection to tell. A
// connection with both kinds of watch on a deleted znode is told once.
func (ws *watches) fire(path string, data, child bool, tell func(paxos.Conn)) {
	kept := (*ws)[:0]
	told := make([]paxos.Conn, 0, 8)
	for _, w := range *ws {
		if w.path != path || w.child && !child || !w.child && !data {
			kept = append(kept, w)
			continue
		}
		if !slices.Contains(told, w.conn) {
			tell(w.conn)
			told = append(told, w.conn)
		}
	}
	*ws = kept
}

// trigger tells whoever watches what a transaction changed (DataTree.processTxn).
func (s *Server) trigger(txn *Txn, z paxos.Zxid, out *paxos.Effects) {
	if len(s.watches) == 0 {
		return
	}
	for i := range txn.Changes {
		c := &txn.Changes[i]
		parent, _ := split(c.Path)
		switch c.Op {
		case OpSet:
			s.fire(c.Path, true, false, WatchData, z, out)
		case OpCreate:
			s.fire(c.Path, true, false, WatchCreated, z, out)
			s.fire(parent, false, true, WatchChildren, z, out)
		case OpDelete:
			s.fire(c.Path, true, true, WatchDeleted, z, out)
			s.fire(parent, false, true, WatchChildren, z, out)
		}
	}
}

func (s *Server) fire(path string, data, child bool, what WatchType, z paxos.Zxid, out *paxos.Effects) {
	s.watches.fire(path, data, child, func(conn paxos.Conn) { s.tellWatch(conn, WatchedEvent{Type: what, Path: path}, z, out) })
}

func (s *Server) tellWatch(conn paxos.Conn, e WatchedEvent, z paxos.Zxid, out *paxos.Effects) {
	if c := s.conn(conn); c != nil {
		m := out.Send(c.client, conn, paxos.WatchEvent)
		m.Zxid, m.Body = z, &e
	}
}

// setWatches is DataTree.setWatches: a watch whose event was missed fires now.
// A znode created and deleted meanwhile is missed for good.
func (s *Server) setWatches(conn paxos.Conn, l *WatchList, out *paxos.Effects) {
	t, z := s.tree(), s.database().Zxid
	found := func(what WatchType, path string) {
		s.tellWatch(conn, WatchedEvent{Type: what, Path: path, Renewed: true}, z, out)
	}
	for _, path := range l.Data {
		if _, stat, ok := t.Get(path); !ok {
			found(WatchDeleted, path)
		} else if stat.Mzxid > l.Zxid {
			found(WatchData, path)
		} else {
			s.watches.add(watch{path, conn, false})
		}
	}
	for _, path := range l.Exist {
		if _, _, ok := t.Get(path); ok {
			found(WatchCreated, path)
		} else {
			s.watches.add(watch{path, conn, false})
		}
	}
	for _, path := range l.Kids {
		if _, stat, ok := t.Get(path); !ok {
			found(WatchDeleted, path)
		} else if stat.Pzxid > l.Zxid {
			found(WatchChildren, path)
		} else {
			s.watches.add(watch{path, conn, true})
		}
	}
}
