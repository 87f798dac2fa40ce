package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// part is one call of go test.
type part struct {
	name string
	args []string
}

// module is how import paths of this module begin.
const module = "github.com/schismlab/schism"

// parts are in the order in which mistakes are cheapest to find.
func parts() []part {
	all, err := exec.Command("go", "list", "./...").Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "suite: go list ./...:", err)
		os.Exit(1)
	}
	pure := slices.DeleteFunc(strings.Fields(string(all)), func(p string) bool {
		return strings.HasPrefix(p, module+"/cluster")
	})
	scenarios := func(args ...string) []string {
		return append([]string{"-count=1", "-timeout=30m", "-run=^TestScenarios$", "./scenarios"}, args...)
	}
	return []part{
		{"unit", pure},
		{"sim", scenarios("-schism.world=sim", "-schism.seeds=16")},
		{"cluster", []string{"-p=1", "-timeout=20m", "./cluster/..."}},
		{"local", scenarios("-schism.world=local", "-schism.pass-over")},
		{"docker", scenarios("-schism.world=docker", "-schism.pass-over")},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	todo, err := chosen(parts(), os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "suite:", err)
		os.Exit(2)
	}
	s := newSummary(os.Stdout)
	for _, p := range todo {
		begun := time.Now()
		fmt.Printf("# %s\n", p.name)
		s.failedPart(p.name, run(ctx, p, s))
		s.took(p.name, time.Since(begun))
		if ctx.Err() != nil {
			os.Exit(130)
		}
	}
	if !s.end(os.Getenv("SCHISM_REQUIRE_ALL") == "1") {
		os.Exit(1)
	}
}

// chosen are the parts of the given names, all if none is given.
func chosen(all []part, names []string) ([]part, error) {
	if len(names) == 0 {
		return all, nil
	}
	var some []part
	for _, name := range names {
		i := slices.IndexFunc(all, func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no part %q: want unit, sim, cluster, local or docker", name)
		}
		some = append(some, all[i])
	}
	return some, nil
}

// run runs a part. Its error is that of go test, which also says with 1 that a
// test failed.
func run(ctx context.Context, p part, s *summary) error {
	c := exec.CommandContext(ctx, "go", append([]string{"test", "-json"}, p.args...)...)
	c.Stderr = os.Stderr
	// Tests clean up after themselves when they are asked to end.
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = time.Minute
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	reading := s.read(out)
	if err := c.Wait(); err != nil {
		return err
	}
	return reading
}
