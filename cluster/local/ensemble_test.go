//go:build unix

package local_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/local"
)

// patience bounds every wait for something that must come. It says nothing
// about how long anything should take.
const patience = 60 * time.Second

// bench is an ensemble with what tests ask of it.
type bench struct {
	*local.Ensemble
	t *testing.T
}

func start(t *testing.T, o cluster.Options) bench {
	t.Helper()
	if o.Tick == 0 {
		o.Tick, o.InitLimit, o.SyncLimit = 200*time.Millisecond, 20, 5
	}
	o.Dir, o.Seed = t.TempDir(), 1
	begun := time.Now()
	e, err := local.Start(t.Context(), o)
	var nr *cluster.NotReady
	if errors.As(err, &nr) {
		t.Skip("not ready:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := bench{e, t}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	b.awaitAll()
	t.Logf("%d servers of %s serve after %v", o.Servers, e.Version(), time.Since(begun).Round(time.Millisecond))
	return b
}

// await polls until ok, or fails the test with what was wanted.
func (b bench) await(what string, ok func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			for n := 1; n <= b.Size(); n++ {
				st, err := b.Status(b.t.Context(), n)
				b.t.Logf("server %d: %+v, %v", n, st, err)
			}
			b.t.Fatalf("never: %s", what)
		}
	}
}

func (b bench) mode(n int) string {
	st, err := b.Status(b.t.Context(), n)
	if err != nil {
		return ""
	}
	return st.Mode
}

func (b bench) awaitMode(n int, modes ...string) {
	b.t.Helper()
	b.await("server is one of the modes wanted", func() bool {
		got := b.mode(n)
		for _, m := range modes {
			if got == m {
				return true
			}
		}
		return false
	})
}

func (b bench) awaitAll() {
	b.t.Helper()
	for n := 1; n <= b.Size(); n++ {
		b.awaitMode(n, "leader", "follower", "standalone")
	}
}

// leader is the one server that leads, once there is one among those given.
func (b bench) leader(among ...int) (leads int) {
	b.t.Helper()
	b.await("one leads", func() bool {
		for _, n := range among {
			if b.mode(n) == "leader" {
				leads = n
				return true
			}
		}
		return false
	})
	return leads
}

// others are the servers of an ensemble of three but n.
func others(n int) []int { return []int{n%3 + 1, (n+1)%3 + 1} }

// isolate sets all links of server n, both ways.
func (b bench) isolate(n int, l cluster.Link) {
	b.t.Helper()
	for o := 1; o <= b.Size(); o++ {
		if o != n {
			b.must(b.SetLink(b.t.Context(), n, o, l))
			b.must(b.SetLink(b.t.Context(), o, n, l))
		}
	}
}

func (b bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// dial connects a client to server n alone.
func (b bench) dial(n int) *zk.Conn {
	b.t.Helper()
	conn, events, err := zk.Connect([]string{b.ClientAddr(n)}, 4*time.Second, zk.WithLogger(quiet{}))
	b.must(err)
	b.t.Cleanup(conn.Close)
	deadline := time.After(patience)
	for {
		select {
		case ev := <-events:
			if ev.State == zk.StateHasSession {
				return conn
			}
		case <-deadline:
			b.t.Fatalf("no session on server %d", n)
		}
	}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func TestStart(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	leads := b.leader(1, 2, 3)
	conn := b.dial(leads%3 + 1)
	_, err := conn.Create("/a", []byte("x"), 0, zk.WorldACL(zk.PermAll))
	b.must(err)
	st, err := b.Status(t.Context(), leads)
	b.must(err)
	if st.Epoch() == 0 || st.Zxid&0xffffffff < 2 {
		t.Errorf("after a session and a write the leader is at zxid %#x", st.Zxid)
	}
}
