package object

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/format"
)

// linearizableLogs are the numbers of those etcd logs that porcupine's tests
// hold to be linearizable. The others are not; number 95 is an empty file.
var linearizableLogs = []int{2, 5, 7, 18, 25, 31, 38, 45, 48, 49, 51, 53, 56, 67, 75, 76, 80, 87, 92, 98, 100, 101, 102}

const lastLog, emptyLog = 102, 95

// published is the folder of histories that porcupine publishes with its
// source. They are read where the module lies, and not kept here.
func published(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anishathalye/porcupine").Output()
	dir := filepath.Join(strings.TrimSpace(string(out)), "test_data")
	if err != nil || dir == "test_data" {
		t.Fatalf("porcupine's source is not at hand, with its histories: %v", err)
	}
	return dir
}

// decode reads a published history, in the format that is guessed.
func decode(t *testing.T, file string, want format.Name) *format.History {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	head, _ := in.Peek(format.Peek)
	as, err := format.Guess(file, head)
	if err != nil || as != want {
		t.Fatalf("%s is taken for %q, want %s: %v", file, as, want, err)
	}
	h, err := format.Decode(file, in, as)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func etcdLog(t *testing.T, dir string, n int) *format.History {
	t.Helper()
	return decode(t, filepath.Join(dir, "jepsen", fmt.Sprintf("etcd_%03d.log", n)), format.EtcdLog)
}

func verdictOf(linearizable bool) checker.Verdict {
	if linearizable {
		return checker.OK
	}
	return checker.Violation
}

func TestPublishedEtcdLogs(t *testing.T) {
	dir := published(t)
	calls, lost, verdicts := 0, 0, map[checker.Verdict]int{}
	for n := 0; n <= lastLog; n++ {
		if n == emptyLog {
			continue
		}
		h := etcdLog(t, dir, n)
		_, _, unknown := h.Count()
		calls, lost = calls+len(h.Ops), lost+unknown
		r := Judge(h, format.Nil, checker.DefaultBudget)
		if want := verdictOf(slices.Contains(linearizableLogs, n)); r.Verdict != want || h.Model != format.CASRegister {
			t.Errorf("etcd_%03d, a history of a %s, is %v, want %v: %s", n, h.Model, r.Verdict, want, r.Why)
		}
		verdicts[r.Verdict]++
		if r.Verdict == checker.Violation && !strings.Contains(r.Why, "and none is left") {
			t.Errorf("etcd_%03d: nothing is said of where the order ends: %s", n, r.Why)
		}
	}
	if verdicts[checker.OK] != 23 || verdicts[checker.Violation] != 79 {
		t.Errorf("verdicts %v, want 23 ok and 79 violation", verdicts)
	}
	t.Logf("%d calls, %d of unknown outcome: %v", calls, lost, verdicts)
}

func TestPublishedKeyValueLogs(t *testing.T) {
	dir := published(t)
	for _, name := range []string{"c01-ok", "c01-bad", "c10-ok", "c10-bad", "c50-ok", "c50-bad"} {
		h := decode(t, filepath.Join(dir, "kv", name+".txt"), format.KVLog)
		r := Judge(h, format.Nil, checker.DefaultBudget)
		if want := verdictOf(strings.HasSuffix(name, "-ok")); r.Verdict != want || h.Model != format.KV || !h.Keyed {
			t.Errorf("%s, a history of a %s, is %v, want %v: %s", name, h.Model, r.Verdict, want, r.Why)
		}
	}
}

// TestHowTimeoutsAreRead holds what the manual of package format says: that a
// timeout is read as an unknown outcome makes the verdict of most of these logs,
// etcd_005 among them, and that a failed cas counts as an observation does not.
func TestHowTimeoutsAreRead(t *testing.T) {
	dir := published(t)
	judge := func(n int, read func(*format.Op)) checker.Result {
		h := etcdLog(t, dir, n)
		for i := range h.Ops {
			read(&h.Ops[i])
		}
		return Judge(h, format.Nil, checker.DefaultBudget)
	}
	neverApplied := func(o *format.Op) {
		if o.Outcome == format.Unknown {
			o.Outcome = format.Failed
		}
	}
	casLeftOut := func(o *format.Op) {
		if o.Outcome == format.Refused {
			o.Outcome = format.Failed
		}
	}
	if r := judge(5, neverApplied); r.Verdict != checker.Violation || !strings.Contains(r.Why, "then line 88 says") {
		t.Errorf("etcd_005 without what timed out is %v, want a violation in line 88: %s", r.Verdict, r.Why)
	}
	var never []int
	for n := 0; n <= lastLog; n++ {
		if n == emptyLog {
			continue
		}
		want := verdictOf(slices.Contains(linearizableLogs, n))
		if r := judge(n, casLeftOut); r.Verdict != want {
			t.Errorf("etcd_%03d without its failed cas is %v, want %v", n, r.Verdict, want)
		}
		if want != checker.OK {
			continue
		}
		if judge(n, neverApplied).Verdict == checker.OK {
			never = append(never, n)
		}
	}
	if !slices.Equal(never, []int{38, 67, 101}) {
		t.Errorf("linearizable if what timed out never took effect: %v, want 38, 67 and 101", never)
	}
}
