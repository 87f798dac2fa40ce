//go:build unix

package process_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/schismlab/schism/cluster/process"
)

// TestExitCode: how a process ended is known once it has ended by itself, and a
// later one in its place starts anew.
func TestExitCode(t *testing.T) {
	l := process.NewLauncher()
	t.Cleanup(l.Close)
	dir := t.TempDir()
	p := &process.Process{Name: "p", Dir: dir, Log: filepath.Join(dir, "log")}
	t.Cleanup(func() { p.Retire(t.Context()) })
	want := func(what string, code int) {
		t.Helper()
		if got := p.ExitCode(); got != code {
			t.Errorf("%s: exit code %d, want %d", what, got, code)
		}
	}
	run := func(script string) {
		t.Helper()
		if err := p.Start(l, "/bin/sh", []string{"-c", script}); err != nil {
			t.Fatal(err)
		}
	}
	want("none was started", -1)
	for _, code := range []int{0, 3} {
		run(fmt.Sprint("exit ", code))
		<-p.Ended()
		want("it ended by itself", code)
	}
	run("kill -9 $$")
	<-p.Ended()
	want("a signal ended it", -1)
	run("sleep 60")
	want("it runs", -1)
	if err := p.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("it was killed", -1)
}
