package checker

import "github.com/schismlab/schism/runlog"

var flinkTasks = Check{
	Name:    "flink-tasks",
	Doc:     "When another leader's tasks run, those of the leader before have stopped within the time in which their TaskManager must learn of it: twice that of a session.",
	Applies: hasFlink(runlog.Tasks),
	Judge:   judgeFlinkTasks,
}

// share is what a TaskManager runs of a job.
type share struct {
	proc, job string
	token     string
	since     int64 // when it must have begun to learn that it is outdated
	paused    bool
}

func judgeFlinkTasks(r *Run, _ Budget) Result {
	shares := map[string]*share{}
	var order []*share
	now, longest := map[string]string{}, int64(0) // by job, the token of the tasks that run
	grants := map[string]int{}                    // by token, which one it was
	for i := range r.Events {
		e := &r.Events[i]
		for _, s := range order {
			if s.token == "" || s.paused || grants[s.token] >= grants[now[s.job]] {
				continue
			}
			d := e.T - s.since
			if longest = max(longest, d); d > 2*r.Header.Session {
				return violation("tasks-outlive", "%s runs tasks of the leader with token %s at %s, but the tasks of the one with token %s run since %s: the same records are processed twice.",
					s.proc, s.token, when(e.T), now[s.job], when(s.since))
			}
		}
		switch e.Kind {
		case runlog.Grant:
			grants[e.Token] = len(grants) + 1
		case runlog.Tasks:
			mark := e.Proc + " " + e.Job
			s := shares[mark]
			if s == nil {
				s = &share{proc: e.Proc, job: e.Job}
				shares[mark], order = s, append(order, s)
			}
			if s.token, s.since = e.Token, e.T; e.Num == 0 {
				s.token = ""
			}
		case runlog.JobState:
			if e.Text == runlog.JobRunning && grants[e.Token] > grants[now[e.Job]] {
				now[e.Job] = e.Token
				for _, s := range order {
					if s.job == e.Job {
						s.since = e.T
					}
				}
			}
		case runlog.Crash, runlog.Exit:
			for _, s := range order {
				if s.proc == e.Proc {
					s.token, s.paused = "", false
				}
			}
		case runlog.Pause, runlog.Resume:
			for _, s := range order {
				if s.proc == e.Proc {
					s.paused, s.since = e.Kind == runlog.Pause, e.T
				}
			}
		}
	}
	return ok("No task outlived its leader for longer than %s.", when(longest))
}
