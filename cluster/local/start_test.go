//go:build unix

package local_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/local"
)

func TestStartRefuses(t *testing.T) {
	good := cluster.Options{Servers: 3, Dir: t.TempDir(), Tick: time.Second, InitLimit: 5, SyncLimit: 5}
	for name, change := range map[string]func(*cluster.Options){
		"no servers":  func(o *cluster.Options) { o.Servers = 0 },
		"ten servers": func(o *cluster.Options) { o.Servers = 10 },
		"no tick":     func(o *cluster.Options) { o.Tick = 0 },
		"no limit":    func(o *cluster.Options) { o.SyncLimit = 0 },
		"no folder":   func(o *cluster.Options) { o.Dir = filepath.Join(o.Dir, "none") },
		"version":     func(o *cluster.Options) { o.Version = "2.0.0" },
	} {
		o := good
		change(&o)
		e, err := local.Start(t.Context(), o)
		if err == nil {
			t.Errorf("%s: no error", name)
			e.Close()
		}
		var nr *cluster.NotReady
		if errors.As(err, &nr) {
			t.Errorf("%s: bad input, but said to be a matter of this machine: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(good.Dir); len(left) > 0 {
		t.Errorf("refused, but wrote %v", left)
	}
}

func TestStartWithoutJava(t *testing.T) {
	if _, err := artifact.ZooKeeper(t.Context(), artifact.Default); err != nil {
		t.Skip("not ready:", err)
	}
	for name, home := range map[string]string{"empty JAVA_HOME": t.TempDir(), "no JAVA_HOME": ""} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("JAVA_HOME", home)
			t.Setenv("PATH", t.TempDir())
			_, err := local.Start(t.Context(), cluster.Options{
				Servers: 1, Dir: t.TempDir(), Tick: time.Second, InitLimit: 5, SyncLimit: 5,
			})
			var nr *cluster.NotReady
			if !errors.As(err, &nr) || nr.Do == "" {
				t.Errorf("%v, want a NotReady that says what to do", err)
			}
		})
	}
}

// TestContextClosesEnsemble: Ctrl-C reaches a program as the end of a context.
func TestContextClosesEnsemble(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e, err := local.Start(ctx, cluster.Options{
		Servers: 3, Dir: t.TempDir(), Tick: time.Second, InitLimit: 5, SyncLimit: 5,
	})
	var nr *cluster.NotReady
	if errors.As(err, &nr) {
		t.Skip("not ready:", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := bench{e, t}
	pids := []int{e.PID(1), e.PID(2), e.PID(3)}
	if slices.Contains(pids, 0) {
		t.Fatalf("processes %v after the start", pids)
	}
	cancel()
	b.await("all are gone", func() bool { return e.PID(1)+e.PID(2)+e.PID(3) == 0 })
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// TestPortTaken: where a port cannot be kept, a server that does not get it
// must say so. Here its configuration is pointed at one that is in use.
func TestPortTaken(t *testing.T) {
	b := start(t, cluster.Options{Servers: 3})
	b.must(b.Kill(t.Context(), 1))
	path := filepath.Join(b.Dir(1), "zoo.cfg")
	text, err := os.ReadFile(path)
	b.must(err)
	port := func(n int) string { return b.ClientAddr(n)[strings.LastIndexByte(b.ClientAddr(n), ':')+1:] }
	changed := strings.Replace(string(text), "clientPort="+port(1), "clientPort="+port(2), 1)
	b.must(os.WriteFile(path, []byte(changed), 0o600))
	b.must(b.Start(t.Context(), 1))
	b.await("the server says why it ended", func() bool {
		_, err := b.Status(t.Context(), 1)
		return err != nil && strings.Contains(err.Error(), "another process has taken one of its ports")
	})
}
