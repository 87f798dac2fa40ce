package local_test

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
	"github.com/schismlab/schism/cluster/leftover"
	"github.com/schismlab/schism/cluster/local"
)

// harness, when set, names the folder of a run: the test binary then plays a
// harness that starts an ensemble there and waits to be killed.
const harness = "LOCAL_TEST_HARNESS"

func TestMain(m *testing.M) {
	dir := os.Getenv(harness)
	if dir == "" {
		os.Exit(m.Run())
	}
	e, err := local.Start(context.Background(), cluster.Options{
		Servers: 3, Dir: dir, Tick: time.Second, InitLimit: 5, SyncLimit: 5,
	})
	var nr *cluster.NotReady
	switch {
	case errors.As(err, &nr):
		fmt.Println("not ready:", err)
	case err != nil:
		fmt.Println("failed:", err)
	default:
		// One that is stopped could not act on any polite signal.
		if err := e.Pause(context.Background(), 2); err != nil {
			fmt.Println("failed:", err)
		}
		fmt.Println("pids:", e.PID(1), e.PID(2), e.PID(3))
	}
	// Not an empty select, which would end the process as a deadlock.
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	<-c
}

// TestSigkilledHarnessLeavesNothing kills a harness that holds three servers:
// they must go with it, and cleaning must forget the run.
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
	owner := child.Process.Pid
	t.Cleanup(func() { leftover.Clean(context.Background()) })
	var pids [3]int
	_, scanned := fmt.Sscanf(said, "pids: %d %d %d", &pids[0], &pids[1], &pids[2])
	alive := 0
	for _, pid := range pids {
		if isJVM(pid) {
			alive++
		}
	}
	child.Process.Kill()
	child.Wait()
	if strings.HasPrefix(said, "not ready:") {
		t.Skip(said)
	}
	if scanned != nil || alive != 3 {
		t.Fatalf("the harness said %q, of which %d are servers", said, alive)
	}
	awaitGone(t, pids[:])
	gone, err := leftover.Clean(t.Context())
	if err != nil {
		t.Error(err)
	}
	known := false
	for _, l := range gone {
		known = known || l.Owner.PID == owner
	}
	if !known {
		t.Errorf("cleaning removed %v, nothing of process %d: the run was not registered", gone, owner)
	}
}

// isJVM says whether the process runs as a server. A zombie does not.
func isJVM(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && strings.Contains(string(b), "-Dschism.run=")
}

func awaitGone(t *testing.T, pids []int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for _, pid := range pids {
		for isJVM(pid) {
			select {
			case <-poll.C:
			case <-ctx.Done():
				t.Fatalf("server %d outlives its harness", pid)
			}
		}
	}
}
