package checker

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/runlog"
)

var writeHistories = flag.Bool("write-histories", false, "write testdata/histories from the stories")

const histories = "../testdata/histories"

// TestHistoriesAreWhatTheStoriesTell keeps the logs in testdata, which other
// programs may read, and the stories in this package the same.
func TestHistoriesAreWhatTheStoriesTell(t *testing.T) {
	for name, story := range stories {
		file := filepath.Join(histories, name+".jsonl")
		if *writeHistories {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, logOf(story), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, logOf(story)) {
			t.Errorf("%s is not what its story tells (%v): run go test ./checker -write-histories", file, err)
		}
	}
}

var wanted = map[string]Verdict{".ok": OK, ".permitted": Permitted, ".bad": Violation, ".unknown": Unknown, ".vacuous": Vacuous}

// TestHistories judges every log in testdata/histories by the check that its
// folder names, holds the verdict to the file's name, and what is said about
// it to the transcript.
func TestHistories(t *testing.T) {
	files, err := filepath.Glob(histories + "/*/*.jsonl")
	if err != nil || len(files) < len(stories) {
		t.Fatalf("%d histories, want at least %d: %v", len(files), len(stories), err)
	}
	judged := map[string]bool{}
	datadriven.RunTest(t, "testdata/verdicts", func(t *testing.T, d *datadriven.TestData) string {
		var name string
		d.ScanArgs(t, "history", &name)
		judged[name] = true
		run := open(t, filepath.Join(histories, name+".jsonl"))
		r := judgeBy(t, run, filepath.Dir(name))
		if want := wanted[filepath.Ext(name)]; r.Verdict != want {
			t.Errorf("%s is %v, want %v: %s", name, r.Verdict, want, r.Why)
		}
		if (r.Signature != "") != (r.Verdict == Violation) {
			t.Errorf("%s: verdict %v with signature %q", name, r.Verdict, r.Signature)
		}
		return fmt.Sprintf("%v %q\n%s\n", r.Verdict, r.Signature, r.Why)
	})
	for _, file := range files {
		name, _ := filepath.Rel(histories, strings.TrimSuffix(file, ".jsonl"))
		if !judged[name] {
			t.Errorf("testdata/verdicts does not name %s", name)
		}
	}
}

func open(t *testing.T, file string) *Run {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, events, err := runlog.ReadAll(file, f)
	if err != nil {
		t.Fatal(err)
	}
	run, err := NewRun(h, events)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func judgeBy(t *testing.T, run *Run, name string) Result {
	t.Helper()
	checks := All()
	i := slices.IndexFunc(checks, func(c Check) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no check %q", name)
	}
	results := Judge(run, checks[i:i+1], DefaultBudget)
	if len(results) != 1 {
		t.Fatalf("check %s does not apply", name)
	}
	return results[0]
}

// TestEveryCheckHasAPair: a check that no history breaks, or that none keeps,
// proves nothing.
func TestEveryCheckHasAPair(t *testing.T) {
	kept, broken := map[string]bool{}, map[string]bool{}
	for name := range stories {
		check := filepath.Dir(name)
		kept[check] = kept[check] || filepath.Ext(name) == ".ok"
		ext := filepath.Ext(name)
		broken[check] = broken[check] || ext == ".bad" || ext == ".unknown" || ext == ".permitted" && check == freshSync.Name
	}
	for _, c := range All() {
		if !kept[c.Name] && c.Name != "invariants" || !broken[c.Name] {
			t.Errorf("check %s has no pair of histories", c.Name)
		}
	}
}
