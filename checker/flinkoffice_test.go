package checker

import (
	"strings"
	"testing"
)

// TestKeepsOffice: the stories of flink-office are judged alike of a cluster that was
// told nothing, and one that was told is left to flink-office itself.
func TestKeepsOffice(t *testing.T) {
	told := 0
	for name, story := range stories {
		if !strings.HasPrefix(name, flinkOffice.Name+"/") {
			continue
		}
		told++
		r := runOf(strings.Replace(story, "tolerant\n", "\n", 1))
		if !KeepsOffice.Applies(r) || KeepsOffice.Applies(runOf(story)) {
			t.Errorf("%s: does not apply where it should, or does where it should not", name)
		}
		if flinkOffice.Applies(r) {
			t.Errorf("%s: nobody was told to tolerate anything, and flink-office applies", name)
		}
		want := OK
		if strings.HasSuffix(name, ".bad") {
			want = Violation
		}
		if got := KeepsOffice.Judge(r, DefaultBudget); got.Verdict != want {
			t.Errorf("%s is %v, want %v: %s", name, got.Verdict, want, got.Why)
		}
	}
	if told < 3 {
		t.Errorf("%d stories, want at least 3", told)
	}
}
