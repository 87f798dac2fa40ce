package recipes

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/runlog"
)

// Barrier lets its members in when all have come, and out when all have done.
type Barrier struct {
	s       *Session
	l       *lane
	path    string
	round   string
	members int
	wrong   Wrong
	mine    string
}

// NewBarrier is one of the members of a round of the barrier that lives under the
// znode path.
func NewBarrier(s *Session, path, round string, members int, wrong ...Wrong) *Barrier {
	b := &Barrier{s: s, l: s.lane(false), path: path, round: round, members: members}
	for _, w := range wrong {
		b.wrong = w
	}
	return b
}

// Enter waits until all members have come.
func (b *Barrier) Enter(ctx context.Context) error {
	b.l.call(runlog.Event{Op: runlog.OpEnter, Path: b.path, Data: b.round, Version: int32(b.members)})
	err := b.enter(ctx)
	b.l.ret(outcome(err), runlog.Event{Err: text(err)})
	return err
}

func (b *Barrier) enter(ctx context.Context) (err error) {
	dir := b.path + "/" + b.round
	if err := b.s.ensure(ctx, dir+"/in"); err != nil {
		return err
	}
	if b.mine, err = b.s.createOwn(ctx, dir+"/in", b.s.name(), zk.FlagEphemeral); err != nil {
		return err
	}
	if b.wrong == DoNotWait {
		return nil
	}
	kids, err := b.s.fresh(ctx, dir+"/in")
	if err != nil {
		return err
	}
	if len(kids) >= b.members {
		// Whoever sees them all says so: some may be gone again when others look.
		err := again(ctx, func() error { _, err := b.s.conn.Create(dir+"/ready", nil, 0, anybody); return err })
		if errors.Is(err, zk.ErrNodeExists) {
			return nil
		}
		return err
	}
	return b.s.awaitThere(ctx, dir+"/ready")
}

// awaitThere waits until there is a znode.
func (s *Session) awaitThere(ctx context.Context, path string) error {
	lost := s.Lost()
	for {
		var there bool
		var changed <-chan zk.Event
		if err := again(ctx, func() (err error) { there, _, changed, err = s.conn.ExistsW(path); return err }); err != nil || there {
			return err
		}
		if err := told(ctx, changed, lost); err != nil {
			return err
		}
	}
}

// Leave waits until all members have called it, or are gone.
func (b *Barrier) Leave(ctx context.Context) error {
	b.l.call(runlog.Event{Op: runlog.OpLeave, Path: b.path, Data: b.round, Version: int32(b.members)})
	err := b.leave(ctx)
	b.l.ret(outcome(err), runlog.Event{Err: text(err)})
	return err
}

func (b *Barrier) leave(ctx context.Context) error {
	dir := b.path + "/" + b.round + "/in"
	err := again(ctx, func() error { return b.s.conn.Delete(b.mine, -1) })
	if err != nil && !errors.Is(err, zk.ErrNoNode) {
		return err
	}
	if b.wrong == DoNotWait {
		return nil
	}
	lost := b.s.Lost()
	for {
		var kids []string
		var changed <-chan zk.Event
		err := again(ctx, func() (err error) { kids, _, changed, err = b.s.conn.ChildrenW(dir); return err })
		if err != nil || len(kids) == 0 {
			return err
		}
		if err := told(ctx, changed, lost); err != nil {
			return err
		}
	}
}
