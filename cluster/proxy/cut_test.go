package proxy

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
)

func TestCutHoldsBothDirections(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	b.link(1, 2, cut)
	b.link(2, 1, cut)
	b.say(one, "a")
	b.say(two, "b")
	b.silent(one)
	b.silent(two)
	b.link(1, 2, cluster.Link{})
	b.hear(two, "a")
	b.silent(one)
	b.link(2, 1, cluster.Link{})
	b.hear(one, "b")
}

func TestCutOneWay(t *testing.T) {
	for name, v := range map[string]struct{ from, to int }{"dialler is not heard": {1, 2}, "acceptor is not heard": {2, 1}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			from, to := b.connect()
			if v.from == 2 {
				from, to = to, from
			}
			b.link(v.from, v.to, cut)
			b.say(from, "held")
			b.silent(to)
			b.say(to, "free")
			b.hear(from, "free")
			b.link(v.from, v.to, cluster.Link{})
			b.hear(to, "held")
		})
	}
}

// TestCutInterruptsWrite cuts while the receiver reads nothing and the proxy is
// blocked in handing it bytes: the cut must be in force at once, and no byte may
// be lost or doubled.
func TestCutInterruptsWrite(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	sent := make([]byte, 64<<20)
	for i := range sent {
		sent[i] = byte(i % 251)
	}
	written := make(chan error, 1)
	go func() {
		_, err := one.Write(sent)
		written <- err
	}()
	waitStuck(t, func() uint64 { return b.Carried(1, 2) })
	b.link(1, 2, cut)
	before := b.Carried(1, 2)
	first := make([]byte, before-uint64(len("to")))
	two.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(two, first); err != nil {
		t.Fatal(err)
	}
	b.silent(two)
	b.link(1, 2, cluster.Link{})
	rest := make([]byte, len(sent)-len(first))
	two.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(two, rest); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(append(first, rest...), sent) {
		t.Error("the stream was changed")
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}

// waitStuck waits until a count has begun to grow and has then stood still.
func waitStuck(t *testing.T, count func() uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for last, still := count(), 0; still < 4; {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatal("never stuck")
		}
		if now := count(); now == last && now > 1000 {
			still++
		} else {
			last, still = now, 0
		}
	}
}

func TestCutHoldsTheEnd(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	b.link(1, 2, cut)
	one.Close()
	b.silent(two)
	b.link(1, 2, cluster.Link{})
	if !b.ended(two) {
		t.Error("closed in order, but reset at the other end")
	}
}

func TestResetPropagates(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	b.link(1, 2, cut)
	one.SetLinger(0)
	one.Close()
	b.silent(two)
	// What the other end says now is lost: nobody is there. It learns of that
	// only when the way back to it is open.
	b.say(two, "lost")
	b.silent(two)
	b.link(1, 2, cluster.Link{})
	if b.ended(two) {
		t.Error("reset, but ended in order at the other end")
	}
}

func TestEndOneWayLeavesTheOther(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	one.CloseWrite()
	if !b.ended(two) {
		t.Fatal("not in order")
	}
	b.say(two, "still")
	b.hear(one, "still")
	two.Close()
	if !b.ended(one) {
		t.Error("not in order")
	}
}

func TestDialDuringCut(t *testing.T) {
	for name, v := range map[string][2]int{"forth": {1, 2}, "back": {2, 1}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.link(v[0], v[1], cut)
			one := b.dial()
			b.say(one, "hello")
			b.unaccepted()
			b.link(v[0], v[1], cluster.Link{})
			b.hear(b.accept(), "hello")
		})
	}
}

func (b bench) unaccepted() {
	b.t.Helper()
	b.target.SetDeadline(time.Now().Add(glance))
	if conn, err := b.target.Accept(); err == nil {
		conn.Close()
		b.t.Fatal("a connection came through")
	}
}

func TestDialDuringCutGivenUp(t *testing.T) {
	b := newBench(t, nil)
	b.link(1, 2, cut)
	one := b.dial()
	b.say(one, "hello")
	one.CloseWrite()
	// The proxy hangs up in turn: it has understood.
	b.ended(one)
	b.link(1, 2, cluster.Link{})
	b.unaccepted()
}

// TestSayAndHangUp is what a server with a smaller number does: it introduces
// itself and closes at once. The words must arrive.
func TestSayAndHangUp(t *testing.T) {
	b := newBench(t, nil)
	for range 50 {
		one := b.dial()
		b.say(one, "introduction")
		one.Close()
		two := b.accept()
		b.hear(two, "introduction")
		if !b.ended(two) {
			t.Fatal("reset")
		}
	}
}

func TestDialToNobodyIsReset(t *testing.T) {
	b := newBench(t, nil)
	b.target.Close()
	b.dialReset()
}

func TestBar(t *testing.T) {
	b := newBench(t, nil)
	bar := func(shut bool) {
		t.Helper()
		if err := b.Bar(t.Context(), 2, shut); err != nil {
			t.Fatal(err)
		}
	}
	one, two := b.connect()
	bar(true)
	b.dialReset()
	b.unaccepted()
	b.say(one, "goes on")
	b.hear(two, "goes on")
	election, err := net.DialTCP("tcp4", nil, b.Addr(1, 2, Election))
	if err != nil {
		t.Fatal(err)
	}
	defer election.Close()
	b.accept()
	bar(false)
	b.connect()
}

func TestBarUnknownServer(t *testing.T) {
	b := newBench(t, nil)
	if err := b.Bar(t.Context(), 3, true); err == nil || err.Error() != "no server 3: want 1 to 2" {
		t.Errorf("got %v", err)
	}
}
