package run

import (
	"errors"
	"io"
	"net"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/runlog"
)

// refusals are the errors that a server gives before it proposes anything, by
// ZooKeeper's own names. They are all that a call with no effect can end with.
var refusals = []struct {
	err  error
	name string
}{
	{zk.ErrNoNode, "NoNode"},
	{zk.ErrBadVersion, "BadVersion"},
	{zk.ErrNodeExists, "NodeExists"},
	{zk.ErrNotEmpty, "NotEmpty"},
	{zk.ErrNoChildrenForEphemerals, "NoChildrenForEphemerals"},
	{zk.ErrNoAuth, "NoAuth"},
	{zk.ErrInvalidACL, "InvalidACL"},
	{zk.ErrBadArguments, "BadArguments"},
	// The library checks a path itself and then sends nothing.
	{zk.ErrInvalidPath, "BadArguments"},
}

// outcome is what an error of the library says of a call, and its name. A
// session that expired or moved leaves the call unknown: the library gives the
// same error for a call that was under way when it learnt of it.
func outcome(err error) (out, name string) {
	if err == nil {
		return runlog.OK, ""
	}
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return runlog.Fail, r.name
		}
	}
	var network net.Error
	switch {
	case errors.Is(err, zk.ErrSessionExpired):
		return runlog.Unknown, "SessionExpired"
	case errors.Is(err, zk.ErrSessionMoved):
		return runlog.Unknown, "SessionMoved"
	case errors.Is(err, zk.ErrConnectionClosed), errors.Is(err, zk.ErrClosing), errors.Is(err, zk.ErrNoServer),
		errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.As(err, &network):
		return runlog.Unknown, "ConnectionLoss"
	}
	return runlog.Unknown, err.Error()
}

// partError names the error of one part of a multi. The parts that were not to
// blame have a code of their own, for which the library has no value.
func partError(err error) string {
	switch {
	case err == nil:
		return ""
	case err.Error() == "unknown error: -2":
		return "RuntimeInconsistency"
	}
	_, name := outcome(err)
	return name
}
