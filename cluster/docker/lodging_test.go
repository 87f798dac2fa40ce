package docker

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
)

// lodge makes a machine on an ensemble of one.
func lodge(t *testing.T, e *Ensemble, name string) (*guest, string) {
	t.Helper()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	m, err := e.Lodge(t.Context(), cluster.Guest{
		Name: name, Flink: artifact.DefaultFlink, Ports: []int{8081}, Folders: []string{dir}, Dir: dir, Log: log,
	})
	skipUnready(t, err)
	must(t, err)
	return m.(*guest), log
}

// A guest's process comes and goes; how it ended is known, and what it said is in its
// log by then.
func TestLodge(t *testing.T) {
	ctx, e := start(t, 1)
	g, log := lodge(t, e, "jm1")
	if err := g.Pause(ctx); err == nil || !strings.Contains(err.Error(), "never started") {
		t.Errorf("paused before it was started: %v", err)
	}
	if g.Ended() != nil {
		t.Error("it has ended, and was never started")
	}
	for life := 1; life <= 2; life++ {
		must(t, g.Start(ctx, []string{"-version"}))
		<-g.Ended()
		code, err := g.ExitCode(ctx)
		must(t, err)
		said, err := os.ReadFile(log)
		must(t, err)
		if code != 0 || strings.Count(string(said), "Server VM") != life {
			t.Errorf("life %d ended with exit code %d, and said %q", life, code, said)
		}
	}
	must(t, g.Kill(ctx)) // one that has ended by itself counts as killed
	if g.Ended() != nil {
		t.Error("it has been killed, and says that it ended")
	}

	bad, _ := lodge(t, e, "jm2")
	must(t, bad.Start(ctx, []string{"no.such.Class"}))
	<-bad.Ended()
	if code, err := bad.ExitCode(ctx); err != nil || code != 1 {
		t.Errorf("without a class to run: exit code %d, %v", code, err)
	}
	if g.Addr() == bad.Addr() || g.Published(8081) == bad.Published(8081) {
		t.Errorf("two machines at %s and %s, and from here at %s and %s", g.Addr(), bad.Addr(), g.Published(8081), bad.Published(8081))
	}
}

func TestLodgeRefuses(t *testing.T) {
	ctx, e := start(t, 1)
	lodge(t, e, "jm1")
	dir := t.TempDir()
	for want, g := range map[string]cluster.Guest{
		`no Flink release "2.2.0" is known`: {Name: "jm2", Flink: "2.2.0"},
		"no/such/folder":                    {Name: "jm2", Flink: artifact.DefaultFlink, Folders: []string{"no/such/folder"}},
		"a machine called jm1 is there":     {Name: "jm1", Flink: artifact.DefaultFlink, Folders: []string{dir}, Dir: dir},
		"a machine called n1 is there":      {Name: "n1", Flink: artifact.DefaultFlink, Folders: []string{dir}, Dir: dir},
	} {
		if _, err := e.Lodge(ctx, g); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	for want, way := range map[string][2]string{
		`no machine "jm9"`:  {"n1", "jm9"},
		"no link to itself": {"jm1", "jm1"},
		`no machine "jm0" `: {"jm0", "n1"},
	} {
		if err := e.SetWay(ctx, way[0], way[1], cluster.Link{Cut: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want an error with %q", way, err, want)
		}
	}
}

// Links lead to guests and from them as between servers, also those that hold packets.
func TestLodgeHasLinks(t *testing.T) {
	ctx, e := start(t, 1)
	lodge(t, e, "tm1")
	for _, l := range []cluster.Link{{Delay: 5}, {Cut: true}, {}} {
		err := e.SetWay(ctx, "n1", "tm1", l)
		skipUnready(t, err)
		must(t, err)
		must(t, e.SetWay(ctx, "tm1", "n1", l))
	}
}
