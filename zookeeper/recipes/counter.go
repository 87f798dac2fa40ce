package recipes

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/runlog"
)

// Counter is a number that many add to.
type Counter struct {
	s     *Session
	l     *lane
	path  string
	wrong Wrong
}

// NewCounter is the counter that lives in the znode path, and begins at 0.
func NewCounter(s *Session, path string, wrong ...Wrong) *Counter {
	c := &Counter{s: s, l: s.lane(false), path: path}
	for _, w := range wrong {
		c.wrong = w
	}
	return c
}

// Add adds one and gives the sum. After an error of the connection it may have been
// added or not.
func (c *Counter) Add(ctx context.Context) (sum int64, err error) {
	if err := c.s.ensure(ctx, c.path); err != nil {
		return 0, err
	}
	c.l.call(runlog.Event{Op: runlog.OpAdd, Path: c.path})
	sum, err = c.add(ctx)
	if err != nil {
		c.l.ret(outcome(err), runlog.Event{Err: text(err)})
		return 0, err
	}
	c.l.ret(runlog.OK, runlog.Event{Data: strconv.FormatInt(sum, 10)})
	return sum, nil
}

func (c *Counter) add(ctx context.Context) (int64, error) {
	for {
		sum, version, err := c.read(ctx)
		if err != nil {
			return 0, err
		}
		if c.wrong == SetBlindly {
			version = -1
		}
		_, err = c.s.conn.Set(c.path, []byte(strconv.FormatInt(sum+1, 10)), version)
		if !errors.Is(err, zk.ErrBadVersion) {
			return sum + 1, err
		}
		if ctx.Err() != nil {
			return 0, fmt.Errorf("another one was always quicker: %w", zk.ErrBadVersion)
		}
	}
}

// Sum is the sum, as of the server that the session is connected to.
func (c *Counter) Sum(ctx context.Context) (sum int64, err error) {
	if err := c.s.ensure(ctx, c.path); err != nil {
		return 0, err
	}
	c.l.call(runlog.Event{Op: runlog.OpRead, Path: c.path})
	sum, _, err = c.read(ctx)
	if err != nil {
		c.l.ret(runlog.Unknown, runlog.Event{Err: text(err)})
		return 0, err
	}
	c.l.ret(runlog.OK, runlog.Event{Data: strconv.FormatInt(sum, 10)})
	return sum, nil
}

func (c *Counter) read(ctx context.Context) (sum int64, version int32, err error) {
	var data []byte
	var stat *zk.Stat
	err = again(ctx, func() (err error) { data, stat, err = c.s.conn.Get(c.path); return err })
	if err != nil || len(data) == 0 {
		if stat != nil {
			version = stat.Version
		}
		return 0, version, err
	}
	sum, err = strconv.ParseInt(string(data), 10, 64)
	return sum, stat.Version, err
}
