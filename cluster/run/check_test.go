package run

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/wire"
)

// greeting gives a session to whoever connects, and answers each later frame with
// an error of this code; a code of 0 says to hang up instead.
func greeting(t *testing.T, code int32) (addr string, asked <-chan wire.Request) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	requests := make(chan wire.Request, 8)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); serve(c, code, requests) }()
		}
	}()
	return l.Addr().String(), requests
}

func serve(c net.Conn, code int32, asked chan<- wire.Request) {
	for first := true; ; first = false {
		var n [4]byte
		if _, err := io.ReadFull(c, n[:]); err != nil {
			return
		}
		frame := make([]byte, binary.BigEndian.Uint32(n[:]))
		if _, err := io.ReadFull(c, frame); err != nil {
			return
		}
		var b []byte
		if first {
			b = binary.BigEndian.AppendUint32(b, 0)    // protocol version
			b = binary.BigEndian.AppendUint32(b, 4000) // time-out
			b = binary.BigEndian.AppendUint64(b, 77)   // session
			b = binary.BigEndian.AppendUint32(b, 16)   // of the password
			b = append(b, make([]byte, 16+1)...)
		} else {
			r, err := wire.ReadRequest(frame)
			if err != nil || code == 0 {
				return
			}
			if r.Xid > 0 {
				asked <- r
			}
			b = binary.BigEndian.AppendUint32(b, uint32(r.Xid))
			b = binary.BigEndian.AppendUint64(b, 9) // zxid
			b = binary.BigEndian.AppendUint32(b, uint32(code))
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)); err != nil {
			return
		}
	}
}

// A bare check goes out on the client's own connection, and its answer does not
// disturb the library.
func TestCheck(t *testing.T) {
	const unimplemented = -6
	for _, test := range []struct {
		name string
		code int32
		out  string
		err  string
	}{
		{"refused", unimplemented, runlog.Fail, "Unimplemented"},
		{"no answer", 0, runlog.Unknown, "ConnectionLoss"},
		{"an error that says nothing", -1, runlog.Unknown, "-1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			addr, asked := greeting(t, test.code)
			w, log := worldOf(t, three())
			w.addrs = []string{addr}
			c, err := w.connect(1, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer c.close()
			ret, made := c.call(t.Context(), 0, plan.Call{Op: plan.Check, Path: "/r", Version: 3})
			if !made || ret.Out != test.out || test.err != "-1" && ret.Err != test.err {
				t.Errorf("ended %s %s, want %s %s", ret.Out, ret.Err, test.out, test.err)
			}
			calls := log.of(runlog.Call)
			if len(calls) != 1 || calls[0].Op != "check" || calls[0].Version != 3 {
				t.Errorf("logged %+v, want a check of version 3", calls)
			}
			if test.code == 0 {
				return
			}
			if r := <-asked; r.Code != wire.Check || r.Path != "/r" || r.Version != 3 || r.Xid <= firstXid {
				t.Errorf("the server was asked %+v", r)
			}
			if ret.Out == runlog.Fail && ret.Zxid != 9 {
				t.Errorf("zxid %d, want 9 as in the reply", ret.Zxid)
			}
			// The library's own calls go on over the same connection.
			if _, _, err := c.conn.Get("/r"); err == nil {
				t.Error("a get was answered with an error, and the library saw none")
			}
			if r := <-asked; r.Code != wire.GetData {
				t.Errorf("then the server was asked %+v, want a get", r)
			}
		})
	}
}

// Frames of two writers stay whole, and the listener hears them in the order in
// which they are sent.
func TestGateKeepsFramesWhole(t *testing.T) {
	_, c, _ := dialed(t)
	const each = 200
	done := make(chan error, 2)
	for _, b := range []byte{'a', 'b'} {
		go func() {
			for range each {
				if _, err := c.Write(bytes.Repeat([]byte{b}, 100)); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	all := make([]byte, 2*each*100)
	if _, err := io.ReadFull(c.(*gatedConn).Conn, all); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < len(all); i += 100 {
		if frame := all[i : i+100]; !bytes.Equal(frame, bytes.Repeat(frame[:1], 100)) {
			t.Fatalf("frame %d is of both writers", i/100)
		}
	}
}

func TestSessionIsAwaited(t *testing.T) {
	g := newGate(testPatience*3/2, 3)
	over, stop := context.WithCancel(t.Context())
	stop()
	if _, err := g.session(over); err == nil {
		t.Error("a gate without a connection has a session")
	}
	c := &gatedConn{gate: g, gone: make(chan struct{})}
	got := make(chan *gatedConn)
	go func() {
		c, _ := g.session(t.Context())
		got <- c
	}()
	g.grant(c)
	if <-got != c {
		t.Error("another connection has the session")
	}
}
