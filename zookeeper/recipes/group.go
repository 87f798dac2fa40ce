package recipes

import (
	"context"
	"errors"
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/runlog"
)

// Group knows who is there.
type Group struct {
	s     *Session
	l     *lane
	path  string
	wrong Wrong
}

// NewGroup is the group that lives under the znode path.
func NewGroup(s *Session, path string, wrong ...Wrong) *Group {
	g := &Group{s: s, l: s.lane(false), path: path}
	for _, w := range wrong {
		g.wrong = w
	}
	return g
}

// Join makes this a member under a name, as long as its session lives.
func (g *Group) Join(ctx context.Context, name string) error {
	if err := g.s.ensure(ctx, g.path); err != nil {
		return err
	}
	g.l.call(runlog.Event{Op: runlog.OpJoin, Path: g.path, Data: name})
	var err error
	if g.wrong != JoinInVain {
		err = g.create(ctx, name)
	}
	g.l.ret(outcome(err), runlog.Event{Err: text(err)})
	return err
}

func (g *Group) create(ctx context.Context, name string) error {
	tried := false
	return again(ctx, func() error {
		_, err := g.s.conn.Create(g.path+"/"+name, nil, zk.FlagEphemeral, anybody)
		if errors.Is(err, zk.ErrNodeExists) && tried {
			return nil // it was done, and the answer was lost
		}
		tried = true
		return err
	})
}

// Part ends a membership. ErrLost says that it had ended before.
func (g *Group) Part(ctx context.Context, name string) error {
	g.l.call(runlog.Event{Op: runlog.OpPart, Path: g.path, Data: name})
	tried := false
	err := again(ctx, func() error {
		err := g.s.conn.Delete(g.path+"/"+name, -1)
		if errors.Is(err, zk.ErrNoNode) && tried {
			return nil
		}
		tried = true
		return err
	})
	if errors.Is(err, zk.ErrNoNode) {
		err = ErrLost
	}
	g.l.ret(outcome(err), runlog.Event{Err: text(err)})
	return err
}

// Members are the names in the group, as of the server that the session is connected
// to, sorted.
func (g *Group) Members(ctx context.Context) (names []string, err error) {
	if err := g.s.ensure(ctx, g.path); err != nil {
		return nil, err
	}
	g.l.call(runlog.Event{Op: runlog.OpMembers, Path: g.path})
	err = again(ctx, func() (err error) { names, _, err = g.s.conn.Children(g.path); return err })
	slices.Sort(names)
	g.l.ret(outcome(err), runlog.Event{Kids: names, Err: text(err)})
	return names, err
}
