package flink

import (
	"reflect"
	"slices"
	"testing"

	"github.com/schismlab/schism/runlog"
	"pgregory.net/rapid"
)

func drawPart(t *rapid.T) Part {
	p := Part{
		Job:     2,
		Subtask: rapid.IntRange(1, 9).Draw(t, "subtask"), Ckpt: rapid.Int64Range(1, 1<<40).Draw(t, "ckpt"),
		Attempt: rapid.IntRange(1, 99).Draw(t, "attempt"), Token: rapid.StringMatching(`[a-z0-9-]{1,12}`).Draw(t, "token"),
	}
	for range rapid.IntRange(1, 4).Draw(t, "records") {
		p.Records = append(p.Records, Record{
			Kind: rapid.SampledFrom([]runlog.Kind{runlog.Output, runlog.Config, runlog.Window, runlog.Alert}).Draw(t, "kind"),
			Path: rapid.StringMatching(`(/[a-z0-9]{1,5}){1,3}`).Draw(t, "path"), Seq: rapid.IntRange(0, 1<<31-1).Draw(t, "seq"),
			Data: rapid.StringMatching(`[ -~é]{0,12}`).Draw(t, "data"), Zxid: rapid.Uint64().Draw(t, "zxid"), Version: rapid.Int32().Draw(t, "version"),
		})
	}
	return p
}

func TestPartsComeBackFromTheirText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPart(t)
		got, err := ParsePart(2, p.text())
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Fatalf("%v came back as %v, %v, from %q", p, got, err, p.text())
		}
	})
}

func FuzzParsePart(f *testing.F) {
	f.Add("1 7 2 jm1-1-1\noutput /in/k1 3 4294967299 0 c1.5\n")
	f.Add("")
	f.Add("1 7 2 jm1-1-1\noutput /in/k1 3\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePart(1, text)
		if err != nil {
			return
		}
		if again, err := ParsePart(1, p.text()); err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("%q is %v, and then %v, %v", text, p, again, err)
		}
	})
}

// A commit that is made again finds itself done: that is what makes a restart
// from a checkpoint harmless.
func TestCommitOnce(t *testing.T) {
	s := NewStorage()
	p := Part{Job: 1, Subtask: 1, Ckpt: 3, Attempt: 1, Token: "a", Records: []Record{{Kind: runlog.Output, Path: "/in/k1", Data: "x"}}}
	if s.commit(p) {
		t.Error("a part that was never written was committed")
	}
	s.put(p.pendingName(), p)
	if !s.commit(p) || s.commit(p) {
		t.Error("want the first commit to succeed, and the second to find it done")
	}
	if len(s.Committed) != 1 {
		t.Errorf("%d parts are committed, want 1", len(s.Committed))
	}
}

func TestOutputsTellRecordsFromConfiguration(t *testing.T) {
	p := Part{Job: 1, Subtask: 1, Ckpt: 3, Records: []Record{{Kind: runlog.Output, Path: "/in/k1", Seq: 4, Data: "x", Zxid: 9}, {Kind: runlog.Config, Path: "/conf", Data: "y", Zxid: 10, Version: 2}}}
	got := slices.Collect(p.Outputs)
	if got[0].Kind != runlog.Output || got[0].Num != 4 || got[0].Zxid != 9 {
		t.Errorf("a record is told as %+v", got[0])
	}
	if got[1].Kind != runlog.Config || got[1].Version != 2 || got[1].Mzxid != 10 {
		t.Errorf("a configuration is told as %+v", got[1])
	}
}
