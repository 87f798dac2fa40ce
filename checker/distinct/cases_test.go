package distinct

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestCases plays the histories of testdata, an operation a line: its times, ?
// for an outcome that is unknown, its kind, and what it shows, - for nothing.
func TestCases(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			i := slices.IndexFunc(objects, func(o object) bool { return o.name == d.Cmd })
			if i < 0 {
				d.Fatalf(t, "no object %q", d.Cmd)
			}
			ops := parse(t, d)
			r := objects[i].judge(ops)
			if r.Grade != NotApplicable && objects[i].search(ops) != (r.Grade == Linearizable) {
				t.Errorf("%s: %v, but porcupine does not agree", d.Pos, r.Grade)
			}
			text := r.Grade.String() + "\n"
			if r.Why != "" {
				text += r.Why + "\n"
			}
			lines := strings.Split(d.Input, "\n")
			for _, i := range r.Ops {
				text += "  " + lines[i] + "\n"
			}
			return text
		})
	})
}

func parse(t *testing.T, d *datadriven.TestData) []Op {
	var ops []Op
	for line := range strings.Lines(d.Input) {
		w := strings.Fields(line)
		from, to, _ := strings.Cut(w[0], "-")
		o := Op{Kind: Kind(slices.Index(kindNames[:], w[1])), Call: number(t, from), Ret: Never, Blank: w[2] == "-"}
		if to != "?" {
			o.Ret = number(t, to)
		}
		if !o.Blank {
			o.Value = number(t, w[2])
		}
		if o.Blank && len(w) > 3 {
			o.Value = number(t, w[3])
		}
		ops = append(ops, o)
	}
	return ops
}

func number(t *testing.T, s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAllKindsAreShown: a kind without a case would be a kind untested.
func TestAllKindsAreShown(t *testing.T) {
	var all bytes.Buffer
	for _, obj := range objects {
		text, err := os.ReadFile("testdata/" + obj.name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
		for _, grade := range []Grade{Linearizable, Broken, NotApplicable} {
			if !strings.Contains(string(text), "----\n"+grade.String()+"\n") {
				t.Errorf("testdata/%s has no history that is %v", obj.name, grade)
			}
		}
	}
	for _, name := range kindNames[1:] {
		if !strings.Contains(all.String(), fmt.Sprintf(" %s ", name)) {
			t.Errorf("no case has an operation %s", name)
		}
	}
}
