//go:build unix

package flink_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/docker"
	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/cluster/image"
	"github.com/schismlab/schism/cluster/local"
	"github.com/schismlab/schism/runlog"
)

// patience bounds every wait for something that must come. It says nothing about
// how long anything should take.
const patience = 2 * time.Minute

// bench is a cluster on an ensemble, with what tests ask of them.
type bench struct {
	*flink.Cluster
	t        *testing.T
	ensemble cluster.Ensemble

	mu     sync.Mutex
	events []runlog.Event
}

// ensembles are what there is to start a cluster on: where the processes are depends
// on it.
type ensembles func(context.Context, cluster.Options) (cluster.Ensemble, error)

func processes(ctx context.Context, o cluster.Options) (cluster.Ensemble, error) {
	return local.Start(ctx, o)
}

func start(t *testing.T, on ensembles, version string) *bench {
	t.Helper()
	b := &bench{t: t}
	var err error
	b.ensemble, err = on(t.Context(), cluster.Options{
		Servers: 1, Version: artifact.Default, Dir: t.TempDir(), Tick: 500 * time.Millisecond, InitLimit: 10, SyncLimit: 5,
	})
	b.ready(err)
	t.Cleanup(func() { b.must(b.ensemble.Close()) })
	begun := time.Now()
	o := flink.Options{
		Version: version, Dir: t.TempDir(), ZooKeeper: []string{b.ensemble.ClientAddr(1)}, Observe: b.observe,
		Set: map[string]string{"heartbeat.timeout": "6000"},
	}
	if l, ok := b.ensemble.(cluster.Lodging); ok {
		o.Lodging, o.ZooKeeper = l, []string{l.Inside(1)}
	}
	b.Cluster, err = flink.Start(t.Context(), o)
	b.ready(err)
	t.Cleanup(func() { b.must(b.Close()) })
	b.ready(b.AwaitReady(t.Context(), patience))
	t.Logf("Flink %s is ready after %v", b.Version(), time.Since(begun).Round(100*time.Millisecond))
	return b
}

// ready leaves the test out where the machine lacks something.
func (b *bench) ready(err error) {
	b.t.Helper()
	var nr *cluster.NotReady
	if errors.As(err, &nr) {
		b.t.Skip("not ready:", err)
	}
	b.must(err)
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) observe(e runlog.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
}

// saw counts the events of a kind that were observed of a process.
func (b *bench) saw(kind runlog.Kind, proc string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e.Kind == kind && e.Proc == proc {
			n++
		}
	}
	return n
}

// await polls until ok, or fails the test with what was wanted.
func (b *bench) await(what string, ok func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			b.mu.Lock()
			defer b.mu.Unlock()
			b.t.Fatalf("never: %s; events %+v", what, b.events)
		}
	}
}

// leader waits for a leader that is not among except.
func (b *bench) leader(except ...string) (name, token string) {
	b.t.Helper()
	b.await(fmt.Sprintf("a leader except %v", except), func() bool {
		names, tokens := b.Leaders()
		for i := range names {
			if !slices.Contains(except, names[i]) {
				name, token = names[i], tokens[i]
				return true
			}
		}
		return false
	})
	return name, token
}

// TestFaults puts each fault on the leader of one cluster in turn, for a cluster
// takes long to start: killed, cut off from ZooKeeper, cut off from a TaskManager,
// paused.
func TestFaults(t *testing.T) {
	t.Run("processes", func(t *testing.T) { testFaults(t, processes) })
	t.Run("containers", func(t *testing.T) { testFaults(t, docker.Start) })
}

func testFaults(t *testing.T, on ensembles) {
	b := start(t, on, "")
	old, oldToken := b.leader()
	b.must(b.Kill(t.Context(), old))
	if b.PID(old) != 0 || b.saw(runlog.Crash, old) != 1 {
		t.Fatalf("%s was killed, but is process %d, and %d crashes were seen", old, b.PID(old), b.saw(runlog.Crash, old))
	}
	next, token := b.leader(old)
	if token == oldToken {
		t.Errorf("%s leads with the token %s of %s", next, token, old)
	}
	b.must(b.Start(t.Context(), old))
	b.await(old+" is connected", func() bool { return b.Connection(old) == "CONNECTED" })

	b.cut(next, "n1", true)
	b.await(next+" gives up its office", func() bool { return b.saw(runlog.Revoke, next) == 1 })
	again, _ := b.leader(next)
	b.cut(next, "n1", false)
	b.await(next+" is connected again", func() bool { return b.Connection(next) == "RECONNECTED" })
	b.must(b.AwaitReady(t.Context(), patience))
	if names, _ := b.Leaders(); len(names) != 1 || names[0] != again {
		t.Errorf("%v lead after the cut, want %s", names, again)
	}

	// Cut off from one TaskManager alone, the leader soon takes it for dead, and no
	// other; and it comes back. The supervisor brings back one that ended itself.
	b.cut(again, "tm1", true)
	b.await("tm1 is given up", func() bool {
		ids, err := b.TaskManagers(t.Context())
		return err == nil && len(ids) == 1 && ids[0] == "tm2"
	})
	b.cut(again, "tm1", false)
	b.must(b.AwaitReady(t.Context(), patience))
	b.killBehindItsBack("tm2")
	b.await("tm2 is started again", func() bool { return b.saw(runlog.Start, "tm2") == 2 })
	if b.saw(runlog.Crash, "tm2") != 1 {
		t.Error("tm2 ended by itself, and nobody was told")
	}
	b.must(b.Pause(t.Context(), again))
	b.leader(again)
	b.must(b.Resume(t.Context(), again))
	b.await(again+" gives up its office", func() bool { return b.saw(runlog.Revoke, again) > 0 })
	b.must(b.AwaitReady(t.Context(), patience))
}

// killBehindItsBack kills a process without the cluster's knowledge.
func (b *bench) killBehindItsBack(name string) {
	b.t.Helper()
	e, ok := b.ensemble.(*docker.Ensemble)
	if !ok {
		p, err := os.FindProcess(b.PID(name))
		b.must(err)
		b.must(p.Kill())
		return
	}
	engine, err := image.Engine(b.t.Context())
	b.must(err)
	defer engine.Close()
	id := fmt.Sprintf("schism-%s-%s-java", e.Run(), name)
	_, err = engine.ContainerKill(b.t.Context(), id, client.ContainerKillOptions{Signal: "KILL"})
	b.must(err)
}

// cut cuts both ways between two, or heals them.
func (b *bench) cut(one, two string, on bool) {
	b.t.Helper()
	b.must(b.SetLink(b.t.Context(), one, two, cluster.Link{Cut: on}))
	b.must(b.SetLink(b.t.Context(), two, one, cluster.Link{Cut: on}))
}
