package run

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

func TestHostsKeepTheirOrder(t *testing.T) {
	h := &hosts{addrs: rotated([]string{"a", "b", "c"}, 2)}
	if err := h.Init([]string{"c", "a", "b"}); err != nil {
		t.Fatal(err)
	}
	type next struct {
		addr  string
		again bool
	}
	take := func() next { a, again := h.Next(); return next{a, again} }
	got := []next{take(), take(), take(), take()}
	want := []next{{"b", false}, {"c", false}, {"a", false}, {"b", true}}
	if !slices.Equal(got, want) {
		t.Errorf("servers %v, want %v", got, want)
	}
	h.Connected()
	if n := take(); n != (next{"c", false}) {
		t.Errorf("after a success %v, want to go on with c and without a pause", n)
	}
}

func TestOutcome(t *testing.T) {
	for _, tc := range []struct {
		err       error
		out, name string
	}{
		{nil, runlog.OK, ""},
		{zk.ErrNoNode, runlog.Fail, "NoNode"},
		{zk.ErrBadVersion, runlog.Fail, "BadVersion"},
		{zk.ErrNodeExists, runlog.Fail, "NodeExists"},
		{zk.ErrNotEmpty, runlog.Fail, "NotEmpty"},
		{zk.ErrNoChildrenForEphemerals, runlog.Fail, "NoChildrenForEphemerals"},
		{zk.ErrConnectionClosed, runlog.Unknown, "ConnectionLoss"},
		{zk.ErrClosing, runlog.Unknown, "ConnectionLoss"},
		{zk.ErrNoServer, runlog.Unknown, "ConnectionLoss"},
		{&net.OpError{Op: "write", Err: os.ErrDeadlineExceeded}, runlog.Unknown, "ConnectionLoss"},
		{io.EOF, runlog.Unknown, "ConnectionLoss"},
		{zk.ErrSessionExpired, runlog.Unknown, "SessionExpired"},
		{zk.ErrSessionMoved, runlog.Unknown, "SessionMoved"},
		{errors.New("unknown error: -7"), runlog.Unknown, "unknown error: -7"},
		{fmt.Errorf("in a wrapper: %w", zk.ErrBadVersion), runlog.Fail, "BadVersion"},
	} {
		if out, name := outcome(tc.err); out != tc.out || name != tc.name {
			t.Errorf("%v is %s %s, want %s %s", tc.err, out, name, tc.out, tc.name)
		}
	}
}

func TestRemember(t *testing.T) {
	seenSet := plan.Call{Op: plan.Set, Path: "/x", Value: plan.SeenPlus(1), Version: plan.SeenVersion}
	get := plan.Call{Op: plan.Get, Path: "/x"}
	ok := func(e runlog.Event) runlog.Event { e.Out = runlog.OK; return e }
	for _, tc := range []struct {
		name  string
		call  plan.Call
		ret   runlog.Event
		made  bool
		value string
	}{
		{"get", get, ok(runlog.Event{Data: "41", Version: 3}), true, "42"},
		{"unknown get", get, runlog.Event{Out: runlog.Unknown, Err: "ConnectionLoss"}, true, "8"},
		{"missing", get, runlog.Event{Out: runlog.Fail, Err: "NoNode"}, false, ""},
		{"exists shows no value", plan.Call{Op: plan.Exists, Path: "/x"}, ok(runlog.Event{Version: 9}), false, ""},
		{"set", plan.Call{Op: plan.Set, Path: "/x", Value: plan.Text("5")}, ok(runlog.Event{Version: 3}), true, "6"},
		{"delete", plan.Call{Op: plan.Delete, Path: "/x"}, ok(runlog.Event{}), false, ""},
		{"create without a parent", plan.Call{Op: plan.Create, Path: "/x"}, runlog.Event{Out: runlog.Fail, Err: "NoNode"}, true, "8"},
		{"multi", plan.Call{Op: plan.Multi, Parts: []plan.Call{{Op: plan.Set, Path: "/x", Value: plan.Text("10")}}}, ok(runlog.Event{Parts: []runlog.Part{{Version: 4}}}), true, "11"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var m plan.Memory
			m.Saw("/x", "7", 2)
			remember(&m, tc.call, tc.ret)
			got, made := m.Resolve(seenSet)
			if made != tc.made || made && got.Value.Text != tc.value {
				t.Errorf("then set seen+1 resolves to %q, %v; want %q, %v", got.Value.Text, made, tc.value, tc.made)
			}
		})
	}
}

// echo is a server that sends back what it gets, and tells when its end of a
// connection has been closed.
func echo(t *testing.T) (addr string, closed <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	ends := make(chan struct{}, 8)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(c, c); c.Close(); ends <- struct{}{} }()
		}
	}()
	return l.Addr().String(), ends
}

const testPatience = 200 * time.Millisecond // two thirds of the session time-out

func dialed(t *testing.T) (*gate, net.Conn, <-chan struct{}) {
	t.Helper()
	addr, closed := echo(t)
	g := newGate(testPatience*3/2, 3)
	c, err := g.dial("tcp", addr, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.sever)
	return g, c, closed
}

func exchange(t *testing.T, c net.Conn, text string) (string, error) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(time.Hour)) // the gate's patience is less
	b := make([]byte, len(text))
	n, err := io.ReadFull(c, b)
	return string(b[:n]), err
}

func TestGateOpen(t *testing.T) {
	_, c, closed := dialed(t)
	if got, err := exchange(t, c, "abc"); got != "abc" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	c.Close()
	<-closed
}

func TestGateShutKeepsWritesAndCloseUntilItOpens(t *testing.T) {
	g, c, closed := dialed(t)
	g.silence()
	if got, err := exchange(t, c, "abc"); got != "" || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("through a shut gate came %q, %v", got, err)
	}
	c.Close()
	select {
	case <-closed:
		t.Error("the server heard the close through a shut gate")
	default:
	}
	g.unsilence()
	<-closed
}

func TestGateDeliversWhatWasWrittenWhileShut(t *testing.T) {
	g, c, _ := dialed(t)
	g.silence()
	if _, err := io.WriteString(c, "abc"); err != nil {
		t.Fatal(err)
	}
	g.unsilence()
	if got, err := exchange(t, c, "def"); got != "abc" || err != nil {
		t.Errorf("first came %q, %v; want abc, which was written first", got, err)
	}
}

func TestGateShutHoldsAReadThatWasAlreadyWaiting(t *testing.T) {
	g, c, _ := dialed(t)
	if _, err := io.WriteString(c, "a"); err != nil {
		t.Fatal(err)
	}
	g.silence() // the answer is under way, or there
	c.SetReadDeadline(time.Now().Add(testPatience))
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %d bytes, %v through a shut gate", n, err)
	}
}

func TestGateShutDialTimesOut(t *testing.T) {
	addr, _ := echo(t)
	g := newGate(testPatience*3/2, 3)
	g.silence()
	if _, err := g.dial("tcp", addr, testPatience); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("error %v, want that the dial timed out", err)
	}
}

func TestGateSever(t *testing.T) {
	g, c, closed := dialed(t)
	g.silence()
	io.WriteString(c, "abc")
	g.sever()
	<-closed
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a severed connection can be read")
	}
}

func TestGateGivesUpOnAServerThatDoesNotGreet(t *testing.T) {
	_, c, _ := dialed(t)
	start := time.Now()
	c.SetReadDeadline(start.Add(time.Hour)) // as the library sets it for a greeting
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("error %v from a server that says nothing", err)
	}
}
