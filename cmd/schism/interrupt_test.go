//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestInterrupt sends a campaign SIGINT once it has printed its first result.
func TestInterrupt(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(s.String(), func(t *testing.T) {
			dir := t.TempDir()
			// testscript.Main answers to the name schism.
			name := filepath.Join(dir, "schism")
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(self, name); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			c := exec.CommandContext(t.Context(), name, "run", "leader-crash", "--seeds", "100000", "--json", "--keep")
			c.Dir, c.Stderr = dir, &stderr
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			lines.Buffer(nil, 1<<20)
			if !lines.Scan() {
				t.Fatalf("no result before the signal: %v\n%s", lines.Err(), &stderr)
			}
			if err := c.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			for lines.Scan() {
				if !strings.HasSuffix(lines.Text(), "}") {
					t.Errorf("a result was cut off: %q", lines.Text())
				}
			}
			var exit *exec.ExitError
			if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
				t.Errorf("ended with %v, want exit code %d\n%s", err, exitInterrupted, &stderr)
			}
			if !strings.Contains(stderr.String(), " of 100000 runs: ") {
				t.Errorf("nothing says what had come of the runs that ended:\n%s", &stderr)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "out", "*", ".*")); len(left) > 0 {
				t.Errorf("unfinished folders are left: %v", left)
			}
		})
	}
}
