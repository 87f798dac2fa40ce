package dataset

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	slashpath "path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

// What the data set promises.
const (
	leastWithZxids = 200
	mostBytes      = 6_000_000
)

// TestWhole holds the data set as a whole to what it promises: each run is in the
// index once, so many have zxids, and every source has good ones and bad ones.
func TestWhole(t *testing.T) {
	listed := map[string]bool{}
	zxids, with := 0, map[string]int{}
	for _, e := range entries(t) {
		if listed[e.File] {
			t.Errorf("the index names %s twice", e.File)
		}
		listed[e.File] = true
		if e.Zxids {
			zxids++
		}
		with[e.Source+" "+e.Label.String()]++
		if e.Source == Model && e.Label == checker.Violation && e.Bug == "" && e.Incident == "" {
			t.Errorf("%s breaks a promise, and nothing says why", e.File)
		}
	}
	size := int64(0)
	err := filepath.WalkDir(histories, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		name, _ := filepath.Rel(histories, file)
		name = filepath.ToSlash(name)
		switch {
		case listed[name] || !strings.Contains(name, "/"):
		case strings.HasPrefix(name, Model+"/") || strings.HasPrefix(name, Real+"/"):
			t.Errorf("the index does not name %s: %s", name, again)
		default: // who adds a story to a check need not know of the data set
			t.Logf("the index does not yet name the story %s: %s", name, again)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if zxids < leastWithZxids || size > mostBytes {
		t.Errorf("%d histories with zxids in %d bytes: want at least %d in at most %d", zxids, size, leastWithZxids, mostBytes)
	}
	for _, want := range []string{"story ok", "story permitted", "story violation", "model ok", "model permitted", "model violation", "real ok", "real violation"} {
		if with[want] == 0 {
			t.Errorf("no history is %s", want)
		}
	}
}

// TestForged: the label ok means something. Of each good run of the model one
// answer is changed to a value that nobody wrote, and it is good no more.
func TestForged(t *testing.T) {
	tried := 0
	for _, e := range entries(t) {
		if e.Source != Model || e.Label != checker.OK {
			continue
		}
		x := load(t, path(e))
		gets := map[[2]int]bool{}
		for i := range x.Events {
			ev := &x.Events[i]
			at := [2]int{ev.Client, ev.Num}
			if ev.Kind == runlog.Call {
				gets[at] = ev.Op == "get"
			}
			if ev.Kind != runlog.Ret || !gets[at] || ev.Out != runlog.OK {
				continue
			}
			tried++
			ev.Data = "forged"
			y, err := judge(x.Header, x.Events)
			if err != nil {
				t.Fatal(err)
			}
			if y.Verdict() != checker.Violation {
				t.Errorf("%s is %v with a forged answer", e.File, y.Verdict())
			}
			break
		}
	}
	if tried < 20 {
		t.Errorf("only %d answers were forged", tried)
	}
}

// The table in the README stands between these lines.
const (
	tableBegins = "<!-- table: written by go test ./internal/dataset -write-index -->\n"
	tableEnds   = "<!-- end of table -->\n"
)

// tabled is the README with its table written anew.
func tabled(t *testing.T, list []*Entry) []byte {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := bytes.Cut(text, []byte(tableBegins))
	_, after, ends := bytes.Cut(rest, []byte(tableEnds))
	if !begins || !ends {
		t.Fatalf("%s has no place for its table", readme)
	}
	return slices.Concat(before, []byte(tableBegins), []byte(table(list)), []byte(tableEnds), after)
}

// table counts the histories by folder.
func table(list []*Entry) string {
	type row struct {
		files, ok, permitted, bad, other, zxids, ops int
	}
	rows := map[string]*row{}
	var names []string
	count := func(name string, e *Entry) {
		r := rows[name]
		if r == nil {
			r = &row{}
			rows[name] = r
			names = append(names, name)
		}
		r.files++
		r.ops += e.Ops
		if e.Zxids {
			r.zxids++
		}
		switch e.Label {
		case checker.OK:
			r.ok++
		case checker.Permitted:
			r.permitted++
		case checker.Violation:
			r.bad++
		default:
			r.other++
		}
	}
	for _, e := range list {
		count(slashpath.Dir(e.File), e)
	}
	for _, e := range list {
		count("all", e)
	}
	var b strings.Builder
	b.WriteString("| folder | files | ok | permitted | violation | undecided | with zxids | calls |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, name := range names {
		r := rows[name]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d |\n", name, r.files, r.ok, r.permitted, r.bad, r.other, r.zxids, r.ops)
	}
	return b.String()
}

// TestReadme holds the README's table to the index.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, tabled(t, entries(t))) {
		t.Errorf("the table in %s is not what the index says: %s", readme, again)
	}
}
