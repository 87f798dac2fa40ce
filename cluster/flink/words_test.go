package flink

import (
	"testing"

	"github.com/schismlab/schism/runlog"
)

const token = "0b5cf5cb-f29c-4225-a8b8-56128d3a4841"

func TestWords(t *testing.T) {
	const at = "2026-11-23T05:46:18.989Z INFO  "
	for line, want := range map[string]struct {
		kind  runlog.Kind
		state string
	}{
		at + "DefaultDispatcherRunner - DefaultDispatcherRunner was granted leadership with leader id " + token + ". Creating new DispatcherLeaderProcess.":     {runlog.Grant, ""},
		at + "DefaultDispatcherRunner - DefaultDispatcherRunner was revoked the leadership with leader id " + token + ". Stopping the DispatcherLeaderProcess.": {runlog.Revoke, ""},
		at + "ConnectionStateManager - State change: SUSPENDED": {0, "SUSPENDED"},
		at + "ConnectionStateManager - State change: LOST":      {0, "LOST"},
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
		if e.Kind != 0 && e.Token != token {
			t.Errorf("%q: token %q", line, e.Token)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("x DefaultDispatcherRunner - DefaultDispatcherRunner was granted leadership with leader id " + token + ".")
	f.Add("x ConnectionStateManager - State change: LOST")
	f.Fuzz(func(t *testing.T, line string) {
		if e, _ := words(line); e.Kind != 0 && len(e.Token) != 36 {
			t.Fatalf("%+v", e)
		}
	})
}
