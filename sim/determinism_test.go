package sim_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// logOf carries a plan out and hashes the bytes of its log.
func logOf(t *testing.T, p *plan.Plan) string {
	t.Helper()
	h := sha256.New()
	log := runlog.NewWriter(h, runlog.Header{Scenario: p.Scenario, Seed: p.Seed})
	if err := new(sim.World).Run(t.Context(), p, log); err != nil {
		t.Fatal(err)
	}
	if err := log.Flush(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func planOf(t *testing.T, s *scenarios.Scenario, seed uint64) *plan.Plan {
	t.Helper()
	p, err := s.Plan(seed, scenarios.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSamePlanSameBytes runs every scenario with several seeds: from the plan,
// from its text, and from the next seed, which must give something else.
func TestSamePlanSameBytes(t *testing.T) {
	for _, s := range scenarios.All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]uint64{}
			for _, seed := range []uint64{1, 1 << 63} {
				p := planOf(t, s, seed)
				parsed, err := plan.Parse("plan", p.String())
				if err != nil {
					t.Fatal(err)
				}
				first, again := logOf(t, p), logOf(t, parsed)
				if first != again {
					t.Errorf("seed %d: log %s, and %s from the plan's text", seed, first, again)
				}
				if other, same := seen[first]; same {
					t.Errorf("seeds %d and %d have the same log", other, seed)
				}
				seen[first] = seed
			}
		})
	}
}

// counter counts what a log is given.
type counter struct {
	runlog.Sink
	events int
}

func (c *counter) Put(e *runlog.Event) int64 {
	c.events++
	return c.Sink.Put(e)
}

// sample is what is compared between machines: the digest of the logs of runs of
// mixed faults, one after the other, with at least that many events.
func sample(t *testing.T, least int) string {
	h := sha256.New()
	all, seed := 0, uint64(0)
	for ; all < least; seed++ {
		s, err := scenarios.Named("mixed")
		if err != nil {
			t.Fatal(err)
		}
		p := planOf(t, s, seed)
		log := runlog.NewWriter(h, runlog.Header{Scenario: p.Scenario, Seed: p.Seed})
		count := &counter{Sink: log}
		if err := new(sim.World).Run(t.Context(), p, count); err != nil {
			t.Fatal(err)
		}
		if err := log.Flush(); err != nil {
			t.Fatal(err)
		}
		all += count.events
	}
	return fmt.Sprintf("%d events of %d runs: %x\n", all, seed, h.Sum(nil))
}

// million is how many events are compared between machines.
const million = 1_000_000

// printSample makes TestSample print; the test below sets it for its other self.
const printSample = "SCHISM_PRINT_SAMPLE"

// TestSample prints the digest of a million events when it is asked to. By
// itself it holds that a few do not change within a process.
func TestSample(t *testing.T) {
	if os.Getenv(printSample) != "" {
		fmt.Print(sample(t, million))
		return
	}
	const few = 50_000
	if first, again := sample(t, few), sample(t, few); again != first {
		t.Errorf("got\n%sand then\n%s", first, again)
	}
}

// TestSameBytesInWebAssembly runs TestSample on another machine, as far as there
// is one here: another back end of the compiler, another memory, one thread.
func TestSameBytesInWebAssembly(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("not ready: it starts processes, and this is WebAssembly already")
	}
	if testing.Short() {
		t.Skip("not ready: left out by -short: it builds for another machine")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("not ready: no node to run WebAssembly:", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip("not ready: no Go toolchain:", err)
	}
	wasm := filepath.Join(t.TempDir(), "sim.wasm")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", wasm, ".")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.CommandContext(t.Context(), filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec"), wasm, "-test.run=^TestSample$")
	// The runtime's start hands the whole environment over, and has little room.
	run.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), printSample + "=1"}
	var stderr bytes.Buffer
	run.Stderr = &stderr
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, stderr.String())
	}
	got, want := strings.TrimSuffix(string(out), "PASS\n"), sample(t, million)
	if got != want {
		t.Errorf("in WebAssembly\n%shere\n%s", got, want)
	}
	t.Logf("in WebAssembly as here: %s", got)
}
