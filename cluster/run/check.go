package run

import (
	"context"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
	"github.com/schismlab/schism/zookeeper/wire"
)

// firstXid is below the xids of the harness's own requests. The library counts
// from 1 and does not come so far.
const firstXid = 1 << 30

// check asks for a version. The library has a check as a part of a multi alone.
func (c *client) check(ctx context.Context, call plan.Call) runlog.Event {
	return c.ask(ctx, func(xid int32) []byte { return wire.AppendCheck(nil, xid, call.Path, call.Version) })
}

// ask makes a call that the library does not have, by a frame among the library's
// on the same connection: it is of the client's session and in its order. The
// library meets the reply as one to a call that it has given up, and passes it
// over.
func (c *client) ask(ctx context.Context, frame func(xid int32) []byte) runlog.Event {
	lost := runlog.Event{Kind: runlog.Ret, Out: runlog.Unknown, Err: "ConnectionLoss"}
	conn, err := c.gate.session(ctx)
	if err != nil {
		return lost
	}
	answers := make(chan *wire.Exchange, 1)
	c.mu.Lock()
	c.xid, c.answers = max(c.xid, firstXid)+1, answers
	b := frame(c.xid)
	c.mu.Unlock()
	if _, err := conn.Write(b); err != nil {
		return lost
	}
	select {
	case x := <-answers:
		return asked(x.Reply.Header)
	case <-conn.gone:
	case <-ctx.Done():
	}
	select {
	case x := <-answers: // it came together with the end
		return asked(x.Reply.Header)
	default:
		return lost
	}
}

// asked is the end of such a call that was answered.
func asked(h wire.Header) runlog.Event {
	ret := runlog.Event{Kind: runlog.Ret, Out: runlog.OK}
	switch code := zookeeper.Error(h.Err); code {
	case zookeeper.OK:
	case zookeeper.NoNode, zookeeper.BadVersion, zookeeper.Unimplemented, zookeeper.BadArguments, zookeeper.NoWatcher:
		ret.Out, ret.Err = runlog.Fail, code.String()
	default:
		ret.Out, ret.Err = runlog.Unknown, code.String()
	}
	return ret
}
