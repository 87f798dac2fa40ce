package run

import (
	"context"
	"slices"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/wire"
)

// stays are a session's watches that stay, which the library knows nothing of.
type stays struct{ persistent, recursive []string }

// addWatch leaves a watch that stays, or takes all on a znode away.
func (c *client) addWatch(ctx context.Context, call plan.Call) runlog.Event {
	return c.ask(ctx, func(xid int32) []byte {
		if call.Op == plan.RemoveWatches {
			return wire.AppendRemoveWatches(nil, xid, call.Path)
		}
		return wire.AppendAddWatch(nil, xid, call.Path, call.Recursive)
	})
}

// note keeps what an answer says of the watches that stay, at the moment when it
// passes: a connection that breaks right after it must know. It is called with c.mu
// held.
func (s *stays) note(x *wire.Exchange) {
	r, err := &x.Request, zookeeper.Error(x.Reply.Err)
	switch {
	case r.Code == wire.RemoveWatches && (err == zookeeper.OK || err == zookeeper.NoWatcher):
		gone := func(p string) bool { return p == r.Path }
		s.persistent, s.recursive = slices.DeleteFunc(s.persistent, gone), slices.DeleteFunc(s.recursive, gone)
	case r.Code != wire.AddWatch || err != zookeeper.OK:
	case r.Recursive():
		s.recursive = with(s.recursive, r.Path)
	default:
		s.persistent = with(s.persistent, r.Path)
	}
}

func with(paths []string, path string) []string {
	if slices.Contains(paths, path) {
		return paths
	}
	return append(paths, path)
}

// again is the frame that asks for them on a new connection, nil if there are none.
// It goes before any of the library's.
func (s *stays) again() []byte {
	if len(s.persistent)+len(s.recursive) == 0 {
		return nil
	}
	return wire.AppendSetWatches(nil, s.persistent, s.recursive)
}
