package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/runlog"
)

// TestJobHasALane: the job's states, checkpoints and alerts stand on the same axis
// as servers and processes, and the story names them.
func TestJobHasALane(t *testing.T) {
	ms := func(n int64, e runlog.Event) runlog.Event { e.T = n * 1e6; return e }
	events := []runlog.Event{
		{Kind: runlog.Start, Node: 1},
		ms(1, runlog.Event{Kind: runlog.Start, Proc: "jm1"}),
		ms(2, runlog.Event{Kind: runlog.Grant, Proc: "jm1", Token: "a"}),
		ms(3, runlog.Event{Kind: runlog.JobState, Proc: "jm1", Text: runlog.JobRunning}),
		ms(4, runlog.Event{Kind: runlog.Begin}),
		ms(5, runlog.Event{Kind: runlog.Checkpoint, Proc: "jm1", Text: runlog.Completed, Ckpt: 1}),
		ms(6, runlog.Event{Kind: runlog.Step, Text: "cut Ja -- zookeeper", With: "jm1"}),
		ms(7, runlog.Event{Kind: runlog.JobState, Proc: "jm1", Text: runlog.JobSuspended}),
		ms(8, runlog.Event{Kind: runlog.Crash, Proc: "jm1"}),
		ms(9, runlog.Event{Kind: runlog.Checkpoint, Proc: "jm2", Text: runlog.Restored, Ckpt: 1}),
		ms(9, runlog.Event{Kind: runlog.JobState, Proc: "jm2", Text: runlog.JobRunning}),
		ms(10, runlog.Event{Kind: runlog.Alert, Path: "/in/n1", Text: "raised"}),
		ms(20, runlog.Event{Kind: runlog.End}),
	}
	tl := newTimeline(runlog.Header{Servers: 1}, events)
	job := tl.Servers[len(tl.Servers)-1]
	if want := []span{{From: 3000, To: 7000, Is: "job running"}, {From: 7000, To: 9000, Is: "job suspended"}, {From: 9000, To: 20000, Is: "job running"}}; job.Name != "job" || !slices.Equal(job.Spans, want) {
		t.Errorf("the last lane is %+v, want the job's: %+v", job, want)
	}
	if want := []tick{{5000, "completed"}, {9000, "restored"}, {10000, "raised"}}; !slices.Equal(job.Ticks, want) {
		t.Errorf("ticks %+v, want %+v", job.Ticks, want)
	}
	var told []string
	for _, s := range tl.tellFlink(events) {
		told = append(told, s.Text)
	}
	for _, want := range []string{
		"jm1 was granted leadership of the Flink cluster, with the token a.", "The network was cut: jm1 -- zookeeper.",
		"jm1, which led, was killed.", "The job was started again on jm2, from checkpoint 1.", "The job raised the alert of n1.",
	} {
		if !slices.Contains(told, want) {
			t.Errorf("the story does not say %q, but\n%s", want, strings.Join(told, "\n"))
		}
	}
}
