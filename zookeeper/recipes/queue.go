package recipes

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/runlog"
)

// ErrEmpty says that there is nothing in a queue.
var ErrEmpty = errors.New("the queue is empty")

// Queue gives items out once each, in the order in which they came.
type Queue struct {
	s     *Session
	l     *lane
	path  string
	wrong Wrong
}

// NewQueue is the queue that lives under the znode path.
func NewQueue(s *Session, path string, wrong ...Wrong) *Queue {
	q := &Queue{s: s, l: s.lane(false), path: path}
	for _, w := range wrong {
		q.wrong = w
	}
	return q
}

// Put puts an item in. After an error of the connection it may be in or not.
func (q *Queue) Put(ctx context.Context, item string) error {
	if err := q.s.ensure(ctx, q.path); err != nil {
		return err
	}
	q.l.call(runlog.Event{Op: runlog.OpEnqueue, Path: q.path, Data: item})
	_, err := q.s.conn.Create(q.path+"/item-", []byte(item), zk.FlagSequence, anybody)
	q.l.ret(outcome(err), runlog.Event{Err: text(err)})
	return err
}

// Take takes the first item out, or fails with ErrEmpty. After another error an item
// may be gone.
func (q *Queue) Take(ctx context.Context) (item string, err error) {
	if err := q.s.ensure(ctx, q.path); err != nil {
		return "", err
	}
	q.l.call(runlog.Event{Op: runlog.OpDequeue, Path: q.path})
	item, err = q.take(ctx)
	switch {
	case errors.Is(err, ErrEmpty):
		q.l.ret(runlog.Fail, runlog.Event{Err: runlog.Empty})
	default:
		q.l.ret(outcome(err), runlog.Event{Data: item, Err: text(err)})
	}
	return item, err
}

func (q *Queue) take(ctx context.Context) (string, error) {
	for {
		kids, err := q.s.fresh(ctx, q.path)
		if err != nil {
			return "", err
		}
		if len(kids) == 0 {
			return "", ErrEmpty
		}
		inOrder(kids)
		for _, kid := range kids {
			item, taken, err := q.takeOne(ctx, q.path+"/"+kid)
			if taken || err != nil {
				return item, err
			}
		}
	}
}

// takeOne takes an item, unless another one was quicker.
func (q *Queue) takeOne(ctx context.Context, path string) (item string, taken bool, err error) {
	var data []byte
	err = again(ctx, func() (err error) { data, _, err = q.s.conn.Get(path); return err })
	if errors.Is(err, zk.ErrNoNode) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	err = q.s.conn.Delete(path, -1)
	if errors.Is(err, zk.ErrNoNode) && q.wrong != TakeTwice {
		return "", false, nil
	}
	if errors.Is(err, zk.ErrNoNode) {
		err = nil
	}
	return string(data), err == nil, err
}

// outcome is what an error says of an operation that changes something.
func outcome(err error) string {
	switch {
	case err == nil:
		return runlog.OK
	case vague(err), errors.Is(err, zk.ErrSessionExpired), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return runlog.Unknown
	}
	return runlog.Fail
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
