package run

import (
	"cmp"
	"time"

	"github.com/schismlab/schism/runlog"
)

// procState is what a process is; done, one that has ended by itself since its work was.
type procState struct{ up, paused, done bool }

// observe is told what happens to the processes and what they say.
func (f *flinkRun) observe(e runlog.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ofAnother(e) {
		if e.Kind == runlog.JobState && f.aside {
			f.others[e.Job] = e.Text
		}
		return
	}
	st := f.procs[e.Proc]
	switch e.Kind {
	case runlog.Start:
		st = procState{up: true}
	case runlog.Crash:
		st = procState{}
		f.office(e.Proc, false)
	case runlog.Exit:
		st = procState{done: true}
		f.office(e.Proc, false)
	case runlog.Grant, runlog.Revoke:
		f.office(e.Proc, e.Kind == runlog.Grant)
	case runlog.Pause:
		st.paused = true
	case runlog.Resume:
		st.paused = false
	case runlog.JobState:
		if j := f.jobOf(e.Job); j != nil {
			j.turned(e.Text)
		}
	case runlog.Checkpoint:
		j := f.jobOf(e.Job)
		if j == nil {
			j = f.fresh()
			e.Job = j.id
		}
		switch e.Text {
		case runlog.Triggered:
			j.newest = e.Ckpt
			if e.Mode == runlog.SavepointMode {
				j.saving = e.Ckpt
			}
		case runlog.Completed:
			if e.Ckpt == j.saving {
				e.Mode = runlog.SavepointMode // the log line does not say it again
			}
			j.done++
			j.completed = e.Ckpt
		}
	}
	f.procs[e.Proc] = st
	f.w.log.put(e)
}

// turned takes note of the job's state.
func (j *jobRun) turned(state string) {
	switch {
	case runlog.JobOver(state):
		j.ended = cmp.Or(j.ended, state)
	case state == runlog.JobRunning:
		j.again = j.again || j.ended != ""
	}
}

// ofAnother says whether a JobManager speaks of another job than the plan's; f.mu is
// held. Of a job that begins at no checkpoint it does not say which one it is.
func (f *flinkRun) ofAnother(e runlog.Event) bool {
	if e.Kind != runlog.JobState && e.Kind != runlog.Checkpoint {
		return false
	}
	return f.jobOf(e.Job) == nil && (e.Job != "" || f.aside)
}

// fresh is the job that a JobManager means which says of none that it begins at no
// checkpoint: the first that has completed none. If all have, one of them begins anew,
// and no matter which one that is, it must not; f.mu is held.
func (f *flinkRun) fresh() *jobRun {
	for _, j := range f.jobs {
		if j.done == 0 {
			return j
		}
	}
	return f.first()
}

// office takes note of who leads; f.mu is held.
func (f *flinkRun) office(proc string, leads bool) {
	if f.leads[proc] = leads; !leads {
		delete(f.leads, proc)
	}
	switch {
	case len(f.leads) < 2:
		f.both = time.Time{}
	case f.both.IsZero():
		f.both = time.Now()
	}
}
