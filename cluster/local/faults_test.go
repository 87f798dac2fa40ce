//go:build unix

package local_test

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/cluster"
)

// create makes a znode and fails the test if it cannot.
func (b bench) create(c *zk.Conn, path string) {
	b.t.Helper()
	_, err := c.Create(path, nil, 0, zk.WorldACL(zk.PermAll))
	b.must(err)
}

// awaitZnode waits until server n itself has applied path.
func (b bench) awaitZnode(n int, path string) {
	b.t.Helper()
	conn := b.dial(n)
	b.await(fmt.Sprintf("server %d has %s", n, path), func() bool {
		ok, _, err := conn.Exists(path)
		return err == nil && ok
	})
}

func TestKillFollower(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	leads := b.leader(1, 2, 3)
	follows := others(leads)[0]
	b.must(b.Kill(t.Context(), follows))
	if pid := b.PID(follows); pid != 0 {
		t.Errorf("killed, but process %d is there", pid)
	}
	if _, err := net.Dial("tcp4", b.ClientAddr(follows)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dialling a killed server: %v, want %v", err, syscall.ECONNREFUSED)
	}
	b.create(b.dial(leads), "/meanwhile")
	addr := b.ClientAddr(follows)
	b.must(b.Start(t.Context(), follows))
	b.awaitMode(follows, "follower")
	if b.ClientAddr(follows) != addr {
		t.Errorf("started again at %s, was at %s", b.ClientAddr(follows), addr)
	}
	b.awaitZnode(follows, "/meanwhile")
}

func TestKillLeader(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	old := b.leader(1, 2, 3)
	before, err := b.Status(t.Context(), old)
	b.must(err)
	b.must(b.Kill(t.Context(), old))
	next := b.leader(others(old)...)
	b.create(b.dial(next), "/after")
	after, err := b.Status(t.Context(), next)
	b.must(err)
	if after.Epoch() <= before.Epoch() {
		t.Errorf("epoch %d under the next leader, %d under the old one", after.Epoch(), before.Epoch())
	}
	b.must(b.Start(t.Context(), old))
	b.awaitMode(old, "follower")
	b.awaitZnode(old, "/after")
}

func TestKillAllKeepsData(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	b.create(b.dial(1), "/kept")
	for n := 1; n <= 3; n++ {
		b.must(b.Kill(t.Context(), n))
	}
	for n := 1; n <= 3; n++ {
		b.must(b.Start(t.Context(), n))
	}
	b.awaitAll()
	for n := 1; n <= 3; n++ {
		b.awaitZnode(n, "/kept")
	}
}

func TestPauseLeader(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	old := b.leader(1, 2, 3)
	b.must(b.Pause(t.Context(), old))
	if st, err := b.Status(t.Context(), old); err == nil {
		t.Errorf("paused, but answers %+v", st)
	}
	next := b.leader(others(old)...)
	b.create(b.dial(next), "/meanwhile")
	b.must(b.Resume(t.Context(), old))
	b.awaitMode(old, "follower")
	b.awaitZnode(old, "/meanwhile")
}

func TestKillPaused(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	leads := b.leader(1, 2, 3)
	b.must(b.Pause(t.Context(), leads))
	b.must(b.Kill(t.Context(), leads))
	b.must(b.Start(t.Context(), leads))
	b.awaitMode(leads, "follower", "leader")
}

// TestCutLeader isolates a leader both ways: it must step down, no write may get
// through it, and after healing it must have the history of the others.
func TestCutLeader(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	old := b.leader(1, 2, 3)
	conn := b.dial(old)
	b.create(conn, "/before")
	b.isolate(old, cluster.Link{Cut: true})
	stranded := make(chan error, 1)
	go func() {
		_, err := conn.Create("/stranded", nil, 0, zk.WorldACL(zk.PermAll))
		stranded <- err
	}()
	next := b.leader(others(old)...)
	b.await("the old leader steps down", func() bool { return b.mode(old) == "" })
	b.create(b.dial(next), "/after")
	select {
	case err := <-stranded:
		if err == nil {
			t.Error("an isolated leader acknowledged a write")
		}
	case <-time.After(patience):
		t.Error("a write to an isolated leader never ended")
	}
	b.isolate(old, cluster.Link{})
	b.awaitMode(old, "follower")
	b.awaitZnode(old, "/after")
	if ok, _, err := b.dial(old).Exists("/stranded"); err != nil || ok {
		t.Errorf("the stranded write is there: %t, %v", ok, err)
	}
}

// TestCutFollower isolates a follower: the others go on under the same leader.
func TestCutFollower(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	leads := b.leader(1, 2, 3)
	apart := others(leads)[0]
	b.isolate(apart, cluster.Link{Cut: true})
	b.await("the follower stops serving", func() bool { return b.mode(apart) == "" })
	b.create(b.dial(leads), "/meanwhile")
	if b.mode(leads) != "leader" {
		t.Error("the leader lost its place with a quorum behind it")
	}
	b.isolate(apart, cluster.Link{})
	b.awaitMode(apart, "follower")
	b.awaitZnode(apart, "/meanwhile")
}

// TestCutOneWay stops only what the leader sends: it hears its followers well,
// but they must give it up, and it must notice that it has none.
func TestCutOneWay(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	old := b.leader(1, 2, 3)
	for _, o := range others(old) {
		b.must(b.SetLink(t.Context(), old, o, cluster.Link{Cut: true}))
	}
	next := b.leader(others(old)...)
	b.await("the old leader steps down", func() bool { return b.mode(old) != "leader" })
	b.create(b.dial(next), "/after")
	for _, o := range others(old) {
		b.must(b.SetLink(t.Context(), old, o, cluster.Link{}))
	}
	b.awaitMode(old, "follower")
	b.awaitZnode(old, "/after")
}

