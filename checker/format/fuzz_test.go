package format

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzValue holds the reader of values to this: no panic, and the one way of
// writing a value reads as that value again.
func FuzzValue(f *testing.F) {
	for _, s := range []string{`nil`, `[1 "a\n" :b #{3 2} {:a 1}]`, `\newline`, `#inst "2026"`, `"\u0041`, `#_ 1 2`, `((`, "\"\xff\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseValue(s)
		if err != nil {
			return
		}
		again, err := ParseValue(string(v))
		if err != nil || again != v {
			t.Fatalf("%q reads as %q, and that as %q, %v", s, v, again, err)
		}
	})
}

// decodeFuzzed holds the reader of a format to this: no panic; errors are one
// line with a place; what is accepted is a history, in which every client has one
// open call at most.
func decodeFuzzed(f *testing.F, as Name) {
	for _, seed := range seeds(f, as) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := Guess("f", text[:min(len(text), Peek)]); err != nil {
			mistake(t, err)
		}
		h, err := Decode("f", bytes.NewReader(text), as)
		if err != nil {
			mistake(t, err)
			return
		}
		sane(t, h)
	})
}

// seeds are the inputs of the format's transcript.
func seeds(f *testing.F, as Name) (all [][]byte) {
	text, err := os.ReadFile(filepath.Join("testdata", "transcripts", string(as)))
	if err != nil {
		f.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "decode "+string(as)+"\n")[1:] {
		input, _, _ := strings.Cut(part, "----")
		all = append(all, []byte(input))
	}
	return all
}

func sane(t *testing.T, h *History) {
	t.Helper()
	if len(h.Ops) == 0 || h.Model == "" {
		t.Fatalf("a history of nothing: %+v", h)
	}
	free, last := map[string]int{}, 0
	for i := range h.Ops {
		o := &h.Ops[i]
		if o.Call <= last || o.Ret <= o.Call || o.Call <= free[o.Client] {
			t.Fatalf("operation %d from %d to %d, after a call at %d and an answer at %d", i, o.Call, o.Ret, last, free[o.Client])
		}
		if (o.Outcome == Unknown) != (o.Ret == Never) || o.Line < 1 || o.Ret != Never && o.RetLine < o.Line {
			t.Fatalf("operation %d: %+v", i, o)
		}
		if (o.Key != "") != h.Keyed {
			t.Fatalf("operation %d has key %q", i, o.Key)
		}
		last = o.Call
		if o.Ret != Never {
			free[o.Client] = o.Ret
		}
	}
}

func FuzzJepsen(f *testing.F)    { decodeFuzzed(f, Jepsen) }
func FuzzKVLog(f *testing.F)     { decodeFuzzed(f, KVLog) }
func FuzzEtcdLog(f *testing.F)   { decodeFuzzed(f, EtcdLog) }
func FuzzJSONLines(f *testing.F) { decodeFuzzed(f, JSONLines) }
