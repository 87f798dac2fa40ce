// Package figures is what a monitor writes down of a ZooKeeper server, and what
// windows make of it: sums, and the alert that a server does not serve. It is
// pure, so a job that reckons and a check that reckons the same have one rule.
//
// # The nouns, in order
//
// A Sample is what one server said of itself at one moment, as text that stands
// in a znode. A Sum is what a window holds: the samples of one server whose
// moments fall into it, added up. A server is Troubled in a window when no
// sample of it says that it serves. An alert is raised with the first window in
// which it is troubled, and cleared with the next one in which it is not.
//
// # Weakness
//
// A window without a sample does not exist: a monitor that is cut off together
// with the server it looks at tells of nothing.
package figures

import (
	"fmt"
	"strings"
)

// The states of a server that is no leader and no follower.
const (
	Idle = "idle" // up, and not serving: it looks for a leader, or is cut off
	Gone = "gone" // it gave no answer
)

// Sample is what one server said of itself at a moment.
type Sample struct {
	At    int64  // milliseconds since the run began
	State string // leader, follower, observer, Idle or Gone
	// Zxid is the last transaction it has applied. Outstanding are requests that
	// wait, Connections and Watches are those of clients, Znodes those in its tree.
	Zxid                                      uint64
	Outstanding, Connections, Watches, Znodes int
	// Lines are those that its log has gained since the sample before, Warnings
	// those of them that warn.
	Lines, Warnings int
}

const sampleForm = "at=%d state=%s zxid=%d outstanding=%d connections=%d watches=%d znodes=%d lines=%d warnings=%d"

// String is the sample as it stands in a znode.
func (s Sample) String() string {
	return fmt.Sprintf(sampleForm, s.At, s.State, s.Zxid, s.Outstanding, s.Connections, s.Watches, s.Znodes, s.Lines, s.Warnings)
}

// Serves says whether the server takes requests.
func (s Sample) Serves() bool { return s.State != Idle && s.State != Gone }

// Parse reads what String has written.
func Parse(text string) (Sample, error) {
	var s Sample
	n, err := fmt.Sscanf(text, sampleForm, &s.At, &s.State, &s.Zxid, &s.Outstanding, &s.Connections, &s.Watches, &s.Znodes, &s.Lines, &s.Warnings)
	if err == nil && (n != 9 || s.String() != text || s.At < 0) {
		err = fmt.Errorf("want %s", sampleForm)
	}
	if err != nil {
		return Sample{}, fmt.Errorf("%q is no sample: %w", text, err)
	}
	return s, nil
}

// Sum is what a window holds of one server. The zero value holds nothing.
type Sum struct {
	Samples, Serving             int
	Outstanding                  int // added up
	MostConnections, MostWatches int
	Zxid                         uint64 // the highest
	Lines, Warnings              int
}

// Add adds a sample.
func (s *Sum) Add(a Sample) {
	s.Samples++
	if a.Serves() {
		s.Serving++
	}
	s.Outstanding += a.Outstanding
	s.MostConnections = max(s.MostConnections, a.Connections)
	s.MostWatches = max(s.MostWatches, a.Watches)
	s.Zxid = max(s.Zxid, a.Zxid)
	s.Lines += a.Lines
	s.Warnings += a.Warnings
}

// String is the sum as the job puts it out.
func (s Sum) String() string {
	return fmt.Sprintf("samples=%d serving=%d outstanding=%d connections=%d watches=%d zxid=%d lines=%d warnings=%d",
		s.Samples, s.Serving, s.Outstanding, s.MostConnections, s.MostWatches, s.Zxid, s.Lines, s.Warnings)
}

// Troubled says whether the server served at no moment of the window.
func (s Sum) Troubled() bool { return s.Samples > 0 && s.Serving == 0 }

// What an alert says.
const (
	Raised  = "raised"
	Cleared = "cleared"
)

// Alert is what a window changes about an alert that is Raised or Cleared: the
// new state, "" if none.
func (s Sum) Alert(was string) string {
	switch {
	case s.Troubled() && was != Raised:
		return Raised
	case !s.Troubled() && was == Raised:
		return Cleared
	}
	return ""
}

// WindowOf is the number of the window of the given length, in milliseconds, that
// a moment falls into.
func WindowOf(at, length int64) int { return int(at / length) }

// Mntr makes a sample of a server's answer to the word mntr. What the answer does
// not say stays 0; an answer that says only that the server does not serve is
// Idle.
func Mntr(at int64, answer string) Sample {
	s := Sample{At: at, State: Idle}
	for line := range strings.Lines(answer) {
		var n int64
		w := strings.Fields(line)
		if len(w) != 2 {
			continue
		}
		if w[0] == "zk_server_state" {
			s.State = w[1]
			continue
		}
		if _, err := fmt.Sscan(w[1], &n); err != nil {
			continue
		}
		switch w[0] {
		case "zk_outstanding_requests":
			s.Outstanding = int(n)
		case "zk_num_alive_connections":
			s.Connections = int(n)
		case "zk_watch_count":
			s.Watches = int(n)
		case "zk_znode_count":
			s.Znodes = int(n)
		}
	}
	return s
}