// TestCutBetweenFollowers is invisible to an ensemble that has its leader.
func TestCutBetweenFollowers(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	leads := b.leader(1, 2, 3)
	o := others(leads)
	b.must(b.SetLink(t.Context(), o[0], o[1], cluster.Link{Cut: true}))
	b.must(b.SetLink(t.Context(), o[1], o[0], cluster.Link{Cut: true}))
	b.create(b.dial(o[0]), "/a")
	b.awaitZnode(o[1], "/a")
	if b.mode(leads) != "leader" {
		t.Error("the leader lost its place")
	}
}

// TestCutMajority leaves nobody a quorum: nobody may serve.
func TestCutMajority(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	for n := 1; n <= 3; n++ {
		b.isolate(n, cluster.Link{Cut: true})
	}
	for n := 1; n <= 3; n++ {
		b.await("nobody serves", func() bool { return b.mode(n) == "" })
	}
	for n := 1; n <= 3; n++ {
		b.isolate(n, cluster.Link{})
	}
	b.awaitAll()
}

// TestDelay slows what two followers send: a write, which needs the ACK of one,
// cannot be quicker than that.
func TestDelay(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	leads := b.leader(1, 2, 3)
	conn := b.dial(leads)
	const delay = 100 * time.Millisecond
	for _, o := range others(leads) {
		b.must(b.SetLink(t.Context(), o, leads, cluster.Link{Delay: delay}))
	}
	begun := time.Now()
	b.create(conn, "/slow")
	if took := time.Since(begun); took < delay {
		t.Errorf("a write took %v with acknowledgements delayed by %v", took, delay)
	}
}

func TestLoss(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3, Tick: time.Second, InitLimit: 10, SyncLimit: 10})
	leads := b.leader(1, 2, 3)
	b.isolate(leads, cluster.Link{Loss: 100_000})
	conn := b.dial(others(leads)[0])
	for i := range 20 {
		b.create(conn, fmt.Sprintf("/lossy%d", i))
	}
	b.awaitZnode(others(leads)[1], "/lossy19")
}

func TestRestartKeepsLinks(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	follows := others(b.leader(1, 2, 3))[0]
	b.isolate(follows, cluster.Link{Cut: true})
	b.must(b.Kill(t.Context(), follows))
	b.must(b.Start(t.Context(), follows))
	// It is up once it answers, even if only that it does not serve.
	b.await("the server answers", func() bool {
		_, err := b.Status(t.Context(), follows)
		return err != nil && !errors.Is(err, syscall.ECONNREFUSED)
	})
	// Long enough for an election, were there one: the cut must hold.
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		if got := b.mode(follows); got != "" {
			t.Fatalf("cut off before it was started, it is a %s", got)
		}
	}
	b.isolate(follows, cluster.Link{})
	b.awaitMode(follows, "follower")
}

func TestOneServer(t *testing.T) {
	b := start(t, cluster.Options{Servers: 1})
	if got := b.mode(1); got != "standalone" {
		t.Errorf("mode %q", got)
	}
	b.create(b.dial(1), "/a")
}

func TestFiveServers(t *testing.T) {
	b := start(t, cluster.Options{Servers: 5})
	old := b.leader(1, 2, 3, 4, 5)
	b.noDirectConnection()
	// Two go with the leader's number left in place: three are a quorum.
	b.must(b.Kill(t.Context(), old))
	next := b.leader(1, 2, 3, 4, 5)
	b.must(b.Kill(t.Context(), next))
	b.create(b.dial(b.leader(1, 2, 3, 4, 5)), "/a")
}

// TestMisuse: calls that make no sense say so, and change nothing.
func TestMisuse(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	ctx := t.Context()
	b.must(b.Kill(ctx, 1))
	b.must(b.Pause(ctx, 2))
	for name, err := range map[string]error{
		"start a running server": b.Start(ctx, 3), "kill a killed server": b.Kill(ctx, 1),
		"pause a killed server": b.Pause(ctx, 1), "resume one that is not paused": b.Resume(ctx, 3),
		"kill server 0": b.Kill(ctx, 0), "kill server 4": b.Kill(ctx, 4),
		"cut server 1 from itself": b.SetLink(ctx, 1, 1, cluster.Link{Cut: true}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	b.must(b.Resume(ctx, 2))
	b.must(b.Start(ctx, 1))
	b.awaitAll()
	b.must(b.Close())
	if err := b.Start(ctx, 1); err == nil {
		t.Error("start after close: no error")
	}
}

// A server that ends by itself says so, and one that was killed does not.
func TestEnded(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	ctx := t.Context()
	b.must(b.Kill(ctx, 1))
	if _, err := b.Status(ctx, 1); err == nil || errors.As(err, new(*cluster.Ended)) {
		t.Errorf("after Kill: %v, want an error that blames nobody", err)
	}
	b.must(syscall.Kill(b.PID(2), syscall.SIGKILL))
	b.await("the end is told", func() bool {
		_, err := b.Status(ctx, 2)
		return errors.As(err, new(*cluster.Ended))
	})
	b.must(b.Start(ctx, 1))
	b.must(b.Start(ctx, 2))
	b.awaitAll()
}
