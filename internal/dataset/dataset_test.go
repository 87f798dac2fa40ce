package dataset

import (
	"bytes"
	"cmp"
	"flag"
	"os"
	slashpath "path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// histories is the data set's folder, index its table.
const (
	histories = "../../testdata/histories"
	index     = histories + "/index.jsonl"
	readme    = histories + "/README.md"
)

var (
	write      = flag.Bool("write-dataset", false, "look for the model's histories anew, and write them, the index and the README's table")
	writeIndex = flag.Bool("write-index", false, "make the model's histories of the index anew, take in new stories, and write the index and the README's table")
)

// path is where an entry's file lies.
func path(e *Entry) string { return filepath.Join(histories, filepath.FromSlash(e.File)) }

func dir(file string) string { return filepath.Dir(file) }

// keepIndex writes the index: stories first, then the model, then real servers,
// each by name.
func keepIndex(t *testing.T, list []*Entry) {
	t.Helper()
	rank := []string{Story, Model, Real}
	slices.SortFunc(list, func(a, b *Entry) int {
		return cmp.Or(slices.Index(rank, a.Source)-slices.Index(rank, b.Source), strings.Compare(a.File, b.File))
	})
	text, err := IndexText(list)
	if err != nil {
		t.Fatal(err)
	}
	put(t, index, text)
}

// entries reads the index.
func entries(t *testing.T) []*Entry {
	t.Helper()
	list, err := ReadIndex(index)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// again is the command that writes what a test misses.
const again = "run go test ./internal/dataset -write-index"

// TestModel makes every run of the model that the index names once more: the
// file is what it gives, byte for byte.
func TestModel(t *testing.T) {
	switch {
	case *write:
		rewrite(t, choose(t))
	case *writeIndex:
		rewrite(t, slices.DeleteFunc(entries(t), func(e *Entry) bool { return e.Source != Model }))
	}
	for _, e := range entries(t) {
		if e.Source != Model {
			continue
		}
		t.Run(e.File, func(t *testing.T) {
			t.Parallel()
			x, err := e.Make(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want, err := x.Text()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(path(e)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is not what its run gives (%v): %s", e.File, err, again)
			}
			if x.Invariant != e.Invariant || e.Label.Passes() && x.Invariant != "" {
				t.Errorf("%s is %v, and the model saw %q broken, want %q", e.File, e.Label, x.Invariant, e.Invariant)
			}
		})
	}
}

// rewrite writes the model's histories that were chosen, but for those that are too
// long, and the index of all.
func rewrite(t *testing.T, chosen []*Entry) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(histories, Model)); err != nil {
		t.Fatal(err)
	}
	chosen = slices.DeleteFunc(chosen, func(e *Entry) bool {
		x, err := e.complete(t.Context())
		faulty := e.Bug != "" || e.Incident != ""
		switch {
		case err != nil && faulty:
			t.Logf("%s %d with %s: %v: left out", e.Scenario, e.Seed, cmp.Or(e.Bug, e.Incident), err)
			return true
		case err != nil:
			t.Fatal(err)
		}
		switch {
		case !faulty && e.Label != checker.OK && e.Label != checker.Permitted:
			t.Errorf("%s %d, without a bug, is %v: %s", e.Scenario, e.Seed, e.Label, e.Why)
		case faulty && e.Label != checker.Violation:
			t.Logf("%s %d with %s shows clients nothing any more: left out", e.Scenario, e.Seed, cmp.Or(e.Bug, e.Incident))
			return true
		}
		return !keep(t, e, x)
	})
	list := slices.DeleteFunc(entries(t), func(e *Entry) bool { return e.Source != Real })
	for _, e := range list {
		if err := e.conclude(load(t, path(e))); err != nil {
			t.Fatal(err)
		}
	}
	list = slices.Concat(list, chosen, toldByHand(t))
	keepIndex(t, list)
	put(t, readme, tabled(t, list))
}

// labels are by the words in files' names.
var labels = map[string]checker.Verdict{
	"ok": checker.OK, "permitted": checker.Permitted, "bad": checker.Violation, "unknown": checker.Unknown, "vacuous": checker.Vacuous,
}

// toldByHand are the entries of the stories: a folder for each check.
func toldByHand(t *testing.T) (list []*Entry) {
	t.Helper()
	for _, file := range stories(t) {
		e := &Entry{File: file, Source: Story, Check: slashpath.Dir(file), Label: labels[word(file)]}
		x := load(t, path(e))
		r := e.ruling(x)
		if r == nil {
			t.Fatalf("%s: the check %s does not apply", file, e.Check)
		}
		e.Signature, e.Why = r.Signature, r.Why
		if err := e.describe(x); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// stories are the stories' files, below histories.
func stories(t *testing.T) (list []string) {
	t.Helper()
	files, err := filepath.Glob(histories + "/*/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		list = append(list, slashpath.Join(filepath.Base(dir(file)), filepath.Base(file)))
	}
	return list
}

// word is the label in a file's name.
func word(file string) string {
	parts := strings.Split(file, ".")
	return parts[len(parts)-2]
}

func load(t *testing.T, file string) *History {
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
	x, err := judge(h, events)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// ruling is the result that the label rests on: a story's check, or the worst.
func (e *Entry) ruling(x *History) *checker.Result {
	if e.Check == "" {
		return x.worst()
	}
	for i := range x.Results {
		if x.Results[i].Name == e.Check {
			return &x.Results[i]
		}
	}
	return nil
}

// TestLabels judges every file by every check, and holds what the index says.
func TestLabels(t *testing.T) {
	for _, e := range entries(t) {
		t.Run(e.File, func(t *testing.T) {
			t.Parallel()
			x := load(t, path(e))
			r := e.ruling(x)
			if r == nil || r.Verdict != e.Label || r.Signature != e.Signature || labels[word(e.File)] != e.Label {
				t.Fatalf("%+v, want %v %q: %s", r, e.Label, e.Signature, again)
			}
			told := *e
			if err := told.describe(x); err != nil || told != *e {
				t.Errorf("the index says %+v, the file %+v (%v): %s", *e, told, err, again)
			}
		})
	}
}
