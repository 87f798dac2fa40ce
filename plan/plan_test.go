package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"pgregory.net/rapid"
)

// TestTranscripts runs testdata: "parse" prints what a whole plan parses to,
// or the error; "with" does the same for one more line in a valid plan;
// "duration" does it for durations, one a line.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "parse":
				return parsed(d.Input)
			case "with":
				return withLines(t, d)
			case "duration":
				var b strings.Builder
				for s := range strings.FieldsSeq(d.Input) {
					got, err := ParseDuration(s)
					if err != nil {
						fmt.Fprintln(&b, err)
					} else {
						fmt.Fprintf(&b, "%s = %v (%d)\n", s, got, int64(got))
					}
				}
				return b.String()
			}
			t.Fatalf("unknown command %s", d.Cmd)
			return ""
		})
	})
}

func parsed(text string) string {
	p, err := Parse("p", text)
	if err != nil {
		return err.Error() + "\n"
	}
	return p.String()
}

// withLines puts each input line, on its own, where the argument says.
func withLines(t *testing.T, d *datadriven.TestData) string {
	var where string
	d.ScanArgs(t, "in", &where)
	anchor := map[string]string{"top": "seed 1\n", "setup": "setup\n", "client": "client c1 n1\n", "steps": "steps\n"}[where]
	var b strings.Builder
	for line := range strings.Lines(d.Input) {
		line = strings.TrimSuffix(line, "\n")
		p, err := Parse("p", strings.Replace(example, anchor, anchor+line+"\n", 1))
		switch {
		case err != nil:
			fmt.Fprintln(&b, err)
		case where == "setup":
			fmt.Fprintln(&b, p.Setup[0])
		case where == "client":
			fmt.Fprintln(&b, p.Clients[0].Calls[0])
		case where == "steps":
			fmt.Fprintln(&b, p.Steps[0])
		default:
			fmt.Fprintln(&b, "ok")
		}
	}
	return b.String()
}

func TestStreamNumbersNeverChange(t *testing.T) {
	for _, c := range []struct {
		seed    uint64
		purpose string
		want    [3]uint64
	}{
		{0, "", golden0},
		{1, "net", golden1},
		{math.MaxUint64, "workload", golden2},
	} {
		s := NewStream(c.seed, c.purpose)
		got := [3]uint64{s.Uint64(), s.Uint64(), s.Uint64()}
		if got != c.want {
			t.Errorf("seed %d purpose %q: %#x, want %#x: a seed's meaning must never change", c.seed, c.purpose, got, c.want)
		}
	}
	s := NewStream(7, "faults")
	kid := s.Split(3)
	draws := []int{s.Intn(10), s.Intn(1000), int(s.Duration(Second, 2*Second)), kid.Intn(1_000_000)}
	if !slices.Equal(draws, goldenDraws) {
		t.Errorf("drew %v, want %v", draws, goldenDraws)
	}
	order := []int{0, 1, 2, 3, 4, 5, 6, 7}
	s.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	if !slices.Equal(order, goldenOrder) {
		t.Errorf("shuffled %v, want %v", order, goldenOrder)
	}
}

func TestStreamsAreIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		a, b := NewStream(seed, "net"), NewStream(seed, "disk")
		if a.Uint64() == b.Uint64() {
			t.Fatal("two purposes, one stream")
		}
		before := a
		one, two, again := a.Split(1), a.Split(2), a.Split(1)
		if a != before {
			t.Fatal("Split drew from its stream")
		}
		if one != again {
			t.Fatal("the same part, another stream")
		}
		x, y, z := one.Uint64(), two.Uint64(), a.Uint64()
		if x == y || x == z || y == z {
			t.Fatal("parts of a stream draw the same")
		}
	})
}

func TestStreamRanges(t *testing.T) {
	s := NewStream(1, "ranges")
	heads, counts := 0, [6]int{}
	for range 60_000 {
		counts[s.Intn(6)]++
		if s.Chance(250_000) {
			heads++
		}
		if d := s.Duration(3, 5); d < 3 || d > 4 {
			t.Fatalf("Duration(3, 5) drew %d", d)
		}
	}
	for i, n := range counts { // 6 standard deviations of a fair die
		if n < 9450 || n > 10550 {
			t.Errorf("%d came %d times of 60000", i, n)
		}
	}
	if heads < 14360 || heads > 15640 {
		t.Errorf("a quarter of 60000 draws came %d times", heads)
	}
	before := s
	if s.Chance(0) || !s.Chance(1_000_000) || s.Duration(5, 5) != 5 || s != before {
		t.Error("a certain answer drew from the stream")
	}
}

func TestMemoryResolves(t *testing.T) {
	var m Memory
	call := Call{Op: Set, Path: "/r", Value: SeenPlus(5), Version: SeenVersion}
	if _, ok := m.Resolve(call); ok {
		t.Error("resolved what was never seen")
	}
	m.Saw("/r", "37", 4)
	m.Saw("/text", "abc", 1)
	multi, ok := m.Resolve(Call{Op: Multi, Parts: []Call{call, {Op: Check, Path: "/text", Version: SeenVersion}}})
	if !ok || multi.Parts[0].Value != Text("42") || multi.Parts[0].Version != 4 || multi.Parts[1].Version != 1 {
		t.Errorf("resolved to %v, %v", multi, ok)
	}
	if call.Value != SeenPlus(5) {
		t.Error("Resolve changed the plan's call")
	}
	if _, ok := m.Resolve(Call{Op: Set, Path: "/text", Value: SeenPlus(1), Version: AnyVersion}); ok {
		t.Error("added to a text")
	}
	m.Forget("/r")
	if _, ok := m.Resolve(call); ok {
		t.Error("resolved what was forgotten")
	}
}

type view struct {
	size, leader int
	names        map[string]int
	down         map[int]bool
}

func (v view) Size() int             { return v.size }
func (v view) Leading() int          { return v.leader }
func (v view) Named(name string) int { return v.names[name] }
func (v view) Up(n int) bool         { return !v.down[n] }

func TestResolveTargets(t *testing.T) {
	v := view{size: 5, leader: 2, names: map[string]int{"L": 2, "Old": 4}, down: map[int]bool{1: true}}
	for _, c := range []struct {
		targets, except, others string
		want                    []int
	}{
		{"n3,n1", "", "", []int{1, 3}},
		{"leader", "", "", []int{2}},
		{"leader", "L", "", nil},
		{"follower", "", "", []int{3}},
		{"follower", "n3", "", []int{4}},
		{"follower", "n3", "Old", []int{5}},
		{"all", "leader", "", []int{1, 3, 4, 5}},
		{"others", "", "L", []int{1, 3, 4, 5}},
		{"others", "n1", "L,Old", []int{3, 5}},
		{"Gone", "", "", nil},
		{"n9", "", "", nil},
		{"L,L,n2", "", "", []int{2}},
	} {
		split := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) }
		if got := Resolve(v, split(c.targets), split(c.except), split(c.others)); !slices.Equal(got, c.want) {
			t.Errorf("%s except %q, the other side %q: %v, want %v", c.targets, c.except, c.others, got, c.want)
		}
	}
}
