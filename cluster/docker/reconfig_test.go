package docker

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

// TestReconfig takes a spare server in and lets the leader go, on unmodified servers:
// the one that is let go names another leader, and follows it.
func TestReconfig(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	t.Cleanup(cancel)
	started, err := Start(ctx, cluster.Options{
		Servers: 4, Reconfigures: true, Spares: 1, Version: artifact.Default, Dir: t.TempDir(),
		Tick: 500 * time.Millisecond, InitLimit: 10, SyncLimit: 4, Seed: 1,
	})
	skipUnready(t, err)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := started.Close(); err != nil {
			t.Error(err)
		}
	})
	e := started.(*Ensemble)
	awaitServing(t, e)
	if got := configOf(t, e, 4); strings.Contains(got, "server.4=") {
		t.Fatalf("n4 is in the first configuration:\n%s", got)
	}
	leader, _ := roles(t, e)
	operator := connect(t, e, leader%3+1)
	// Who turns to another leader drops its clients, at times before it has answered: to
	// ask again changes nothing more.
	await(t, "the change", func(context.Context) error {
		_, err := operator.IncrementalReconfig([]string{e.Member(4, "participant")}, []string{fmt.Sprint(leader)}, -1)
		return err
	})
	if other := awaitOtherLeader(t, e, leader); other == leader {
		t.Errorf("n%d still leads", leader)
	}
	awaitMode(t, e, leader, "follower")
	got := configOf(t, e, leader)
	if !strings.Contains(got, e.Member(4, "participant")) || strings.Contains(got, fmt.Sprintf("server.%d=", leader)) {
		t.Errorf("n4 joined and n%d left, but the configuration is\n%s", leader, got)
	}
}

// configOf is the configuration as server n shows it.
func configOf(t *testing.T, e *Ensemble, n int) string {
	t.Helper()
	data, _, err := connect(t, e, n).Get("/zookeeper/config")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
