package docker

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/image"
	"github.com/schismlab/schism/cluster/leftover"
)

// childVariable makes the test program a harness that only starts an ensemble
// in the folder named, says which run it is, and waits to be killed.
const childVariable = "SCHISM_TEST_DOCKER_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		child(dir)
	}
	os.Exit(m.Run())
}

func child(dir string) {
	e, err := Start(context.Background(), cluster.Options{
		Servers: 2, Version: artifact.Default, Dir: dir,
		Tick: 500 * time.Millisecond, InitLimit: 10, SyncLimit: 4,
	})
	if err != nil {
		os.Stdout.WriteString("error " + err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("run " + e.(*Ensemble).Run() + "\n")
	select {}
}

// traces lists what the engine still has of a run.
func traces(t *testing.T, run string) []string {
	t.Helper()
	engine, err := image.Engine(t.Context())
	must(t, err)
	defer engine.Close()
	filter := make(client.Filters).Add("label", labelRun+"="+run)
	var list []string
	containers, err := engine.ContainerList(t.Context(), client.ContainerListOptions{All: true, Filters: filter})
	must(t, err)
	for _, c := range containers.Items {
		list = append(list, c.Names...)
	}
	networks, err := engine.NetworkList(t.Context(), client.NetworkListOptions{Filters: filter})
	must(t, err)
	for _, n := range networks.Items {
		list = append(list, n.Name)
	}
	return list
}

// The engine takes endpoints away a moment after it has said that their containers are
// gone. A container of somebody else's that stays for longer stands for such a moment.
func TestCloseAwaitsEndpoints(t *testing.T) {
	ctx, e := start(t, 1)
	late, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		Started: true,
		ContainerRequest: testcontainers.ContainerRequest{
			Image: e.img.Ref, Entrypoint: []string{"sleep", "1000000000"}, Networks: []string{e.net.name},
		},
	})
	testcontainers.CleanupContainer(t, late)
	must(t, err)
	closed := make(chan error, 1)
	go func() { closed <- e.Close() }()
	await(t, "a network that is left alone", func(context.Context) error {
		if left := traces(t, e.Run()); len(left) != 1 {
			return fmt.Errorf("left: %q", left)
		}
		return nil
	})
	must(t, late.Terminate(ctx, testcontainers.StopTimeout(0)))
	must(t, <-closed)
	if left := traces(t, e.Run()); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	t.Run("after a start", func(t *testing.T) {
		ctx, e := start(t, 3)
		must(t, e.Pause(ctx, 1))
		must(t, e.Kill(ctx, 2))
		if got := traces(t, e.Run()); len(got) != 7 {
			t.Fatalf("three servers are %q, want a network and six containers", got)
		}
		must(t, e.Close())
		if left := traces(t, e.Run()); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
		must(t, e.Close())
	})
	t.Run("after a start that was given up", func(t *testing.T) {
		engine, err := image.Engine(t.Context())
		skipUnready(t, err)
		must(t, err)
		defer engine.Close()
		before, err := ownedRuns(t.Context(), engine)
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer cancel()
			for ctx.Err() == nil { // cancel in the middle: once there is a container
				if now, err := ownedRuns(ctx, engine); err == nil && len(now) > len(before) {
					return
				}
			}
		}()
		_, err = Start(ctx, cluster.Options{Servers: 3, Version: artifact.Default, Dir: t.TempDir(), Tick: time.Second, InitLimit: 10, SyncLimit: 4})
		if err == nil {
			t.Fatal("started although the context was cancelled")
		}
		after, err := ownedRuns(t.Context(), engine)
		must(t, err)
		if len(after) > len(before) {
			t.Errorf("left: %v", after)
		}
	})
}

func TestSIGKILLThenCleanLeavesNothing(t *testing.T) {
	tests := []struct {
		name  string
		clean func(context.Context) error
	}{
		{"by the register", func(ctx context.Context) error { _, err := leftover.Clean(ctx); return err }},
		{"by labels alone", func(ctx context.Context) error { _, err := Sweep(ctx); return err }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			run := killedRun(t)
			if len(traces(t, run)) == 0 {
				t.Fatal("a killed run left nothing to clean up")
			}
			must(t, test.clean(t.Context()))
			if left := traces(t, run); len(left) > 0 {
				t.Errorf("left: %q", left)
			}
			// What one way removed is no trouble to the other.
			_, err := leftover.Clean(t.Context())
			must(t, err)
		})
	}
	t.Run("not while the owner lives", func(t *testing.T) {
		_, e := start(t, 1)
		_, err := leftover.Clean(t.Context())
		must(t, err)
		_, err = Sweep(t.Context())
		must(t, err)
		awaitServing(t, e)
	})
}

// killedRun starts a harness in a process of its own, kills it with SIGKILL and
// returns the run's name.
func killedRun(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+t.TempDir())
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, _ := bufio.NewReader(out).ReadString('\n')
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if word != "run" {
		if strings.Contains(rest, "no container engine") {
			t.Skip("not ready: " + rest)
		}
		t.Fatalf("the harness said %q", line)
	}
	return rest
}

func TestNoEngine(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+t.TempDir(), "DOCKER_HOST=unix:///nonexistent/engine.sock")
	out, _ := cmd.Output()
	if !strings.HasPrefix(string(out), "error no container engine answers (") || !strings.Contains(string(out), "apt-get install docker.io") {
		t.Errorf("without an engine the harness said %q", out)
	}
}
