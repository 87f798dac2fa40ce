package scenarios

import (
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper/figures"
)

// grants counts how often a JobManager was made the leader.
func grants(min int) Probe { return Probe{"job-leaders", min, kinds(nil, runlog.Grant)} }

// restores counts how often tasks began again at a checkpoint.
func restores(min int) Probe {
	return Probe{"restores", min, kinds(func(e *runlog.Event) bool { return e.Text == runlog.Restored && e.Ckpt > 0 }, runlog.Checkpoint)}
}

// committed counts the records in the output.
func committed(min int) Probe { return Probe{"records-committed", min, kinds(nil, runlog.Output)} }

// configured counts the versions of the configuration that came out.
func configured(min int) Probe {
	return Probe{"configurations", min, kinds(nil, runlog.Config)}
}

// savepoints counts those that are complete.
func savepoints(min int) Probe {
	return Probe{"savepoints", min, kinds(func(e *runlog.Event) bool {
		return e.Mode == runlog.SavepointMode && e.Text == runlog.Completed
	}, runlog.Checkpoint)}
}

// rounds counts how many rounds of the barrier some task has passed, by the output.
func rounds(min int) Probe {
	return Probe{"barrier-rounds", min, func(r *checker.Run) int {
		last := 0
		for i := range r.Events {
			if e := &r.Events[i]; e.Kind == runlog.Passed {
				last = max(last, e.Num)
			}
		}
		return last
	}}
}

// alerts counts those that were raised.
func alerts(min int) Probe {
	return Probe{"alerts", min, kinds(func(e *runlog.Event) bool { return e.Text == figures.Raised }, runlog.Alert)}
}

// windows counts the sums that came out.
func windows(min int) Probe { return Probe{"windows", min, kinds(nil, runlog.Window)} }
