package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/runlog"
)

// TestEachJobHasALane: of two jobs each has one, in the order in which they came, with
// the rounds at which both have met.
func TestEachJobHasALane(t *testing.T) {
	ms := func(n int64, e runlog.Event) runlog.Event { e.T = n * 1e6; return e }
	one, two := "00000000000000000000000000000001", "a1b2c3d4e5f60718293a4b5c6d7e8f90"
	arrives := func(job string, round int) runlog.Event {
		return runlog.Event{Kind: runlog.Arrived, Job: job, Num: round, Path: fmt.Sprintf("/barrier/round-%d/%s-1", round, job)}
	}
	events := []runlog.Event{
		{Kind: runlog.Start, Node: 1},
		ms(1, runlog.Event{Kind: runlog.Begin}),
		ms(2, runlog.Event{Kind: runlog.JobState, Job: one, Proc: "jm1", Text: runlog.JobRunning, Token: "a"}),
		ms(3, runlog.Event{Kind: runlog.JobState, Job: two, Proc: "jm1", Text: runlog.JobRunning, Token: "a"}),
		ms(4, arrives(one, 1)),
		ms(5, arrives(one, 1)),
		ms(6, arrives(two, 1)),
		ms(7, runlog.Event{Kind: runlog.Checkpoint, Job: two, Proc: "jm1", Text: runlog.Completed, Ckpt: 1}),
		ms(8, runlog.Event{Kind: runlog.JobState, Job: two, Proc: "jm0", Text: runlog.JobSuspended, Token: "before"}),
		ms(9, runlog.Event{Kind: runlog.Checkpoint, Job: two, Proc: "jm1", Text: runlog.Restored, Ckpt: 1}),
		ms(10, arrives(two, 2)),
		ms(20, runlog.Event{Kind: runlog.End}),
	}
	tl := newTimeline(runlog.Header{Servers: 1, Parties: 2}, events)
	lanes := tl.Servers[len(tl.Servers)-2:]
	for i, want := range []struct {
		name  string
		span  span
		ticks []tick
	}{
		{"job 1", span{From: 2000, To: 20000, Is: "job running"}, []tick{{6000, "met"}}},
		{"job a1b2c3d4", span{From: 3000, To: 20000, Is: "job running"}, []tick{{6000, "met"}, {7000, "completed"}, {9000, "restored"}}},
	} {
		if l := lanes[i]; l.Name != want.name || !slices.Equal(l.Spans, []span{want.span}) || !slices.Equal(l.Ticks, want.ticks) {
			t.Errorf("lane %+v, want %+v", l, want)
		}
	}
	if told := tl.tellFlink(events); len(told) != 1 || told[0].Text != "Job a1b2c3d4 was started again on jm1, from checkpoint 1." {
		t.Errorf("told %+v", told)
	}
}

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
