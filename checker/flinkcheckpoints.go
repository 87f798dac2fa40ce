package checker

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

func hex(n int64) string { return fmt.Sprintf("%#x", uint64(n)) }

var flinkCheckpoints = Check{
	Name:    "flink-checkpoints",
	Doc:     "Of each job, the counter of checkpoints never goes back, no number is used twice, and each that is complete is newer than the one before; tasks never start from an older checkpoint than the newest that its leader had complete.",
	Applies: hasFlink(runlog.Checkpoint, runlog.Counter),
	Judge:   judgeFlinkCheckpoints,
}

// jobCheckpoints is what was told of one job's.
type jobCheckpoints struct {
	counter         *runlog.Event
	triggered, done map[int64]*runlog.Event
	newest          int64
}

// saves says whether a number was given to a savepoint, whoever forgets to say so again.
func (j *jobCheckpoints) saves(ckpt int64) bool {
	e := j.triggered[ckpt]
	return e != nil && e.Mode == runlog.SavepointMode
}

// A JobManager that is cut off from ZooKeeper may have a pointer under way, and
// write it when it is let through again, long after it was deposed: ZooKeeper's
// writes are not fenced. Its successor has begun from what there was, and is right
// to: such a checkpoint obliges nobody. (That its records are not put out twice is
// for flink-exactly-once to say.) One that was elected, cut off while it read what to
// start from, and deposed, starts when it is let through again; it is stopped at once,
// and what its tasks may do by then is for flink-tasks and flink-exactly-once.
func judgeFlinkCheckpoints(r *Run, _ Budget) Result {
	grants := map[string]int{}
	deposed := func(e *runlog.Event) bool { of := grants[e.Token]; return of > 0 && of < len(grants) }
	jobs := map[string]*jobCheckpoints{}
	complete, late, restored, vain := 0, 0, 0, 0
	for i := range r.Events {
		e := &r.Events[i]
		j := jobs[e.Job]
		if j == nil {
			j = &jobCheckpoints{triggered: map[int64]*runlog.Event{}, done: map[int64]*runlog.Event{}}
			jobs[e.Job] = j
		}
		switch {
		case e.Kind == runlog.Grant:
			grants[e.Token] = len(grants) + 1
		case e.Kind == runlog.Counter:
			if was := j.counter; was != nil && e.Zxid > was.Zxid && e.Num < was.Num {
				return violation("counter-back", "The counter of checkpoints held %d at zxid %#x and %d at %#x, at %s: numbers will be given a second time.",
					was.Num, was.Zxid, e.Num, e.Zxid, when(e.T))
			}
			j.counter = e
		case e.Kind != runlog.Checkpoint:
		case e.Text == runlog.Triggered:
			if was := j.triggered[e.Ckpt]; was != nil {
				return violation("checkpoint-twice", "Checkpoint %d was triggered by %s at %s and again by %s at %s.", e.Ckpt, was.Proc, when(was.T), e.Proc, when(e.T))
			}
			j.triggered[e.Ckpt] = e
		case e.Text == runlog.Completed && e.Mode == "" && !j.saves(e.Ckpt):
			if was := j.done[e.Ckpt]; was != nil {
				return violation("checkpoint-twice", "Checkpoint %d was completed by %s at %s and again by %s at %s.", e.Ckpt, was.Proc, when(was.T), e.Proc, when(e.T))
			}
			complete++
			j.done[e.Ckpt] = e
			if deposed(e) {
				late++
				continue
			}
			if e.Ckpt < j.newest {
				return violation("checkpoint-back", "Checkpoint %d was completed by %s at %s, after checkpoint %d: the newest is an older one.", e.Ckpt, e.Proc, when(e.T), j.newest)
			}
			j.newest = e.Ckpt
		case e.Text == runlog.Restored && deposed(e):
			vain++
		case e.Text == runlog.Restored:
			restored++
			if e.Ckpt < j.newest {
				return violation("restored-older", "%s let tasks start from checkpoint %d at %s, but checkpoint %d was complete at %s: what it committed is put out again.",
					e.Proc, e.Ckpt, when(e.T), j.newest, when(j.done[j.newest].T))
			}
		}
	}
	text := fmt.Sprintf("%s complete; tasks were started %s, always from the newest. The counter never went back.", plural(complete, "checkpoint"), plural(restored, "time"))
	if late > 0 {
		text += fmt.Sprintf(" %s complete by the word of a leader that was deposed already, which obliges nobody.", plural(late, "checkpoint"))
	}
	if vain > 0 {
		text += fmt.Sprintf(" %s a leader that was deposed already meant to start tasks.", plural(vain, "time"))
	}
	return ok("%s", text)
}

var flinkPointers = Check{
	Name:    "flink-pointers",
	Doc:     "Every pointer in ZooKeeper that is not marked for deletion leads to state that is there.",
	Applies: hasFlink(runlog.Pointer),
	Judge:   judgeFlinkPointers,
}

func judgeFlinkPointers(r *Run, _ Budget) Result {
	seen := map[string]bool{}
	for i := range r.Events {
		e := &r.Events[i]
		if e.Kind != runlog.Pointer {
			continue
		}
		if e.Text == runlog.Missing {
			if e.Ckpt == 0 {
				return violation("pointer-without-state", "At %s (zxid %#x) ZooKeeper points to the job as stored in %s, but that is gone: whoever leads next cannot run it.", when(e.T), e.Zxid, e.Data)
			}
			return violation("pointer-without-state", "At %s (zxid %#x) ZooKeeper points to checkpoint %d, but its state %s is gone: whoever recovers from it fails.", when(e.T), e.Zxid, e.Ckpt, e.Data)
		}
		seen[e.Path] = true
	}
	return ok("%s led to state that was there.", plural(len(seen), "pointer"))
}

var flinkEnded = Check{
	Name:    "flink-ended",
	Doc:     "A job that was cancelled, has finished or has failed for good never runs again.",
	Applies: func(r *Run) bool { return r.endedJob() != nil },
	Judge:   judgeFlinkEnded,
}

// endedJob is the event that first says that the job is over for good.
func (r *Run) endedJob() *runlog.Event {
	for i := range r.Events {
		if e := &r.Events[i]; e.EndsJob() {
			return e
		}
	}
	return nil
}

// What is heard of tasks that are started or asked for a checkpoint within a session after
// the end was on its way before. A leader that was deposed before it had read what to
// start from may do so at any time (see judgeFlinkCheckpoints).
func judgeFlinkEnded(r *Run, _ Budget) Result {
	over := map[string]*runlog.Event{}
	grants := map[string]int{}
	for i := range r.Events {
		e := &r.Events[i]
		was := over[e.Job]
		again := false
		if was != nil && e.Kind == runlog.Checkpoint && e.T > was.T+r.Header.Session {
			of := grants[e.Token]
			again = e.Text == runlog.Triggered || e.Text == runlog.Restored && (of == 0 || of == len(grants))
		}
		switch {
		case e.Kind == runlog.Grant:
			grants[e.Token] = len(grants) + 1
		case e.EndsJob():
			if was == nil {
				over[e.Job] = e
			}
		case was == nil:
		case e.Kind == runlog.JobState && e.Text == runlog.JobRunning, again:
			return violation("job-runs-again "+was.Text, "The job was %s at %s, by the word of %s, and at %s it runs again on %s.", was.Text, when(was.T), was.Proc, when(e.T), e.Proc)
		}
	}
	return ok("%s ended for good and did not run again.", plural(len(over), "job"))
}
