package recipes

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/runlog"
)

// tenure is what a lock and an election have in common: who has the first of the
// znodes is the one.
type tenure struct {
	s          *Session
	l          *lane
	path, name string
	begin, end string // the operations' names in the log
	wrong      Wrong

	mine  string // the znode, "" if there is none
	token int64
	lost  <-chan struct{}
}

func newTenure(s *Session, path, begin, end string, wrong []Wrong) tenure {
	t := tenure{s: s, path: path, name: s.name(), begin: begin, end: end}
	for _, w := range wrong {
		t.wrong = w
	}
	t.l = s.lane(t.wrong == IgnoreSession)
	return t
}

// become waits until this is the one, and gives the token.
func (t *tenure) become(ctx context.Context) (token int64, err error) {
	if t.mine != "" {
		return 0, errors.New(t.path + " is held by this object already")
	}
	t.l.call(runlog.Event{Op: t.begin, Path: t.path})
	defer func() {
		if err != nil {
			t.leave()
			t.l.ret(runlog.Fail, runlog.Event{Err: err.Error()})
			return
		}
		t.l.ret(runlog.OK, runlog.Event{Czxid: uint64(token), Session: t.s.ID()})
	}()
	t.lost = t.s.Lost()
	if err := t.s.ensure(ctx, t.path); err != nil {
		return 0, err
	}
	if t.mine, err = t.s.createOwn(ctx, t.path, t.name, zk.FlagEphemeral); err != nil {
		return 0, err
	}
	for {
		before, err := t.before(ctx)
		if err != nil {
			return 0, err
		}
		if before == "" {
			break
		}
		if err := t.awaitGone(ctx, before); err != nil {
			return 0, err
		}
	}
	var stat *zk.Stat
	err = again(ctx, func() (err error) { _, stat, err = t.s.conn.Get(t.mine); return err })
	switch {
	case err != nil:
		return 0, err
	case closed(t.lost):
		return 0, ErrLost
	}
	t.token = stat.Czxid
	return t.token, nil
}

// before is the znode before the own one, "" if that is the first.
func (t *tenure) before(ctx context.Context) (string, error) {
	kids, err := t.s.fresh(ctx, t.path)
	if err != nil {
		return "", err
	}
	inOrder(kids)
	i := slices.Index(kids, t.mine[len(t.path)+1:])
	switch {
	case i < 0:
		return "", ErrLost
	case i == 0:
		return "", nil
	}
	return t.path + "/" + kids[i-1], nil
}

// awaitGone waits until a znode is gone.
func (t *tenure) awaitGone(ctx context.Context, path string) error {
	var there bool
	var changed <-chan zk.Event
	if err := again(ctx, func() (err error) { there, _, changed, err = t.s.conn.ExistsW(path); return err }); err != nil || !there {
		return err
	}
	return told(ctx, changed, t.lost)
}

// leave deletes the own znode without a word; its session may have done so.
func (t *tenure) leave() {
	if t.mine != "" && !closed(t.lost) {
		_ = again(context.Background(), func() error {
			if closed(t.lost) {
				return ErrLost
			}
			return t.s.conn.Delete(t.mine, -1)
		})
	}
	t.mine, t.token = "", 0
}

// give gives up what is held. ErrLost says that it was gone.
func (t *tenure) give(ctx context.Context) error {
	if t.mine == "" {
		return errors.New(t.path + " is not held by this object")
	}
	t.l.call(runlog.Event{Op: t.end, Path: t.path})
	tried := false
	err := again(ctx, func() error {
		if closed(t.lost) && t.wrong != IgnoreSession {
			return ErrLost
		}
		err := t.s.conn.Delete(t.mine, -1)
		if errors.Is(err, zk.ErrNoNode) && tried && !closed(t.lost) {
			return nil // it was done, and the answer was lost
		}
		tried = true
		return err
	})
	if errors.Is(err, zk.ErrNoNode) {
		err = ErrLost
		if t.wrong == IgnoreSession {
			err = nil
		}
	}
	t.mine, t.token = "", 0
	if err != nil {
		t.l.ret(runlog.Fail, runlog.Event{Err: err.Error()})
		return err
	}
	t.l.ret(runlog.OK, runlog.Event{})
	return nil
}

// Lost is closed when the session is over in which this was acquired.
func (t *tenure) Lost() <-chan struct{} { return t.lost }

// Token is that of the present tenure, 0 outside of one.
func (t *tenure) Token() int64 { return t.token }

// Lock is held by one client at a time.
type Lock struct{ tenure }

// NewLock is a lock that lives under the znode path.
func NewLock(s *Session, path string, wrong ...Wrong) *Lock {
	return &Lock{newTenure(s, path, runlog.OpAcquire, runlog.OpRelease, wrong)}
}

// Acquire waits until the lock is held, and gives the fencing token.
func (l *Lock) Acquire(ctx context.Context) (token int64, err error) { return l.become(ctx) }

// Release gives the lock up. ErrLost says that it was lost before.
func (l *Lock) Release(ctx context.Context) error { return l.give(ctx) }

// Use sends a request to what the lock guards, with the token of the present tenure.
// It is false when the resource has refused it.
func (l *Lock) Use(r *Resource) bool {
	l.l.call(runlog.Event{Op: runlog.OpUse, Path: l.path})
	if !r.take(l.token) {
		l.l.ret(runlog.Fail, runlog.Event{Err: "StaleToken"})
		return false
	}
	l.l.ret(runlog.OK, runlog.Event{Czxid: uint64(l.token)})
	return true
}

// Resource is guarded by a lock: it refuses a token after a greater one. The zero
// value has seen none.
type Resource struct {
	mu       sync.Mutex
	greatest int64
}

func (r *Resource) take(token int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if token < r.greatest {
		return false
	}
	r.greatest = token
	return true
}

// Election has one leader at a time.
type Election struct{ tenure }

// NewElection is a candidate in the election that lives under the znode path.
func NewElection(s *Session, path string, wrong ...Wrong) *Election {
	return &Election{newTenure(s, path, runlog.OpElect, runlog.OpResign, wrong)}
}

// Lead waits until this is the leader, and gives the fencing token.
func (e *Election) Lead(ctx context.Context) (token int64, err error) { return e.become(ctx) }

// Resign ends it. ErrLost says that it had ended before.
func (e *Election) Resign(ctx context.Context) error { return e.give(ctx) }
