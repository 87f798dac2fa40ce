package zookeeper

import (
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/paxos"
)

// TestWatches leaves watches by c1, lets c2 do something, and says what c1 is
// told. Before, there are /a and /a/kid.
func TestWatches(t *testing.T) {
	get := func(path string) Request { return Request{Op: OpGet, Path: path, Watch: true} }
	exists := func(path string) Request { return Request{Op: OpExists, Path: path, Watch: true} }
	children := func(path string) Request { return Request{Op: OpChildren, Path: path, Watch: true} }
	set := func(path string) Request { return Request{Op: OpSet, Path: path, Version: -1} }
	create := func(path string) Request { return Request{Op: OpCreate, Path: path} }
	remove := func(path string) Request { return Request{Op: OpDelete, Path: path, Version: -1} }
	stay := func(path string) Request { return Request{Op: OpAddWatch, Path: path} }
	under := func(path string) Request { return Request{Op: OpAddWatch, Path: path, Recursive: true} }
	unwatch := func(path string) Request { return Request{Op: OpRemoveWatches, Path: path} }
	all := func(rs ...Request) []Request { return rs }
	for _, c := range []struct {
		name          string
		watches, does []Request
		told          string
	}{
		{"get, set", all(get("/a")), all(set("/a")), "/a data"},
		{"get, set twice: once", all(get("/a")), all(set("/a"), set("/a")), "/a data"},
		{"two watches of a kind are one", all(get("/a"), get("/a")), all(set("/a")), "/a data"},
		{"get and exists are one", all(get("/a"), exists("/a")), all(set("/a")), "/a data"},
		{"get, delete", all(get("/a/kid")), all(remove("/a/kid")), "/a/kid deleted"},
		{"get of nothing leaves none", all(get("/n")), all(create("/n")), ""},
		{"children of nothing leave none", all(children("/n")), all(create("/n"), create("/n/m")), ""},
		{"exists of nothing, create", all(exists("/n")), all(create("/n")), "/n created"},
		{"exists, set", all(exists("/a")), all(set("/a")), "/a data"},
		{"children, create", all(children("/a")), all(create("/a/n")), "/a children"},
		{"children, delete", all(children("/a")), all(remove("/a/kid")), "/a children"},
		{"children, set", all(children("/a")), all(set("/a"), set("/a/kid")), ""},
		{"get, a child", all(get("/a")), all(create("/a/n")), ""},
		{"children, a grandchild", all(children("/a")), all(create("/a/kid/n")), ""},
		{"children, the znode itself goes", all(children("/a/kid")), all(remove("/a/kid")), "/a/kid deleted"},
		{"both kinds, deleted: told once", all(get("/a/kid"), children("/a/kid")), all(remove("/a/kid")), "/a/kid deleted"},
		{"znode and parent", all(get("/a/kid"), children("/a")), all(remove("/a/kid")), "/a/kid deleted, /a children"},
		{"an error fires nothing", all(exists("/a"), exists("/n")), all(create("/a"), set("/n"), remove("/a")), ""},
		{"multi, in its order", all(children("/a"), get("/a")), all(Request{Op: OpMulti, Parts: all(set("/a"), create("/a/n"))}), "/a data, /a children"},
		{"multi that fails fires nothing", all(get("/a")), all(Request{Op: OpMulti, Parts: all(set("/a"), set("/n"))}), ""},
		{"root, its children", all(children("/")), all(create("/n")), "/ children"},
		{"persistent: each time", all(stay("/a")), all(set("/a"), set("/a")), "/a data, /a data"},
		{"persistent: children, too", all(stay("/a")), all(create("/a/n"), remove("/a/n")), "/a children, /a children"},
		{"persistent: nothing further below", all(stay("/a")), all(set("/a/kid"), create("/a/kid/n")), ""},
		{"persistent: gone and made anew", all(stay("/a/kid")), all(remove("/a/kid"), create("/a/kid")), "/a/kid deleted, /a/kid created"},
		{"persistent: of nothing yet", all(stay("/n")), all(create("/n"), set("/n")), "/n created, /n data"},
		{"persistent and a get: told once, and again", all(stay("/a"), get("/a")), all(set("/a"), set("/a")), "/a data, /a data"},
		{"a get first, then persistent", all(get("/a"), stay("/a")), all(set("/a"), set("/a")), "/a data, /a data"},
		{"recursive: all below", all(under("/a")), all(set("/a/kid"), create("/a/kid/n"), remove("/a/kid/n"), set("/a")), "/a/kid data, /a/kid/n created, /a/kid/n deleted, /a data"},
		{"recursive: no neighbour", all(under("/a")), all(create("/ab"), set("/ab")), ""},
		{"recursive: of the root", all(under("/")), all(create("/n"), set("/a/kid")), "/n created, /a/kid data"},
		{"recursive and children", all(under("/a"), children("/a")), all(create("/a/n"), create("/a/m")), "/a/n created, /a children, /a/m created"},
		{"recursive and persistent: told once", all(under("/"), stay("/a")), all(set("/a"), create("/a/n")), "/a data, /a/n created, /a children"},
		{"recursive, in a multi's order", all(under("/a")), all(Request{Op: OpMulti, Parts: all(set("/a"), create("/a/n"), set("/a/n"))}), "/a data, /a/n created, /a/n data"},
		{"taken away", all(stay("/a"), under("/a"), get("/a"), children("/a"), unwatch("/a")), all(set("/a"), create("/a/n")), ""},
		{"taken away elsewhere", all(stay("/a"), unwatch("/a/kid")), all(set("/a")), "/a data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(1, 0, 0)
			l.pass(t, 3*tick)
			for n := 1; n <= 2; n++ {
				l.connect(n, []paxos.ID{1}, 20*tick)
			}
			l.quiet(t)
			do := func(n int, rs ...Request) {
				for _, r := range rs {
					l.call(n, func(c *Client, out *paxos.Effects) { c.Submit(r, out) })
					l.quiet(t)
				}
			}
			do(2, create("/a"), create("/a/kid"))
			do(1, c.watches...)
			l.told = nil
			do(2, c.does...)
			var told []string
			for _, s := range l.told {
				if event, ok := strings.CutPrefix(s, "c1 is told by n1: "); ok {
					told = append(told, event)
				}
			}
			if got := strings.Join(told, ", "); got != c.told {
				t.Errorf("told %q, want %q", got, c.told)
			}
		})
	}
}

