package report

import (
	"testing"

	"github.com/schismlab/schism/runlog"
)

// TestProcessesHaveLanes: two JobManagers that lead at once are two lanes in
// office at one time, below the servers' lanes.
func TestProcessesHaveLanes(t *testing.T) {
	ms := func(n int64, k runlog.Kind, proc, token string) runlog.Event {
		return runlog.Event{T: n * 1e6, Kind: k, Proc: proc, Token: token}
	}
	tl := newTimeline(runlog.Header{Servers: 1}, []runlog.Event{
		{Kind: runlog.Start, Node: 1},
		ms(1, runlog.Start, "jm2", ""), ms(1, runlog.Start, "jm1", ""),
		ms(5, runlog.Grant, "jm1", "aaaaaaaa-1"), ms(7, runlog.Grant, "jm2", "bbbbbbbb-2"),
		ms(9, runlog.Pause, "jm1", ""), ms(10, runlog.Resume, "jm1", ""), ms(12, runlog.Revoke, "jm1", ""),
		ms(14, runlog.Crash, "jm1", ""), ms(16, runlog.Exit, "jm2", ""),
		{T: 20e6, Kind: runlog.End},
	})
	if len(tl.Servers) != 3 || tl.Servers[1].Name != "jm1" || tl.Servers[2].Name != "jm2" {
		t.Fatalf("lanes %+v, want n1, jm1, jm2", tl.Servers)
	}
	want := [][]span{
		{
			{From: 1000, To: 5000, Is: up},
			{From: 5000, To: 9000, Is: office, Epoch: 1},
			{From: 9000, To: 10000, Is: "paused"},
			{From: 10000, To: 12000, Is: office, Epoch: 1},
			{From: 12000, To: 14000, Is: up},
			{From: 14000, To: 20000, Is: "down"},
		},
		{{From: 1000, To: 7000, Is: up}, {From: 7000, To: 16000, Is: office, Epoch: 2}, {From: 16000, To: 20000, Is: ended}},
	}
	for i, spans := range want {
		got := tl.Servers[i+1].Spans
		if len(got) != len(spans) {
			t.Fatalf("%s: %+v, want %+v", tl.Servers[i+1].Name, got, spans)
		}
		for j, s := range spans {
			if g := got[j]; g.From != s.From || g.To != s.To || g.Is != s.Is || g.Epoch != s.Epoch || (g.Token != "") != (s.Is == office) {
				t.Errorf("%s: span %d is %+v, want %+v", tl.Servers[i+1].Name, j, g, s)
			}
		}
	}
}
