//go:build unix

package flink_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/runlog"
)

// endings stands in for Java: jm1 ends at once with the exit code 0, jm2 with 7, and
// TaskManagers stay.
const endings = `#!/bin/sh
for a; do
	case $a in
	*/jm1/conf) exit 0 ;;
	*/jm2/conf) exit 7 ;;
	esac
done
exec sleep 600
`

// TestWhoIsStartedAgain: in application mode whoever ends well stays down until he is
// asked for; in session mode, where there is always work to do, nobody does.
func TestWhoIsStartedAgain(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "bin", "java"), []byte(endings), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JAVA_HOME", home)
	run := func(t *testing.T, of *flink.Application) *bench {
		b := &bench{t: t}
		var err error
		b.Cluster, err = flink.Start(t.Context(), flink.Options{
			Dir: t.TempDir(), ZooKeeper: []string{nowhere}, JobManagers: 2, TaskManagers: 1, Application: of, Observe: b.observe,
		})
		b.ready(err)
		t.Cleanup(func() { b.must(b.Close()) })
		return b
	}
	t.Run("application", func(t *testing.T) {
		b := run(t, &flink.Application{Jar: "job.jar", Main: "Job"})
		b.await("jm2 started three times", func() bool { return b.saw(runlog.Start, "jm2") == 3 })
		if exits, crashes, starts := b.saw(runlog.Exit, "jm1"), b.saw(runlog.Crash, "jm1"), b.saw(runlog.Start, "jm1"); exits != 1 || crashes != 0 || starts != 1 {
			t.Errorf("jm1 ended well %d times, badly %d times, and was started %d times; want 1, 0, 1", exits, crashes, starts)
		}
		if exits := b.saw(runlog.Exit, "jm2"); exits != 0 {
			t.Errorf("jm2 ended well %d times, want never", exits)
		}
		b.must(b.Start(t.Context(), "jm1"))
		b.await("jm1 ends well again", func() bool { return b.saw(runlog.Exit, "jm1") == 2 })
	})
	t.Run("session", func(t *testing.T) {
		b := run(t, nil)
		b.await("jm1 started again", func() bool { return b.saw(runlog.Start, "jm1") == 2 })
		if exits := b.saw(runlog.Exit, "jm1"); exits != 0 {
			t.Errorf("jm1 ended well %d times, want never in session mode", exits)
		}
	})
}
