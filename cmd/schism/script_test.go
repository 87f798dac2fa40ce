package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"schism": main})
}

// TestScripts runs the command line as people do. A script has an empty folder
// and no tools but what it asks for.
func TestScripts(t *testing.T) {
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	caches := goCaches(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TOP", top)
			e.Setenv("SCHISM_CACHE", filepath.Join(e.WorkDir, "cache"))
			// Scripts have no home, and Go's caches lie there.
			e.Vars = append(e.Vars, caches...)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitCodeOf,
			"forge":    forge,
			"module":   module,
		},
	})
}

// goCaches are the settings that let a script's Go use what is on the machine.
func goCaches(t *testing.T) (vars []string) {
	names := []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Logf("no Go for the scripts: %v", err)
		return nil
	}
	for i, value := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		vars = append(vars, names[i]+"="+value)
	}
	return vars
}

// exitCodeOf runs schism and compares its exit code: exitcode 254 run nosuch.
func exitCodeOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode CODE ARG…")
	}
	err := ts.Exec("schism", args[1:]...)
	got := "0"
	if err != nil {
		var ok bool
		if got, ok = strings.CutPrefix(err.Error(), "exit status "); !ok {
			ts.Fatalf("schism did not exit: %v", err)
		}
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// module makes the script's folder a module that uses this one, from its source
// and with the same dependencies.
func module(ts *testscript.TestScript, neg bool, args []string) {
	top := ts.Getenv("TOP")
	mod, err := os.ReadFile(filepath.Join(top, "go.mod"))
	ts.Check(err)
	text := strings.Replace(string(mod), "module github.com/schismlab/schism", "module example.org/faults", 1)
	text += "\nrequire github.com/schismlab/schism v0.0.0\n\nreplace github.com/schismlab/schism => " + top + "\n"
	ts.Check(os.WriteFile(ts.MkAbs("go.mod"), []byte(text), 0o644))
	sum, err := os.ReadFile(filepath.Join(top, "go.sum"))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("go.sum"), sum, 0o644))
}

// forge fills a repository with jars of the wrong bytes, for every pin that
// there is: forge DIR.
func forge(ts *testscript.TestScript, neg bool, args []string) {
	pins, err := os.ReadFile(filepath.Join(ts.Getenv("TOP"), "cluster", "artifact", "pins.txt"))
	ts.Check(err)
	forged := 0
	for line := range strings.Lines(string(pins)) {
		words := strings.Fields(line)
		if len(words) != 4 || words[0] != "zookeeper" {
			continue
		}
		jar := strings.Split(words[2], ":")
		if len(jar) != 3 {
			continue // one with a classifier, for another platform
		}
		group, name, version := strings.ReplaceAll(jar[0], ".", "/"), jar[1], jar[2]
		dir := filepath.Join(ts.MkAbs(args[0]), filepath.FromSlash(group), name, version)
		ts.Check(os.MkdirAll(dir, 0o755))
		ts.Check(os.WriteFile(filepath.Join(dir, name+"-"+version+".jar"), []byte("not a jar\n"), 0o644))
		forged++
	}
	if forged == 0 {
		ts.Fatalf("no pin was found to forge")
	}
}
