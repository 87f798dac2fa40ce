package counterexample

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

const histories = "../../testdata/histories"

// TestStories tells every history in testdata/histories that breaks a promise or
// is only permitted, and holds the text to the transcript.
func TestStories(t *testing.T) {
	told := map[string]bool{}
	datadriven.RunTest(t, "testdata/stories", func(t *testing.T, d *datadriven.TestData) string {
		var name string
		d.ScanArgs(t, "history", &name)
		told[name] = true
		run := open(t, filepath.Join(histories, name+".jsonl"))
		results := checker.Judge(run, checker.All(), checker.DefaultBudget)
		r := named(results, filepath.Dir(name))
		if r == nil {
			t.Fatalf("no result of %s", name)
		}
		x := Of(run, r, DefaultBounds)
		if x == nil {
			return "nothing to tell\n"
		}
		if x.Verdict != r.Verdict || x.Signature != r.Signature {
			t.Errorf("%s: told of %v %s, want %v %s", name, x.Verdict, x.Signature, r.Verdict, r.Signature)
		}
		again(t, run, x)
		return x.Text(90)
	})
	checks := slices.Clone(preferred)
	for _, ac := range accounts {
		checks = append(checks, ac.check)
	}
	for _, check := range checks {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(told)), func(name string) bool { return filepath.Dir(name) == check }) {
			t.Errorf("testdata/stories tells no history of the check %s", check)
		}
	}
}

func open(t *testing.T, file string) *checker.Run {
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
	run, err := checker.NewRun(h, events)
	if err != nil {
		t.Fatal(err)
	}
	return run
}
