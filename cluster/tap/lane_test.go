package tap

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/wire"
)

// said keeps a line an event.
type said struct{ lines []string }

func (s *said) Put(e *runlog.Event) int64 {
	s.lines = append(s.lines, strings.TrimSpace(fmt.Sprintf("c%d %s %s%s", e.Client-1, e.Kind, e.Path, e.Text)))
	return int64(len(s.lines))
}

// TestLanes: a server keeps one watch for a session, whichever of its lanes has
// left it, and tells once; every lane that has left it is told, and no other.
func TestLanes(t *testing.T) {
	var log said
	c := NewRecorder(&log).Conn(1)
	ask := func(path string, watch bool) *wire.Request {
		r := &wire.Request{Code: wire.GetChildren, Path: path, Watch: watch}
		c.asked(r)
		return r
	}
	answer := func(r *wire.Request) { c.answered(&wire.Exchange{Request: *r}) }
	const children = 4
	c.connected(wire.Connect{}, wire.Accept{Session: 77, Timeout: 4000})
	first, second, third := ask("/", true), ask("/", true), ask("/", false)
	answer(first)
	c.fired(wire.Event{Type: children, Path: "/"}) // the second still waits: it may have left it
	answer(second)
	answer(third)
	c.fired(wire.Event{Type: children, Path: "/"}) // the second has left it again
	c.fired(wire.Event{Type: children, Path: "/"}) // of a watch set anew
	c.Closed()
	want := []string{
		"c1 conn", "c1 call /", "c2 conn", "c2 call /", "c3 conn", "c3 call /",
		"c1 ret", "c1 watch /children", "c2 watch /children", "c2 ret", "c3 ret",
		"c2 watch /children", "c1 watch /children",
		"c1 lost", "c2 lost", "c3 lost",
	}
	if !slices.Equal(log.lines, want) {
		t.Errorf("wrote\n%s\nwant\n%s", strings.Join(log.lines, "\n"), strings.Join(want, "\n"))
	}
}

// TestLanesThatStay: a watch that stays tells its lane each time, wherever it
// belongs, until any lane of the session takes it away.
func TestLanesThatStay(t *testing.T) {
	var log said
	c := NewRecorder(&log).Conn(1)
	ask := func(r *wire.Request) *wire.Request { c.asked(r); return r }
	answer := func(r *wire.Request) { c.answered(&wire.Exchange{Request: *r}) }
	const data = 3
	c.connected(wire.Connect{}, wire.Accept{Session: 77, Timeout: 4000})
	first := ask(&wire.Request{Code: wire.Sync, Path: "/"})
	second := ask(&wire.Request{Code: wire.AddWatch, Path: "/a", Flags: 1})
	answer(first)
	answer(second)
	c.fired(wire.Event{Type: data, Path: "/a/b"})
	c.fired(wire.Event{Type: data, Path: "/a"})
	c.fired(wire.Event{Type: data, Path: "/ab"}) // of nobody: the first
	answer(ask(&wire.Request{Code: wire.RemoveWatches, Path: "/a", Flags: wire.WatcherAny}))
	c.fired(wire.Event{Type: data, Path: "/a/b"})
	want := []string{
		"c1 conn", "c1 call /", "c2 conn", "c2 call /a", "c1 ret", "c2 ret",
		"c2 watch /a/bdata", "c2 watch /adata", "c1 watch /abdata", "c1 call /a", "c1 ret", "c1 watch /a/bdata",
	}
	if !slices.Equal(log.lines, want) {
		t.Errorf("wrote\n%s\nwant\n%s", strings.Join(log.lines, "\n"), strings.Join(want, "\n"))
	}
}
