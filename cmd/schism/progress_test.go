package main

import (
	"bytes"
	"testing"

	"github.com/schismlab/schism/runlog"
)

// TestProgressOfARealRun: whoever watches sees servers start, the steps, and what
// Flink does about them, and not every event.
func TestProgressOfARealRun(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, 1)
	p.scenario("mine")
	for _, e := range []runlog.Event{
		{T: 1e9, Kind: runlog.Start, Node: 1},
		{T: 2e9, Kind: runlog.Role, Node: 1, Text: "leading"},
		{T: 3e9, Kind: runlog.Ready, Node: 1, Text: "start"},
		{T: 4e9, Kind: runlog.Start, Proc: "jm1"},
		{T: 5e9, Kind: runlog.Grant, Proc: "jm1", Token: "a"},
		{T: 6e9, Kind: runlog.Checkpoint, Proc: "jm1", Text: runlog.Restored},
		{T: 7e9, Kind: runlog.Begin},
		{T: 8e9, Kind: runlog.Checkpoint, Proc: "jm1", Text: runlog.Completed, Ckpt: 4},
		{T: 9e9, Kind: runlog.Step, Text: "restart J", With: "jm1"},
		{T: 10e9, Kind: runlog.Crash, Proc: "jm1"},
		{T: 11e9, Kind: runlog.Start, Proc: "jm1"},
		{T: 12e9, Kind: runlog.Crash, Proc: "jm2", Text: "exit status 1"},
		{T: 13e9, Kind: runlog.Checkpoint, Proc: "jm1", Text: runlog.Restored, Ckpt: 4},
		{T: 14e9, Kind: runlog.Done},
	} {
		p.event(&e)
	}
	want := `mine    1.0s n1 was started
mine    3.0s n1 leads, and all others follow it
mine    4.0s jm1 was started
mine    5.0s jm1 leads the Flink cluster
mine    7.0s clients start
mine    9.0s restart J
mine   12.0s jm2 has ended by itself: exit status 1
mine   13.0s jm1 starts the job again from checkpoint 4
mine   14.0s clients have stopped
`
	if out.String() != want {
		t.Errorf("said\n%s\nwant\n%s", &out, want)
	}
}
