package report

import (
	"fmt"
	"slices"
	"strings"
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

// TestProcessFaults: what is done to Flink's processes is among the faults that the
// axis shows, each with the lanes that it touches, and the story tells it once.
func TestProcessFaults(t *testing.T) {
	at := func(n int64, k runlog.Kind, proc string) runlog.Event {
		return runlog.Event{T: n * 1e6, Kind: k, Proc: proc}
	}
	step := func(n int64, text, with string) runlog.Event {
		return runlog.Event{T: n * 1e6, Kind: runlog.Step, Text: text, With: with}
	}
	r := Report{Header: runlog.Header{Servers: 1}, Verdict: "ok", Events: []runlog.Event{
		{Kind: runlog.Start, Node: 1},
		at(1, runlog.Start, "jm1"), at(1, runlog.Start, "jm2"), at(1, runlog.Start, "tm1"),
		{T: 2e6, Kind: runlog.Begin},
		at(5, runlog.Crash, "jm1"), step(5, "crash Ja", "jm1"), at(8, runlog.Start, "jm1"),
		at(9, runlog.Pause, "jm2"), at(10, runlog.Resume, "jm2"),
		step(11, "cut Jb -- zookeeper", "jm2"), step(13, "cut Jb -> taskmanagers", "jm2,tm1"), step(14, "heal Jb -- zookeeper", "jm2"),
		step(15, "heal", ""),
		step(16, "slow tm1 -- zookeeper delay 5ms jitter 0s loss 0", "tm1"), at(17, runlog.Crash, "tm1"),
		{T: 20e6, Kind: runlog.End},
	}}
	tl := newTimeline(r.Header, r.Events)
	if tl.Dropped > 0 {
		t.Errorf("%d events are said to be left out, and all are drawn", tl.Dropped)
	}
	var got []string
	for _, f := range tl.Faults {
		got = append(got, fmt.Sprintf("%d-%d %s: %s %v %v", f.From/1000, f.To/1000, f.Kind, f.Text, f.Servers, f.Open))
	}
	want := []string{
		"5-8 crash: jm1 down [2] false", "9-10 pause: jm2 paused [3] false", "11-14 cut: jm2 -- zookeeper [3] false",
		"13-15 cut: jm2 -> taskmanagers [3 4] false", "16-20 slow: tm1 -- zookeeper delay 5ms jitter 0s loss 0 [4] true",
		"17-20 crash: tm1 down [4] true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("faults\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	r.Events = slices.Insert(r.Events, 5, runlog.Event{T: 3e9, Kind: runlog.Grant, Proc: "jm1", Token: "42645ee4-9a01-4c1e-8f1c-000000000000"})
	told := strings.Join(texts(tell(r, newTimeline(r.Header, r.Events)).Shown), "\n")
	for _, once := range []string{"with the token 42645ee4.", "jm1, which led, was killed.", "The network was cut: jm2 -- zookeeper."} {
		if strings.Count(told, once) != 1 {
			t.Errorf("told\n%s\nwant once %q", told, once)
		}
	}
}
