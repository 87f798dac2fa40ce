package flink

import (
	"regexp"

	"github.com/schismlab/schism/runlog"
)

// A JobManager says of itself, in its log, when it begins and when it ceases to
// lead. The dispatcher's lines are taken: it is the component that runs jobs, and
// it names the fencing token both times.
var (
	granted = regexp.MustCompile(` DefaultDispatcherRunner - DefaultDispatcherRunner was granted leadership with leader id ([0-9a-f-]{36})\.`)
	revoked = regexp.MustCompile(` DefaultDispatcherRunner - DefaultDispatcherRunner was revoked the leadership with leader id ([0-9a-f-]{36})\.`)
	// Its connection to ZooKeeper, as the client library sees it.
	connection = regexp.MustCompile(` ConnectionStateManager - State change: (CONNECTED|SUSPENDED|RECONNECTED|LOST)$`)
)

// words is what one line of a JobManager's log says: an event of leadership
// (without Proc), or a state of its connection to ZooKeeper, or nothing.
func words(line string) (e runlog.Event, state string) {
	if m := granted.FindStringSubmatch(line); m != nil {
		return runlog.Event{Kind: runlog.Grant, Token: m[1]}, ""
	}
	if m := revoked.FindStringSubmatch(line); m != nil {
		return runlog.Event{Kind: runlog.Revoke, Token: m[1]}, ""
	}
	if m := connection.FindStringSubmatch(line); m != nil {
		return runlog.Event{}, m[1]
	}
	return runlog.Event{}, ""
}
