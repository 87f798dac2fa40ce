package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"github.com/moby/moby/client"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
)

func TestKillLeader(t *testing.T) {
	ctx, e := start(t, 3)
	leader, _ := roles(t, e)
	write(t, e, leader, "/before", "x")
	addr := e.ClientAddr(leader)
	must(t, e.Kill(ctx, leader))

	if st, err := e.Status(ctx, leader); err == nil {
		t.Errorf("server %d answers after it was killed: %+v", leader, st)
	}
	next := awaitOtherLeader(t, e, leader)
	write(t, e, next, "/meanwhile", "y")

	must(t, e.Start(ctx, leader))
	awaitMode(t, e, leader, "follower")
	for path, want := range map[string]string{"/before": "x", "/meanwhile": "y"} {
		if got := read(t, e, leader, path); got != want {
			t.Errorf("%s on the restarted server: %q, want %q", path, got, want)
		}
	}
	if e.ClientAddr(leader) != addr {
		t.Errorf("address was %s, is %s", addr, e.ClientAddr(leader))
	}
}

// Data outlives a kill of all servers at once, which leaves nobody to learn it
// from again.
func TestKillAllKeepsData(t *testing.T) {
	ctx, e := start(t, 3)
	write(t, e, 1, "/kept", "x")
	for n := 1; n <= 3; n++ {
		must(t, e.Kill(ctx, n))
	}
	for n := 1; n <= 3; n++ {
		must(t, e.Start(ctx, n))
	}
	awaitServing(t, e)
	if got := read(t, e, 2, "/kept"); got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestPauseLeader(t *testing.T) {
	ctx, e := start(t, 3)
	leader, _ := roles(t, e)
	must(t, e.Pause(ctx, leader))
	if err := e.Pause(ctx, leader); err == nil {
		t.Error("a paused server was paused again")
	}
	awaitOtherLeader(t, e, leader)
	if st, err := e.Status(ctx, leader); err == nil {
		t.Errorf("server %d answers while paused: %+v", leader, st)
	}
	must(t, e.Resume(ctx, leader))
	awaitMode(t, e, leader, "follower")
	if err := e.Resume(ctx, leader); err == nil {
		t.Error("a server that runs was resumed")
	}
}

func TestKillPaused(t *testing.T) {
	ctx, e := start(t, 3)
	if s := e.servers[1]; os.Geteuid() == 0 && runtime.GOOS == "linux" && !s.near() {
		t.Error("the server's process is out of reach, so faults will be late")
	}
	must(t, e.Pause(ctx, 2))
	must(t, e.Kill(ctx, 2))
	if err := e.Kill(ctx, 2); err == nil {
		t.Error("a server that was killed was killed again")
	}
	must(t, e.Start(ctx, 2))
	awaitServing(t, e)
}

func TestCutBothWays(t *testing.T) {
	ctx, e := start(t, 3)
	old, _ := roles(t, e)
	before, err := e.Status(ctx, old)
	must(t, err)

	isolate(t, e, old, cluster.Link{Cut: true})
	next := awaitOtherLeader(t, e, old)
	awaitMode(t, e, old, "")
	write(t, e, next, "/majority", "x")
	after, err := e.Status(ctx, next)
	must(t, err)
	if after.Epoch() <= before.Epoch() {
		t.Errorf("the new leader's epoch is %d, the old one's was %d", after.Epoch(), before.Epoch())
	}

	isolate(t, e, old, cluster.Link{})
	awaitMode(t, e, old, "follower")
	if got := read(t, e, old, "/majority"); got != "x" {
		t.Errorf("after healing server %d reads %q", old, got)
	}
}

// A follower that hears its leader no more gives it up, though all it says
// still arrives; the leader and the other follower go on.
func TestCutOneWay(t *testing.T) {
	_, e := start(t, 3)
	leader, followers := roles(t, e)
	deaf, other := followers[0], followers[1]
	link(t, e, leader, deaf, cluster.Link{Cut: true})
	awaitMode(t, e, deaf, "")
	write(t, e, other, "/one-way", "x")
	link(t, e, leader, deaf, cluster.Link{})
	awaitMode(t, e, deaf, "follower")
	if got := read(t, e, deaf, "/one-way"); got != "x" {
		t.Errorf("after healing server %d reads %q", deaf, got)
	}
}

// Losing every packet is the same as a cut, and losing some of them must not
// keep TCP from bringing a write through.
func TestLoss(t *testing.T) {
	_, e := start(t, 3)
	leader, followers := roles(t, e)
	victim := followers[0]

	link(t, e, leader, victim, cluster.Link{Loss: million})
	awaitMode(t, e, victim, "")
	link(t, e, leader, victim, cluster.Link{})
	awaitMode(t, e, victim, "follower")

	isolate(t, e, leader, cluster.Link{Loss: million / 10})
	for i := range 20 {
		write(t, e, leader, fmt.Sprintf("/loss%d", i), "x")
	}
	lost := 0
	for _, f := range followers {
		lost += lostOn(e, leader, f) + lostOn(e, f, leader)
	}
	if lost == 0 {
		t.Error("twenty writes over links that lose a tenth lost no packet")
	}
}

func lostOn(e *Ensemble, from, to int) int {
	l := e.links.ends[to-1].hold.lanes[from]
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// A write has to travel to a follower and its acknowledgement back, so it takes
// at least twice the delay of a link. How much longer says nothing.
func TestDelay(t *testing.T) {
	_, e := start(t, 3)
	leader, _ := roles(t, e)
	const delay = 60 * time.Millisecond
	isolate(t, e, leader, cluster.Link{Delay: delay, Jitter: delay / 2})
	conn := connect(t, e, leader)
	if _, err := conn.Sync("/"); err != nil { // the session is there now
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := conn.Create("/delay", nil, 0, zk.WorldACL(zk.PermAll)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 2*delay {
		t.Errorf("a write took %v over links with a delay of %v", took, delay)
	}
	isolate(t, e, leader, cluster.Link{})
	awaitServing(t, e)
}

// Rules stay in force over a restart: a server that is cut off and comes back
// finds nobody.
func TestRestartKeepsRules(t *testing.T) {
	ctx, e := start(t, 3)
	_, followers := roles(t, e)
	victim := followers[0]
	isolate(t, e, victim, cluster.Link{Cut: true})
	must(t, e.Kill(ctx, victim))
	from := logSize(t, e, victim)
	must(t, e.Start(ctx, victim))
	// Two rounds of an election without any answer from another server.
	await(t, "a lonely election", func(context.Context) error {
		text := logFrom(t, e, victim, from)
		if strings.Count(text, "Notification time out") < 2 {
			return errors.New("no time-out of notifications yet")
		}
		return nil
	})
	if strings.Contains(logFrom(t, e, victim, from), "FOLLOWING") {
		t.Error("the server found a leader across a cut")
	}
	isolate(t, e, victim, cluster.Link{})
	awaitMode(t, e, victim, "follower")
}

func logSize(t *testing.T, e *Ensemble, n int) int64 {
	t.Helper()
	fi, err := os.Stat(filepath.Join(e.Dir(n), "server.log"))
	must(t, err)
	return fi.Size()
}

func logFrom(t *testing.T, e *Ensemble, n int, from int64) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(e.Dir(n), "server.log"))
	must(t, err)
	return string(b[from:])
}

func TestSetLinkRefusesNonsense(t *testing.T) {
	e := &Ensemble{net: &bridge{subnet: candidates("00000000")[0]}}
	e.links = newLinks(e.net, 1)
	for n := 1; n <= 3; n++ {
		b, err := e.newBox(plan.ServerName(n), fmt.Sprintf("server %d", n), contents{})
		must(t, err)
		e.servers = append(e.servers, &node{box: b})
	}
	tests := []struct {
		name     string
		from, to int
		link     cluster.Link
		want     string
	}{
		{"no such sender", 0, 1, cluster.Link{}, "no server 0"},
		{"no such receiver", 1, 4, cluster.Link{}, "no server 4"},
		{"to itself", 2, 2, cluster.Link{}, "no link to itself"},
		{"loss of more than all", 1, 2, cluster.Link{Loss: million + 1}, "loss 1000001"},
		{"negative delay", 1, 2, cluster.Link{Delay: -1}, "delay -1ns"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := e.SetLink(t.Context(), test.from, test.to, test.link)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// Behind a bar a leader is elected, for that is done on another port, and nobody
// can follow it; connections that exist go on.
func TestBar(t *testing.T) {
	ctx, e := start(t, 3)
	leader, followers := roles(t, e)
	must(t, e.Bar(ctx, leader, true))
	for _, f := range followers {
		write(t, e, f, fmt.Sprintf("/over-what-exists-%d", f), "x")
	}
	late := followers[0]
	must(t, e.Kill(ctx, late))
	from := logSize(t, e, late)
	must(t, e.Start(ctx, late))
	await(t, "a follower that finds the port shut", func(context.Context) error {
		if !strings.Contains(logFrom(t, e, late, from), "java.net.ConnectException: Connection refused") {
			return errors.New("no refusal yet")
		}
		return nil
	})
	awaitMode(t, e, late, "")
	if !strings.Contains(logFrom(t, e, late, from), "FOLLOWING") {
		t.Error("the late server was told of no leader: the election port is shut as well")
	}
	must(t, e.Bar(ctx, leader, false))
	awaitMode(t, e, late, "follower")
	if err := e.Bar(ctx, 4, true); err == nil {
		t.Error("a server that does not exist was barred")
	}
}

// A server that ends by itself says so, and one that was killed does not.
func TestEnded(t *testing.T) {
	ctx, e := start(t, 3)
	must(t, e.Kill(ctx, 1))
	if _, err := e.Status(ctx, 1); err == nil || errors.As(err, new(*cluster.Ended)) {
		t.Errorf("after Kill: %v, want an error that blames nobody", err)
	}
	s := e.servers[1]
	_, err := e.engine.ContainerKill(ctx, s.container.GetContainerID(), client.ContainerKillOptions{Signal: "KILL"})
	must(t, err)
	await(t, "the end is told", func(ctx context.Context) error {
		if _, err := e.Status(ctx, 2); !errors.As(err, new(*cluster.Ended)) {
			return fmt.Errorf("status says %v", err)
		}
		return nil
	})
	must(t, e.Kill(ctx, 2)) // it counts as killed
	must(t, e.Start(ctx, 1))
	must(t, e.Start(ctx, 2))
	awaitServing(t, e)
}
