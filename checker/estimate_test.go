package checker

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// large is one client's history of n operations on one znode, of which the one
// numbered bad is acknowledged though its guard cannot have held.
func large(n, bad int) *Run {
	var b strings.Builder
	b.WriteString("0-0 c0 create /r=0 -> ok\n")
	for i := range n {
		v := i
		if i == bad {
			v += 7
		}
		fmt.Fprintf(&b, "%d-%d c1 set /r=x @%d -> ok v%d\n", 10*i+10, 10*i+15, v, i+1)
	}
	return runOf(b.String())
}

func TestEstimate(t *testing.T) {
	run := runOf(`
		0-1 c0 create /r=0 -> ok
		2-9 c1 set /r=a @-1 -> ok v1
		3-5 c2 set /r=b @-1 -> ok v2
		5-7 c3 set /r=c @-1 -> ok v3
		6-? c4 set /r=d @-1`)
	const want = "5 operations of 5 clients on 1 znode, 1 of them of unknown outcome, up to 3 others open at one moment, at least 0 MB"
	if got := run.problems()[0].estimate().String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestTooLargeToSearch: what cannot fit into the memory allowed is not begun,
// and its beginning is judged all the same.
func TestTooLargeToSearch(t *testing.T) {
	const n = 16_000 // 30 MB at the least
	budget := Budget{Time: time.Minute, Memory: 28 << 20}
	for name, tc := range map[string]struct {
		bad  int
		want Verdict
		why  string
	}{
		"good":           {-1, Unknown, "The search for an order was not begun at 16001 operations of 2 clients"},
		"bad at once":    {3, Violation, "No order of the writes"},
		"bad at the end": {n - 1, Unknown, "The search for an order was not begun"},
	} {
		t.Run(name, func(t *testing.T) {
			r := large(n, tc.bad).judgeValues(budget)
			if r.Verdict != tc.want || !strings.HasPrefix(r.Why, tc.why) {
				t.Errorf("%v: %s\nwant %v: %s", r.Verdict, r.Why, tc.want, tc.why)
			}
		})
	}
}
