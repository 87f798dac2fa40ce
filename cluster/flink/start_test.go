//go:build unix

package flink_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/cluster/leftover"
)

// nowhere is an address at which nobody listens: ports below 1024 are not given
// out.
const nowhere = "127.0.0.1:9"

func TestStartRefuses(t *testing.T) {
	for want, o := range map[string]flink.Options{
		`no Flink release "2.2.0" is known; nearest is 2.2.1`: {Version: "2.2.0", Dir: t.TempDir(), ZooKeeper: []string{nowhere}},
		"no address of ZooKeeper":                             {Dir: t.TempDir()},
		"want an existing folder":                             {Dir: "no/such/folder", ZooKeeper: []string{nowhere}},
		"10 JobManagers":                                      {Dir: t.TempDir(), ZooKeeper: []string{nowhere}, JobManagers: 10},
		"session time-out 1ms":                                {Dir: t.TempDir(), ZooKeeper: []string{nowhere}, Session: time.Millisecond},
	} {
		c, err := flink.Start(t.Context(), o)
		if err == nil {
			c.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	var unknown *artifact.UnknownVersion
	if _, err := flink.Start(t.Context(), flink.Options{Version: "x", Dir: t.TempDir(), ZooKeeper: []string{nowhere}}); !errors.As(err, &unknown) {
		t.Errorf("%v is no UnknownVersion", err)
	}
}

// TestNeverReady: a cluster that cannot find its ensemble is said to be not ready,
// in one line with what its processes said.
func TestNeverReady(t *testing.T) {
	b := &bench{t: t}
	var err error
	b.Cluster, err = flink.Start(t.Context(), flink.Options{Dir: t.TempDir(), ZooKeeper: []string{nowhere}, JobManagers: 1, TaskManagers: 1})
	b.ready(err)
	defer func() { b.must(b.Close()) }()
	err = b.AwaitReady(t.Context(), time.Second)
	var nr *cluster.NotReady
	if !errors.As(err, &nr) {
		t.Fatalf("%v, want a NotReady", err)
	}
	for _, want := range []string{"is not ready after 1s", "0 JobManagers lead", "jm1: ", "tm1: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %q", err)
	}
	if err := b.SetLink(t.Context(), "jm1", "n2", cluster.Link{Cut: true}); err == nil {
		t.Error("a cut from a server that is not there was made")
	}
	if err := b.Kill(t.Context(), "jm2"); err == nil || !strings.Contains(err.Error(), `no process "jm2": want one of jm1, tm1`) {
		t.Errorf("killing what is not there: %v", err)
	}
}

// harness, when set, names the folder of a run: the test binary then plays a
// harness that starts a cluster there and waits to be killed.
const harness = "FLINK_TEST_HARNESS"

func TestMain(m *testing.M) {
	dir := os.Getenv(harness)
	if dir == "" {
		os.Exit(m.Run())
	}
	c, err := flink.Start(context.Background(), flink.Options{Dir: dir, ZooKeeper: []string{nowhere}, JobManagers: 1, TaskManagers: 1})
	var nr *cluster.NotReady
	switch {
	case errors.As(err, &nr):
		fmt.Println("not ready:", err)
	case err != nil:
		fmt.Println("failed:", err)
	default:
		if err := c.Pause(context.Background(), "tm1"); err != nil {
			fmt.Println("failed:", err)
		}
		fmt.Println("pids:", c.PID("jm1"), c.PID("tm1"))
	}
	// Not an empty select, which would end the process as a deadlock.
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	<-ch
}

// TestSigkilledHarnessLeavesNothing kills a harness that holds a cluster, one
// process of which is stopped: they must go with it.
func TestSigkilledHarnessLeavesNothing(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), harness+"="+t.TempDir())
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	said := lines.Text()
	t.Cleanup(func() { leftover.Clean(context.Background()) })
	var pids [2]int
	_, scanned := fmt.Sscanf(said, "pids: %d %d", &pids[0], &pids[1])
	lived := isJVM(pids[0]) && isJVM(pids[1])
	child.Process.Kill()
	child.Wait()
	if strings.HasPrefix(said, "not ready:") {
		t.Skip(said)
	}
	if scanned != nil || !lived {
		t.Fatalf("the harness said %q, of which not all are JVMs", said)
	}
	b := &bench{t: t}
	for _, pid := range pids {
		// Outside Linux the next run's cleaning removes them.
		if _, err := leftover.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.await(fmt.Sprintf("process %d is gone", pid), func() bool { return !isJVM(pid) })
	}
}

// isJVM says whether the process is one of a run's. A zombie is not.
func isJVM(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && strings.Contains(string(b), "-Dschism.run=")
}
