//go:build unix

package flink

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
)

// patient bounds every wait of these tests; short is how long something is
// watched that must not happen.
const (
	patient = 20 * time.Second
	short   = 50 * time.Millisecond
)

// stage is a gate in front of a server that repeats what it hears.
type stage struct {
	t *testing.T
	*gates
	mu       sync.Mutex
	accepted int
	reported []error
}

func newStage(t *testing.T) (*stage, string) {
	s := &stage{t: t}
	s.gates = newGates(func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.reported = append(s.reported, err)
	})
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.accepted++
			s.mu.Unlock()
			go func() {
				io.Copy(c, c)
				c.Close()
			}()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s, l.Addr().String()
}

func (s *stage) cut(from, to string, on bool) { s.set(from, to, cluster.Link{Cut: on}) }

func (s *stage) gate(from, to, target string) *net.TCPAddr {
	s.t.Helper()
	addr, err := s.open(from, to, target)
	if err != nil {
		s.t.Fatal(err)
	}
	return addr
}

func (s *stage) dial(addr *net.TCPAddr) *net.TCPConn {
	s.t.Helper()
	c, err := net.DialTCP("tcp4", nil, addr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return c
}

func (s *stage) say(c net.Conn, b []byte) {
	s.t.Helper()
	if _, err := c.Write(b); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) hears(c net.Conn, want []byte) {
	s.t.Helper()
	c.SetReadDeadline(time.Now().Add(patient))
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
		s.t.Fatalf("heard %q, %v; want %q", got, err, want)
	}
}

func (s *stage) hearsNothing(c net.Conn) {
	s.t.Helper()
	c.SetReadDeadline(time.Now().Add(short))
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil || !err.(net.Error).Timeout() {
		s.t.Fatalf("heard %d bytes, %v, through a cut", n, err)
	}
}

func (s *stage) arrivals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted
}

func TestGateCarriesAndEnds(t *testing.T) {
	s, target := newStage(t)
	c := s.dial(s.gate("jm1", "n1", target))
	s.say(c, []byte("hello"))
	s.hears(c, []byte("hello"))
	c.CloseWrite()
	c.SetReadDeadline(time.Now().Add(patient))
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("after the end: %v, want %v", err, io.EOF)
	}
}

func TestCutHoldsEachWay(t *testing.T) {
	for _, w := range []way{{"jm1", "n1"}, {"n1", "jm1"}} {
		s, target := newStage(t)
		c, other := s.dial(s.gate("jm1", "n1", target)), s.dial(s.gate("jm2", "n1", target))
		s.say(c, []byte("a"))
		s.hears(c, []byte("a"))
		s.cut(w.from, w.to, true)
		s.say(c, []byte("b"))
		s.hearsNothing(c)
		s.say(other, []byte("c"))
		s.hears(other, []byte("c"))
		s.cut(w.from, w.to, false)
		s.hears(c, []byte("b"))
	}
}

// TestSlowWayIsPipelined: what is said over a slow way is under way together, and
// comes in order; the other way is not slow.
func TestSlowWayIsPipelined(t *testing.T) {
	s, target := newStage(t)
	c := s.dial(s.gate("jm1", "n1", target))
	const delay = 500 * time.Millisecond
	s.set("n1", "jm1", cluster.Link{Delay: delay})
	began := time.Now()
	var all []byte
	for i := range 200 {
		s.say(c, []byte{byte(i)})
		all = append(all, byte(i))
		time.Sleep(time.Millisecond) // so that each is a piece of its own
	}
	s.hears(c, all)
	if took := time.Since(began); took < delay || took >= 10*delay {
		t.Errorf("two hundred words over a way that takes %v came after %v", delay, took)
	}
	s.set("n1", "jm1", cluster.Link{})
	s.say(c, []byte("a"))
	s.hears(c, []byte("a"))
}

// TestDiallerGoneInACut: who hangs up before its way is open has never been
// there. A request that it wrote must not arrive an hour later.
func TestDiallerGoneInACut(t *testing.T) {
	s, target := newStage(t)
	gate := s.gate("jm1", "n1", target)
	s.cut("jm1", "n1", true)
	gone, stays := s.dial(gate), s.dial(gate)
	s.say(gone, []byte("late"))
	gone.Close()
	s.say(stays, []byte("kept"))
	s.hearsNothing(stays)
	if n := s.arrivals(); n != 0 {
		t.Fatalf("%d connections passed a cut", n)
	}
	s.cut("jm1", "n1", false)
	s.hears(stays, []byte("kept"))
	if n := s.arrivals(); n != 1 {
		t.Errorf("%d connections arrived, want the one that was still there", n)
	}
}

// TestHandshakeSaysWhoDials: at a gate that anybody dials, the cut is for one.
func TestHandshakeSaysWhoDials(t *testing.T) {
	s, target := newStage(t)
	jm, one, two := s.gate("", "jm1", target), s.gate("", "tm1", target), s.gate("", "tm2", target)
	s.cut("tm1", "jm1", true)
	first, second, stranger := s.dial(jm), s.dial(jm), s.dial(jm)
	s.say(first, handshake(uint64(one.Port)))
	s.say(second, handshake(uint64(two.Port)))
	s.say(stranger, handshake(1))
	s.hears(second, handshake(uint64(two.Port)))
	s.hears(stranger, handshake(1))
	s.hearsNothing(first)
	s.cut("tm1", "jm1", false)
	s.hears(first, handshake(uint64(one.Port)))
}

func TestGateRefusesWhatItDoesNotUnderstand(t *testing.T) {
	s, target := newStage(t)
	c := s.dial(s.gate("", "jm1", target))
	s.say(c, []byte("GET / HTTP/1.1\r\n\r\n"))
	c.SetReadDeadline(time.Now().Add(patient))
	if _, err := c.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("a stranger's connection ended with %v, want a reset", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.reported) != 1 {
		t.Errorf("reports %v, want one", s.reported)
	}
}
