package zookeeper

import (
	"slices"
	"strings"

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
	// Of these nothing is told at once: what they missed is missed.
	Persistent, Recursive []string
}

// watch is what a client has left with this server.
type watch struct {
	path string
	conn paxos.Conn
	kind watchKind
}

// watchKind says what a watch is told of (WatcherMode).
type watchKind uint8

const (
	onData    watchKind = iota // once, of the znode
	onKids                     // once, of its children, or that it is gone
	staysData                  // of the znode, until it is taken away
	staysKids                  // of its children, or that it is gone, until …
	recursive                  // of the znode and all below it, until …
)

func (k watchKind) ofKids() bool { return k == onKids || k == staysKids }

// tells says whether a watch is told of a change of a znode, or of its children.
func (w *watch) tells(path string, data, kids bool) bool {
	if w.kind == recursive {
		// A change of the children is told as what has become of the child.
		return data && (w.path == path || w.path == "/" || strings.HasPrefix(path, w.path+"/"))
	}
	return w.path == path && (data && !w.kind.ofKids() || kids && w.kind.ofKids())
}

// watches holds a server's watches in the order they were left.
type watches []watch

// add leaves a watch; one of a kind for a path and connection is enough. If a path
// has one mode only, a new one takes the place of what was there.
func (ws *watches) add(w watch, oneMode bool) {
	for i := range *ws {
		switch have := &(*ws)[i]; {
		case *have == w:
			return
		case oneMode && have.path == w.path && have.conn == w.conn && have.kind.ofKids() == w.kind.ofKids():
			have.kind = w.kind
			return
		}
	}
	*ws = append(*ws, w)
}

// leave leaves a watch with this server.
func (s *Server) leave(path string, conn paxos.Conn, kinds ...watchKind) {
	for _, k := range kinds {
		s.watches.add(watch{path, conn, k}, s.cfg.OneWatchMode)
	}
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

// remove takes away all that a connection has left on a path; it is false if
// that was nothing.
func (ws *watches) remove(conn paxos.Conn, path string) bool {
	n := len(*ws)
	*ws = slices.DeleteFunc(*ws, func(w watch) bool { return w.conn == conn && w.path == path })
	return len(*ws) < n
}

// fire hands each connection with a watch that fits to tell, and takes out those
// that are told once. A connection with several is told once, too.
func (ws *watches) fire(path string, data, child bool, tell func(paxos.Conn)) {
	kept := (*ws)[:0]
	told := make([]paxos.Conn, 0, 8)
	for _, w := range *ws {
		fits := w.tells(path, data, child)
		if !fits || w.kind >= staysData {
			kept = append(kept, w)
		}
		if !fits {
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
// A znode created and deleted meanwhile is missed for good, and so is everything
// by watches that stay (SetWatches2).
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
			s.leave(path, conn, onData)
		}
	}
	for _, path := range l.Exist {
		if _, _, ok := t.Get(path); ok {
			found(WatchCreated, path)
		} else {
			s.leave(path, conn, onData)
		}
	}
	for _, path := range l.Kids {
		if _, stat, ok := t.Get(path); !ok {
			found(WatchDeleted, path)
		} else if stat.Pzxid > l.Zxid {
			found(WatchChildren, path)
		} else {
			s.leave(path, conn, onKids)
		}
	}
	for _, path := range l.Persistent {
		s.leave(path, conn, staysData, staysKids)
	}
	for _, path := range l.Recursive {
		s.leave(path, conn, recursive)
	}
}
