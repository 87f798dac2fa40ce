package proxy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
)

// patience bounds waits for what must come, glance how long a test looks for
// what must not come. Only a broken proxy makes a glance end early, so no
// machine is too slow for one.
const (
	patience = 20 * time.Second
	glance   = 100 * time.Millisecond
)

// bench is a mesh of two servers, of which the test is both: server 1 dials
// through the mesh, server 2 accepts.
type bench struct {
	*Mesh
	t      *testing.T
	target *net.TCPListener
}

func newBench(t *testing.T, filter func(Conn, int) Filter) bench {
	t.Helper()
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Open(Options{
		Servers: 2, Seed: 7, Filter: filter,
		Target: func(int, Port) string { return l.Addr().String() },
		Report: func(err error) { t.Error(err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		l.Close()
	})
	return bench{m, t, l}
}

func (b bench) dial() *net.TCPConn {
	b.t.Helper()
	conn, err := net.DialTCP("tcp4", nil, b.Addr(1, 2, Quorum))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	return conn
}

func (b bench) accept() *net.TCPConn {
	b.t.Helper()
	b.target.SetDeadline(time.Now().Add(patience))
	conn, err := b.target.AcceptTCP()
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	return conn
}

// connect gives both ends of a connection that is known to carry.
func (b bench) connect() (dialler, acceptor *net.TCPConn) {
	b.t.Helper()
	dialler = b.dial()
	acceptor = b.accept()
	b.say(dialler, "to")
	b.hear(acceptor, "to")
	b.say(acceptor, "fro")
	b.hear(dialler, "fro")
	return dialler, acceptor
}

func (b bench) link(from, to int, l cluster.Link) {
	b.t.Helper()
	if err := b.SetLink(b.t.Context(), from, to, l); err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) say(c net.Conn, text string) {
	b.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) hear(c net.Conn, text string) {
	b.t.Helper()
	got := make([]byte, len(text))
	c.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
		b.t.Fatalf("got %q, %v; want %q", got, err, text)
	}
}

// silent fails if anything, the end included, reaches c within a glance.
func (b bench) silent(c net.Conn) {
	b.t.Helper()
	c.SetReadDeadline(time.Now().Add(glance))
	n, err := c.Read(make([]byte, 100))
	if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		b.t.Fatalf("%d bytes, %v came through", n, err)
	}
}

// ended waits for the end of what c receives, and says if it was in order.
func (b bench) ended(c net.Conn) (orderly bool) {
	b.t.Helper()
	c.SetReadDeadline(time.Now().Add(patience))
	n, err := c.Read(make([]byte, 100))
	if n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
		b.t.Fatalf("%d bytes, %v; want the end", n, err)
	}
	return errors.Is(err, io.EOF)
}

var cut = cluster.Link{Cut: true}

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
	b.ended(b.dial())
}

func TestDelay(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	const delay = 150 * time.Millisecond
	b.link(1, 2, cluster.Link{Delay: delay, Jitter: 10 * time.Millisecond})
	begun := time.Now()
	b.say(one, "slow")
	b.say(two, "quick")
	b.hear(one, "quick")
	b.hear(two, "slow")
	if took := time.Since(begun); took < delay {
		t.Errorf("arrived after %v, want no less than %v", took, delay)
	}
}

func TestOrderIsKept(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	states := []cluster.Link{
		{Jitter: 3 * time.Millisecond},
		{},
		cut,
		{Delay: 2 * time.Millisecond, Jitter: 5 * time.Millisecond},
		{Loss: 1000},
		{Delay: time.Millisecond},
		cut,
		{},
	}
	sent := make([]byte, 1<<20)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(sent)
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; i < len(sent); i += 4096 {
			if i%(len(sent)/len(states)) == 0 {
				b.link(1, 2, states[i/(len(sent)/len(states))])
			}
			one.Write(sent[i : i+4096])
		}
		one.CloseWrite()
	})
	two.SetReadDeadline(time.Now().Add(patience))
	got, err := io.ReadAll(two)
	all.Wait()
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes, %v, or changed", len(got), len(sent), err)
	}
}

func TestLossStalls(t *testing.T) {
	draws := rand.New(rand.NewPCG(1, 2))
	if d := stall(draws, 0, 1<<20); d != 0 {
		t.Errorf("no loss stalls %v", d)
	}
	var lost int
	const rounds = 20_000
	for range rounds {
		if d := stall(draws, 0.1, segment); d >= retransmit {
			lost++
		} else if d != 0 {
			t.Fatalf("a stall of %v, less than a retransmission", d)
		}
	}
	if lost < rounds/12 || lost > rounds/8 {
		t.Errorf("%d of %d pieces lost at 10 %%", lost, rounds)
	}
}

func TestLossOfEverythingIsACut(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	b.link(1, 2, cluster.Link{Loss: million})
	b.say(one, "a")
	b.silent(two)
	b.link(1, 2, cluster.Link{})
	b.hear(two, "a")
}

func TestSameSeedSameDraws(t *testing.T) {
	draw := func(seed uint64, from, to int) (ds [20]time.Duration) {
		l := newLink(seed, from, to)
		l.set(cluster.Link{Jitter: time.Second, Loss: 100_000})
		for i := range ds {
			ds[i] = l.wait(3000)
		}
		return ds
	}
	first, again := draw(1, 1, 2), draw(1, 1, 2)
	if first != again {
		t.Error("the same seed and link gave other draws")
	}
	if first == draw(2, 1, 2) || first == draw(1, 2, 1) {
		t.Error("another seed or link gave the same draws")
	}
}

func TestSetLinkRefuses(t *testing.T) {
	b := newBench(t, nil)
	for name, v := range map[string]struct {
		from, to int
		l        cluster.Link
	}{
		"itself": {1, 1, cut}, "no such server": {1, 3, cut}, "zero": {0, 1, cut},
		"negative delay": {1, 2, cluster.Link{Delay: -1}}, "loss above all": {1, 2, cluster.Link{Loss: million + 1}},
	} {
		if err := b.SetLink(t.Context(), v.from, v.to, v.l); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// upper is a Filter that changes, and holds back an unfinished line.
type upper struct{ held []byte }

func (u *upper) Pass(b []byte) ([]byte, error) {
	u.held = append(u.held, b...)
	end := bytes.LastIndexByte(u.held, '\n') + 1
	line := bytes.ToUpper(u.held[:end])
	u.held = u.held[end:]
	return line, nil
}

func (u *upper) End() []byte { return append(bytes.ToUpper(u.held), '!') }

func TestFilterSeesOneDirection(t *testing.T) {
	b := newBench(t, func(c Conn, from int) Filter {
		if c != (Conn{1, 2, Quorum}) {
			t.Errorf("filter asked for %+v", c)
		}
		if from == 1 {
			return &upper{}
		}
		return nil
	})
	one := b.dial()
	two := b.accept()
	b.say(one, "ab")
	b.silent(two)
	b.say(one, "c\nrest")
	b.hear(two, "ABC\n")
	b.say(two, "as it is\n")
	b.hear(one, "as it is\n")
	one.CloseWrite()
	b.hear(two, "REST!")
}

func TestCloseWhileCut(t *testing.T) {
	b := newBench(t, nil)
	one, two := b.connect()
	b.link(1, 2, cut)
	b.say(one, "held")
	waiting := b.dial()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{one, two, waiting} {
		b.ended(c)
	}
}
