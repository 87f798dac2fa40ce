package run

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// callEvent is a call as its Call event shows it.
func callEvent(c plan.Call) runlog.Event {
	e := runlog.Event{Kind: runlog.Call, Op: c.Op.String(), Path: c.Path, Data: c.Value.Text, Mode: mode(c)}
	if c.Op == plan.Set || c.Op == plan.Delete || c.Op == plan.Check {
		e.Version = c.Version
	}
	for _, p := range c.Parts {
		part := runlog.Part{Op: p.Op.String(), Path: p.Path, Data: p.Value.Text, Mode: mode(p)}
		if p.Op != plan.Create {
			part.Version = p.Version
		}
		e.Parts = append(e.Parts, part)
	}
	return e
}

func mode(c plan.Call) string {
	var words []string
	if c.Ephemeral {
		words = append(words, "ephemeral")
	}
	if c.Sequential {
		words = append(words, "sequential")
	}
	if c.Watch {
		words = append(words, runlog.WatchMode)
	}
	if c.Recursive {
		words = append(words, runlog.Recursive)
	}
	return strings.Join(words, " ")
}

func flags(c plan.Call) int32 {
	var f int32
	if c.Ephemeral {
		f |= zk.FlagEphemeral
	}
	if c.Sequential {
		f |= zk.FlagSequence
	}
	return f
}

// perform makes a resolved call and returns its Ret event, as far as the reply
// tells. It ends when the connection does.
func (c *client) perform(ctx context.Context, call plan.Call) runlog.Event {
	switch call.Op {
	case plan.Check:
		return c.check(ctx, call)
	case plan.AddWatch, plan.RemoveWatches:
		return c.addWatch(ctx, call)
	}
	return perform(c.conn, call)
}

// perform makes a call that the library has.
func perform(conn *zk.Conn, c plan.Call) runlog.Event {
	ret := runlog.Event{Kind: runlog.Ret}
	var stat *zk.Stat
	var err error
	switch c.Op {
	case plan.Get:
		var data []byte
		data, stat, err = get(conn, c)
		ret.Data = string(data)
	case plan.Exists:
		var there bool
		there, stat, err = exists(conn, c)
		if err == nil && !there {
			err = zk.ErrNoNode
		}
	case plan.Children:
		ret.Kids, stat, err = children(conn, c)
		slices.Sort(ret.Kids)
	case plan.Set:
		stat, err = conn.Set(c.Path, []byte(c.Value.Text), c.Version)
	case plan.Create:
		ret.Path, err = conn.Create(c.Path, []byte(c.Value.Text), flags(c), zk.WorldACL(zk.PermAll))
	case plan.Delete:
		err = conn.Delete(c.Path, c.Version)
	case plan.Sync:
		_, err = conn.Sync(c.Path)
	case plan.Multi:
		ret.Parts, err = multi(conn, c.Parts)
	default:
		panic("a call of kind " + c.Op.String())
	}
	ret.Out, ret.Err = outcome(err)
	if err != nil {
		ret.Data, ret.Path, ret.Kids = "", "", nil
		return ret
	}
	if stat != nil {
		ret.Version, ret.Cversion, ret.Owner = stat.Version, stat.Cversion, stat.EphemeralOwner
		ret.Czxid, ret.Mzxid, ret.Pzxid = uint64(stat.Czxid), uint64(stat.Mzxid), uint64(stat.Pzxid)
	}
	return ret
}

// The channels of the watching forms are not needed: what fires comes to
// client.heard in the order in which the server sent it.

func get(conn *zk.Conn, c plan.Call) ([]byte, *zk.Stat, error) {
	if !c.Watch {
		return conn.Get(c.Path)
	}
	data, stat, _, err := conn.GetW(c.Path)
	return data, stat, err
}

func exists(conn *zk.Conn, c plan.Call) (bool, *zk.Stat, error) {
	if !c.Watch {
		return conn.Exists(c.Path)
	}
	there, stat, _, err := conn.ExistsW(c.Path)
	return there, stat, err
}

func children(conn *zk.Conn, c plan.Call) ([]string, *zk.Stat, error) {
	if !c.Watch {
		return conn.Children(c.Path)
	}
	kids, stat, _, err := conn.ChildrenW(c.Path)
	return kids, stat, err
}

// multi makes all the parts or none. Its error is that of the part to blame.
func multi(conn *zk.Conn, parts []plan.Call) ([]runlog.Part, error) {
	var ops []any
	for _, p := range parts {
		switch p.Op {
		case plan.Create:
			ops = append(ops, &zk.CreateRequest{Path: p.Path, Data: []byte(p.Value.Text), Acl: zk.WorldACL(zk.PermAll), Flags: flags(p)})
		case plan.Set:
			ops = append(ops, &zk.SetDataRequest{Path: p.Path, Data: []byte(p.Value.Text), Version: p.Version})
		case plan.Delete:
			ops = append(ops, &zk.DeleteRequest{Path: p.Path, Version: p.Version})
		case plan.Check:
			ops = append(ops, &zk.CheckVersionRequest{Path: p.Path, Version: p.Version})
		default:
			panic("a multi of " + p.Op.String())
		}
	}
	replies, err := conn.Multi(ops...)
	if len(replies) != len(parts) {
		if err == nil {
			err = fmt.Errorf("a multi of %d parts was answered with %d results", len(parts), len(replies))
		}
		return nil, err
	}
	results := make([]runlog.Part, len(parts))
	for i, r := range replies {
		results[i] = runlog.Part{Op: parts[i].Op.String(), Path: parts[i].Path, Err: partError(r.Error)}
		if r.Error != nil {
			continue
		}
		if r.Stat != nil {
			results[i].Version = r.Stat.Version
		}
		if r.String != "" {
			results[i].Path = r.String
		}
	}
	return results, err
}

// remember keeps what the reply showed, for what later calls refer to as seen.
func remember(m *plan.Memory, c plan.Call, ret runlog.Event) {
	switch {
	case ret.Err == "NoNode" && c.Op != plan.Create && c.Op != plan.Multi:
		m.Forget(c.Path)
	case ret.Out != runlog.OK:
	case c.Op == plan.Get:
		m.Saw(c.Path, ret.Data, ret.Version)
	case c.Op == plan.Exists:
		// The version without the value: an older value would not go with it.
		m.Saw(c.Path, "", ret.Version)
	case c.Op == plan.Multi:
		for i, p := range c.Parts {
			wrote(m, p, ret.Parts[i].Version)
		}
	default:
		wrote(m, c, ret.Version)
	}
}

// wrote keeps what a write that succeeded has left.
func wrote(m *plan.Memory, c plan.Call, version int32) {
	switch c.Op {
	case plan.Set:
		m.Saw(c.Path, c.Value.Text, version)
	case plan.Create:
		if !c.Sequential { // else the znode has a path that no plan can name
			m.Saw(c.Path, c.Value.Text, 0)
		}
	case plan.Delete:
		m.Forget(c.Path)
	}
}
