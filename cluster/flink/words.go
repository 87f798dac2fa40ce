package flink

import (
	"regexp"
	"strconv"

	"github.com/schismlab/schism/runlog"
)

// A JobManager says of itself, in its log, when it begins and when it ceases to
// lead. The dispatcher's lines are taken: it is the component that runs jobs, and
// it names the fencing token both times. What it says of jobs and checkpoints is
// taken from there too, and not from REST: a JobManager's REST server asks whom it
// takes for the leader, which need not be itself.
var (
	granted = regexp.MustCompile(` DefaultDispatcherRunner - DefaultDispatcherRunner was granted leadership with leader id ([0-9a-f-]{36})\.`)
	revoked = regexp.MustCompile(` DefaultDispatcherRunner - DefaultDispatcherRunner was revoked the leadership with leader id ([0-9a-f-]{36})\.`)
	// Its connection to ZooKeeper, as the client library sees it.
	connection = regexp.MustCompile(` ConnectionStateManager - State change: (CONNECTED|SUSPENDED|RECONNECTED|LOST)$`)

	jobSwitched = regexp.MustCompile(` ExecutionGraph - Job .* \(([0-9a-f]{32})\) switched from state [A-Z]+ to ([A-Z]+)\.`)
	triggered   = regexp.MustCompile(` CheckpointCoordinator - Triggering checkpoint ([0-9]{1,18}) \(type=(Checkpoint|Savepoint).* for job ([0-9a-f]{32})\.`)
	completed   = regexp.MustCompile(` CheckpointCoordinator - Completed checkpoint ([0-9]{1,18}) for job ([0-9a-f]{32}) `)
	fromNothing = regexp.MustCompile(` CheckpointCoordinator - No checkpoint found during restore\.$`)
	restoring   = regexp.MustCompile(` CheckpointCoordinator - Restoring job ([0-9a-f]{32}) from (?:Checkpoint|Savepoint) ([0-9]{1,18}) `)
)

// jobStates are the states of a job that a run log knows, by Flink's names.
var jobStates = map[string]string{
	"CREATED": runlog.JobCreated, "RUNNING": runlog.JobRunning, "RESTARTING": runlog.JobRestarting, "SUSPENDED": runlog.JobSuspended,
	"CANCELED": runlog.JobCancelled, "FINISHED": runlog.JobFinished, "FAILED": runlog.JobFailed,
}

// words is what one line of a JobManager's log says: an event (without Proc, and,
// of jobs, without Token), or a state of its connection to ZooKeeper, or nothing.
func words(line string) (e runlog.Event, state string) {
	if m := granted.FindStringSubmatch(line); m != nil {
		return runlog.Event{Kind: runlog.Grant, Token: m[1]}, ""
	}
	if m := revoked.FindStringSubmatch(line); m != nil {
		return runlog.Event{Kind: runlog.Revoke, Token: m[1]}, ""
	}
	if m := connection.FindStringSubmatch(line); m != nil {
		return e, m[1]
	}
	if m := jobSwitched.FindStringSubmatch(line); m != nil && jobStates[m[2]] != "" {
		return runlog.Event{Kind: runlog.JobState, Job: m[1], Text: jobStates[m[2]]}, ""
	}
	if m := triggered.FindStringSubmatch(line); m != nil {
		e = checkpoint(m[3], runlog.Triggered, m[1])
		if m[2] == "Savepoint" {
			e.Mode = runlog.SavepointMode
		}
		return e, ""
	}
	if m := completed.FindStringSubmatch(line); m != nil {
		return checkpoint(m[2], runlog.Completed, m[1]), ""
	}
	if m := restoring.FindStringSubmatch(line); m != nil {
		return checkpoint(m[1], runlog.Restored, m[2]), ""
	}
	if fromNothing.MatchString(line) {
		return checkpoint("", runlog.Restored, "0"), "" // of which job, it does not say
	}
	return e, ""
}

func checkpoint(job, text, number string) runlog.Event {
	n, _ := strconv.ParseInt(number, 10, 64) // few enough digits
	return runlog.Event{Kind: runlog.Checkpoint, Job: job, Text: text, Ckpt: n}
}
