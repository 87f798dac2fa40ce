package flink

import (
	"testing"

	"github.com/schismlab/schism/runlog"
)

const (
	token = "0b5cf5cb-f29c-4225-a8b8-56128d3a4841"
	job   = "73636869736d2d66322d7472792d3031"
)

func TestWords(t *testing.T) {
	const at = "2026-11-23T05:46:18.989Z INFO  "
	for line, want := range map[string]struct {
		kind  runlog.Kind
		state string
	}{
		at + "DefaultDispatcherRunner - DefaultDispatcherRunner was granted leadership with leader id " + token + ". Creating new DispatcherLeaderProcess.":     {runlog.Grant, ""},
		at + "DefaultDispatcherRunner - DefaultDispatcherRunner was revoked the leadership with leader id " + token + ". Stopping the DispatcherLeaderProcess.": {runlog.Revoke, ""},

		at + "ConnectionStateManager - State change: SUSPENDED":                                     {0, "SUSPENDED"},
		at + "ConnectionStateManager - State change: LOST":                                          {0, "LOST"},
		at + "ExecutionGraph - Job schism (" + job + ") switched from state CREATED to RUNNING.":    {runlog.JobState, ""},
		at + "ExecutionGraph - Job schism (" + job + ") switched from state RUNNING to CANCELLING.": {0, ""},

		at + "CheckpointCoordinator - Triggering checkpoint 7 (type=CheckpointType{name='Checkpoint', sharingFilesStrategy=FORWARD_BACKWARD}) @ 1795413924965 for job " + job + ".": {runlog.Checkpoint, ""},
		at + "CheckpointCoordinator - Completed checkpoint 7 for job " + job + " (6858 bytes, checkpointDuration=593 ms, finalizationTime=68 ms).":                                  {runlog.Checkpoint, ""},
		at + "CheckpointCoordinator - Restoring job " + job + " from Checkpoint 7 @ 1795413924965 for " + job + " located at file:/x.":                                              {runlog.Checkpoint, ""},
		// What another component says of itself is not said of the process.
		at + "WebMonitorEndpoint - http://127.0.0.1:1 was granted leadership with leaderSessionID=" + token:        {0, ""},
		at + "JobMasterServiceLeadershipRunner - x for job y was granted leadership with leader id " + token + ".": {0, ""},
		at + "Job - it quotes: State change: LOST ":                                                                {0, ""},
		"": {0, ""},
	} {
		e, state := words(line)
		if e.Kind != want.kind || state != want.state {
			t.Errorf("%q: kind %d, state %q; want %d, %q", line, e.Kind, state, want.kind, want.state)
		}
		if (e.Kind == runlog.Grant || e.Kind == runlog.Revoke) && e.Token != token {
			t.Errorf("%q: token %q", line, e.Token)
		}
		if e.Kind == runlog.Checkpoint && e.Ckpt != 7 || e.Kind >= runlog.JobState && e.Job != job {
			t.Errorf("%q: %+v", line, e)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("x DefaultDispatcherRunner - DefaultDispatcherRunner was granted leadership with leader id " + token + ".")
	f.Add("x ConnectionStateManager - State change: LOST")
	f.Fuzz(func(t *testing.T, line string) {
		if e, _ := words(line); e.Kind != 0 && len(e.Token) != 36 && len(e.Job) != 32 {
			t.Fatalf("%+v", e)
		}
	})
}