// TestDeletedIsToldOnceEach: two clients whose watches of both kinds lie mixed.
func TestDeletedIsToldOnceEach(t *testing.T) {
	var ws watches
	for _, w := range []watch{{"/a", 1, onData}, {"/a", 2, onData}, {"/b", 3, onData}, {"/a", 1, onKids}, {"/a", 2, onKids}} {
		ws.add(w, false)
	}
	var told []paxos.Conn
	ws.fire("/a", true, true, func(c paxos.Conn) { told = append(told, c) })
	if !slices.Equal(told, []paxos.Conn{1, 2}) {
		t.Errorf("told %v, want 1 and 2 once each", told)
	}
	if !slices.Equal(ws, watches{{"/b", 3, onData}}) {
		t.Errorf("left are %v, want the watch on /b", ws)
	}
}

// TestTwoConnectionsOfASession: a client comes back to its server before the
// server hears that the first connection is over. Its calls are answered on the
// second, and the end of the session ends both.
func TestTwoConnectionsOfASession(t *testing.T) {
	l := newLab(1, 0, 0)
	l.pass(t, 3*tick)
	l.connect(1, []paxos.ID{1}, 10*tick)
	l.quiet(t)
	id := paxos.Client(1)
	// The sign that the first connection is over is lost on its way.
	l.call(1, (*Client).GiveUp)
	delete(l.wires, [2]paxos.ID{id, 1})
	l.told = nil
	l.pass(t, 2*roundDelay)
	if n := len(l.server(1).conns); n != 2 || !l.client(id).open {
		t.Fatalf("%d connections, connected: %v", n, l.client(id).open)
	}
	l.call(1, func(c *Client, out *paxos.Effects) { c.Submit(Request{Op: OpCreate, Path: "/a"}, out) })
	l.quiet(t)
	if got, want := l.told[len(l.told)-1], "c1 is answered by n1: /a at 1:2"; got != want {
		t.Errorf("the last news is %q, want %q", got, want)
	}
	l.call(1, (*Client).Close)
	l.quiet(t)
	if n := len(l.server(1).conns); n != 0 {
		t.Errorf("%d connections are left of a session that is closed", n)
	}
}
