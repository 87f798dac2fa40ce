package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/image"
)

// patience bounds every wait of the tests. It only ever runs out when the thing
// awaited does not come at all.
const patience = 90 * time.Second

// start gives a test an ensemble of its own that serves, or skips it.
func start(t *testing.T, servers int) (context.Context, *Ensemble) {
	t.Helper()
	return startVersion(t, servers, artifact.Default)
}

func startVersion(t *testing.T, servers int, version string) (context.Context, *Ensemble) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	t.Cleanup(cancel)
	e, err := Start(ctx, cluster.Options{
		Servers: servers, Version: version, Dir: t.TempDir(),
		Tick: 500 * time.Millisecond, InitLimit: 10, SyncLimit: 4, Seed: 1,
	})
	skipUnready(t, err)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	d := e.(*Ensemble)
	awaitServing(t, d)
	return ctx, d
}

// skipUnready skips a test that this machine has no means for.
func skipUnready(t *testing.T, err error) {
	t.Helper()
	var missing *cluster.NotReady
	if errors.As(err, &missing) {
		t.Skip("not ready: " + missing.Error())
	}
}

// await polls until what is wanted holds.
func await(t *testing.T, want string, holds func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := holds(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s did not come in %v: %v", want, patience, err)
		case <-tick.C:
		}
	}
}

// modes asks servers what they are; "" stands for one that does not serve.
func modes(ctx context.Context, e *Ensemble) []string {
	var list []string
	for n := 1; n <= e.Size(); n++ {
		st, err := e.Status(ctx, n)
		if err != nil {
			st.Mode = ""
		}
		list = append(list, st.Mode)
	}
	return list
}

// awaitServing waits until all servers follow one leader.
func awaitServing(t *testing.T, e *Ensemble) {
	t.Helper()
	await(t, "an ensemble that serves", func(ctx context.Context) error {
		got := modes(ctx, e)
		leaders := 0
		for _, m := range got {
			if m == "" {
				return fmt.Errorf("servers are %q", got)
			}
			if m == "leader" || m == "standalone" {
				leaders++
			}
		}
		if leaders != 1 {
			return fmt.Errorf("servers are %q", got)
		}
		return nil
	})
}

// awaitMode waits until one server is what it should be ("" for not serving).
func awaitMode(t *testing.T, e *Ensemble, n int, want string) {
	t.Helper()
	await(t, fmt.Sprintf("server %d as %q", n, want), func(ctx context.Context) error {
		if got := modes(ctx, e); got[n-1] != want {
			return fmt.Errorf("servers are %q", got)
		}
		return nil
	})
}

// awaitOtherLeader waits until a server other than n leads, and returns it.
func awaitOtherLeader(t *testing.T, e *Ensemble, n int) (leader int) {
	t.Helper()
	await(t, "another leader", func(ctx context.Context) error {
		got := modes(ctx, e)
		for i, m := range got {
			if m == "leader" && i+1 != n {
				leader = i + 1
				return nil
			}
		}
		return fmt.Errorf("servers are %q", got)
	})
	return leader
}

// roles names the leader and the others.
func roles(t *testing.T, e *Ensemble) (leader int, followers []int) {
	t.Helper()
	for i, m := range modes(t.Context(), e) {
		if m == "leader" {
			leader = i + 1
		} else {
			followers = append(followers, i+1)
		}
	}
	if leader == 0 {
		t.Fatalf("nobody leads: %q", modes(t.Context(), e))
	}
	return leader, followers
}

