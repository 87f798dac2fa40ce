package proxy

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
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

// dialReset dials, and waits until the connection is reset. That may be before the
// dial has returned, which then tells of it.
func (b bench) dialReset() {
	b.t.Helper()
	conn, err := net.DialTCP("tcp4", nil, b.Addr(1, 2, Quorum))
	switch {
	case errors.Is(err, syscall.ECONNRESET):
	case err != nil:
		b.t.Fatal(err)
	default:
		defer conn.Close()
		if b.ended(conn) {
			b.t.Error("closed in order, want a reset")
		}
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
