package run

import (
	"slices"
	"testing"
	"time"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

func TestSplitTargets(t *testing.T) {
	jm, tm := plan.JobManager(1), plan.TaskManager(2)
	for _, c := range []struct{ targets, servers, procs []int }{
		{nil, nil, nil},
		{[]int{1, 3}, []int{1, 3}, nil},
		{[]int{jm, tm}, nil, []int{jm, tm}},
		{[]int{2, jm}, []int{2}, []int{jm}},
	} {
		servers, procs := split(c.targets)
		if !slices.Equal(servers, c.servers) || !slices.Equal(procs, c.procs) {
			t.Errorf("%v: servers %v, processes %v; want %v, %v", c.targets, servers, procs, c.servers, c.procs)
		}
	}
}

func TestTargetsByName(t *testing.T) {
	for _, n := range []int{1, 3, plan.JobManager(2), plan.TaskManager(1)} {
		if got := target(plan.TargetName(n)); got != n {
			t.Errorf("%s is %d, want %d", plan.TargetName(n), got, n)
		}
	}
}

// TestObserve: what processes do and say decides what the run takes them for.
func TestObserve(t *testing.T) {
	var log kept
	f := &flinkRun{w: &world{log: newRecorder(&log)}, jobs: []*jobRun{{number: 1, id: "j"}}, procs: map[string]procState{}, leads: map[string]bool{}}
	say := func(kind runlog.Kind, proc string) { f.observe(runlog.Event{Kind: kind, Proc: proc}) }
	say(runlog.Start, "jm1")
	say(runlog.Start, "jm2")
	say(runlog.Grant, "jm1")
	if !f.both.IsZero() {
		t.Error("one leads, and it is taken for two")
	}
	say(runlog.Grant, "jm2")
	since := f.both
	if since.IsZero() || time.Since(since) > time.Minute {
		t.Errorf("two lead since %v", since)
	}
	say(runlog.Grant, "jm1")
	if f.both != since {
		t.Error("granted again, two lead only since then")
	}
	say(runlog.Pause, "jm2")
	if got := f.procs["jm2"]; got != (procState{up: true, paused: true}) {
		t.Errorf("paused jm2 is %+v", got)
	}
	say(runlog.Crash, "jm2")
	if got := f.procs["jm2"]; got != (procState{}) || !f.both.IsZero() {
		t.Errorf("crashed jm2 is %+v, two lead since %v", got, f.both)
	}
	for _, text := range []string{runlog.Triggered, runlog.Completed, runlog.Restored} {
		f.observe(runlog.Event{Kind: runlog.Checkpoint, Proc: "jm1", Text: text, Ckpt: 7})
	}
	if j := f.first(); j.newest != 7 || j.completed != 7 || j.done != 1 {
		t.Errorf("newest %d, completed %d, %d done; want 7, 7, 1", j.newest, j.completed, j.done)
	}
	f.observe(runlog.Event{Kind: runlog.Checkpoint, Proc: "jm1", Text: runlog.Triggered, Mode: runlog.SavepointMode, Ckpt: 8})
	f.observe(runlog.Event{Kind: runlog.Checkpoint, Proc: "jm1", Text: runlog.Completed, Ckpt: 8})
	if last := log.events[len(log.events)-1]; last.Mode != runlog.SavepointMode {
		t.Errorf("the end of a savepoint is %+v", last)
	}
	f.observe(runlog.Event{Kind: runlog.Checkpoint, Proc: "jm1", Text: runlog.Restored, Ckpt: 8})
	if last := log.events[len(log.events)-1]; last.Job != "j" || last.Text != runlog.Restored {
		t.Errorf("a checkpoint of a job that the line did not name is %+v", last)
	}
	for _, state := range []string{runlog.JobRunning, runlog.JobCancelled} {
		f.observe(runlog.Event{Kind: runlog.JobState, Proc: "jm1", Job: "j", Text: state})
	}
	if j := f.first(); j.ended != runlog.JobCancelled || j.again {
		t.Errorf("a job that was cancelled has ended as %q, and runs again: %v", j.ended, j.again)
	}
	say(runlog.Exit, "jm1")
	if got := f.procs["jm1"]; got != (procState{done: true}) || f.leads["jm1"] {
		t.Errorf("jm1, whose work is done, is %+v, and leads: %v", got, f.leads["jm1"])
	}
	f.observe(runlog.Event{Kind: runlog.JobState, Proc: "jm2", Job: "j", Text: runlog.JobRunning})
	if j := f.first(); j.ended != runlog.JobCancelled || !j.again {
		t.Errorf("a job that runs on jm2 after that has ended as %q, and runs again: %v", j.ended, j.again)
	}
	f.setAside(true)
	f.observe(runlog.Event{Kind: runlog.JobState, Proc: "jm1", Job: "k", Text: runlog.JobRunning})
	f.observe(runlog.Event{Kind: runlog.JobState, Proc: "jm1", Job: "k", Text: runlog.JobFailed})
	f.observe(runlog.Event{Kind: runlog.Checkpoint, Proc: "jm1", Text: runlog.Restored})
	const failed = "job 1 of 1 was failed, and not finished within 1m0s"
	if err := f.awaitFinished(t.Context(), "job 1 of 1", "k"); err == nil || err.Error() != failed {
		t.Errorf("of another job that has failed: %v, want %s", err, failed)
	}
	f.observe(runlog.Event{Kind: runlog.JobState, Proc: "jm1", Job: "k", Text: runlog.JobFinished})
	if err := f.awaitFinished(t.Context(), "job 1 of 1", "k"); err != nil {
		t.Errorf("of another job that has finished: %v", err)
	}
	if len(log.events) != 17 {
		t.Errorf("%d events in the log, want all 17", len(log.events))
	}
}