// connect opens a session on one server only.
func connect(t *testing.T, e *Ensemble, n int) *zk.Conn {
	t.Helper()
	conn, _, err := zk.Connect([]string{e.ClientAddr(n)}, 10*time.Second, zk.WithLogger(quietLog{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	return conn
}

type quietLog struct{}

func (quietLog) Printf(string, ...any) {}

// write creates a znode through server n.
func write(t *testing.T, e *Ensemble, n int, path, data string) {
	t.Helper()
	if _, err := connect(t, e, n).Create(path, []byte(data), 0, zk.WorldACL(zk.PermAll)); err != nil {
		t.Fatalf("create %s through server %d: %v", path, n, err)
	}
}

// read reads a znode through server n, after what is committed has reached it.
func read(t *testing.T, e *Ensemble, n int, path string) string {
	t.Helper()
	conn := connect(t, e, n)
	if _, err := conn.Sync(path); err != nil {
		t.Fatalf("sync %s through server %d: %v", path, n, err)
	}
	data, _, err := conn.Get(path)
	if err != nil {
		t.Fatalf("get %s through server %d: %v", path, n, err)
	}
	return string(data)
}

// isolate sets all links between one server and the others, both ways.
func isolate(t *testing.T, e *Ensemble, n int, l cluster.Link) {
	t.Helper()
	for other := 1; other <= e.Size(); other++ {
		if other != n {
			link(t, e, n, other, l)
			link(t, e, other, n, l)
		}
	}
}

func link(t *testing.T, e *Ensemble, from, to int, l cluster.Link) {
	t.Helper()
	err := e.SetLink(t.Context(), from, to, l)
	skipUnready(t, err)
	if err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestStart(t *testing.T) {
	began := time.Now()
	ctx, e := start(t, 3)
	t.Logf("three servers serve after %v, in image %s", time.Since(began).Round(time.Millisecond), e.Image().Ref)

	t.Run("clients reach it over loopback only", func(t *testing.T) {
		for n := 1; n <= 3; n++ {
			if addr := e.ClientAddr(n); !strings.HasPrefix(addr, "127.0.0.1:") {
				t.Errorf("server %d is published on %s", n, addr)
			}
		}
	})
	t.Run("a write through one is read through all", func(t *testing.T) {
		write(t, e, 1, "/start", "x")
		for n := 1; n <= 3; n++ {
			if got := read(t, e, n, "/start"); got != "x" {
				t.Errorf("server %d: %q", n, got)
			}
		}
	})
	t.Run("what runs cannot be started, what does not run cannot be killed", func(t *testing.T) {
		if err := e.Start(ctx, 1); err == nil || !strings.Contains(err.Error(), "runs already") {
			t.Errorf("start: %v", err)
		}
		must(t, e.Kill(ctx, 1))
		if err := e.Kill(ctx, 1); err == nil || !strings.Contains(err.Error(), "does not run") {
			t.Errorf("kill: %v", err)
		}
		if err := e.Kill(ctx, 4); err == nil || !strings.Contains(err.Error(), "no server 4") {
			t.Errorf("kill: %v", err)
		}
	})
}

// The runtime in the image has few modules, and old releases ask for others
// than new ones: the first of each line stands for it.
func TestStartVersions(t *testing.T) {
	for _, version := range []string{"3.4.10", "3.5.5", "3.6.4", "3.7.1", "3.8.0", "3.9.3"} {
		t.Run(version, func(t *testing.T) {
			_, e := startVersion(t, 3, version)
			write(t, e, 1, "/version", version)
			if got := read(t, e, 3, "/version"); got != version {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestStartStandalone(t *testing.T) {
	_, e := start(t, 1)
	awaitMode(t, e, 1, "standalone")
	write(t, e, 1, "/alone", "x")
}

func TestStartRefusesBadOptions(t *testing.T) {
	good := cluster.Options{Servers: 3, Version: artifact.Default, Dir: t.TempDir(), Tick: time.Second, InitLimit: 10, SyncLimit: 4}
	tests := []struct {
		name string
		bad  func(*cluster.Options)
		want string
	}{
		{"no servers", func(o *cluster.Options) { o.Servers = 0 }, "0 servers"},
		{"more servers than addresses", func(o *cluster.Options) { o.Servers = 51 }, "51 servers"},
		{"tick too short", func(o *cluster.Options) { o.Tick = time.Microsecond }, "tick 1µs"},
		{"no initLimit", func(o *cluster.Options) { o.InitLimit = 0 }, "initLimit 0"},
		{"no such folder", func(o *cluster.Options) { o.Dir += "/none" }, "folder of the run"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := good
			test.bad(&o)
			_, err := Start(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
	t.Run("unknown version", func(t *testing.T) {
		engine, err := image.Engine(t.Context())
		skipUnready(t, err)
		must(t, err)
		engine.Close()
		o := good
		o.Version = "9.9.9"
		var unknown *artifact.UnknownVersion
		if _, err := Start(t.Context(), o); !errors.As(err, &unknown) {
			t.Errorf("got %v, want an UnknownVersion", err)
		}
	})
}
