package recipes

import (
	"context"
	"errors"
	"sync"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/runlog"
)

// Cache holds the last value of a znode that it has heard of.
type Cache struct {
	s     *Session
	l     *lane
	path  string
	wrong Wrong

	mu      sync.Mutex
	there   bool
	data    string
	mzxid   int64
	changed chan struct{} // closed with the next change
	stop    chan struct{}
	stopped sync.WaitGroup
}

// NewCache begins to follow a znode, until Close.
func NewCache(s *Session, path string, wrong ...Wrong) *Cache {
	c := &Cache{s: s, l: s.lane(false), path: path, changed: make(chan struct{}), stop: make(chan struct{})}
	for _, w := range wrong {
		c.wrong = w
	}
	c.stopped.Go(c.follow)
	return c
}

// Close ends it.
func (c *Cache) Close() {
	close(c.stop)
	c.stopped.Wait()
}

// follow reads the znode again whenever a watch says that it has changed.
func (c *Cache) follow() {
	for watched := false; ; watched = true {
		next, err := c.look()
		if err != nil && !vague(err) && !errors.Is(err, zk.ErrSessionExpired) {
			return // the connection is closed for good
		}
		if next == nil {
			if closed(c.stop) {
				return
			}
			continue
		}
		if watched && c.wrong == ForgetToWatch {
			next = nil // this one is never heard of
		}
		select {
		case <-next:
		case <-c.stop:
			return
		}
	}
}

// look reads the znode and leaves a watch.
func (c *Cache) look() (<-chan zk.Event, error) {
	data, stat, next, err := c.s.conn.GetW(c.path)
	if errors.Is(err, zk.ErrNoNode) {
		var there bool
		if there, _, next, err = c.s.conn.ExistsW(c.path); err != nil || there {
			return nil, err // it has come meanwhile: read it
		}
		c.set(false, "", 0)
		return next, nil
	}
	if err != nil {
		return nil, err
	}
	c.set(true, string(data), stat.Mzxid)
	return next, nil
}

func (c *Cache) set(there bool, data string, mzxid int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.there, c.data, c.mzxid = there, data, mzxid
	close(c.changed)
	c.changed = make(chan struct{})
}

// Get is what the cache holds, false if nothing.
func (c *Cache) Get() (data string, there bool) {
	c.l.call(runlog.Event{Op: runlog.OpCached, Path: c.path})
	c.mu.Lock()
	there, data = c.there, c.data
	e := runlog.Event{Data: data, Mzxid: uint64(c.mzxid)}
	c.mu.Unlock()
	if !there {
		c.l.ret(runlog.Fail, runlog.Event{Err: "NoNode"})
		return "", false
	}
	c.l.ret(runlog.OK, e)
	return data, true
}

// Await waits until the cache holds a value.
func (c *Cache) Await(ctx context.Context, data string) error {
	for {
		c.mu.Lock()
		is, changed := c.there && c.data == data, c.changed
		c.mu.Unlock()
		if is {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Value is a znode that is set, for caches to follow.
type Value struct {
	s    *Session
	l    *lane
	path string
}

// NewValue is the value in the znode path.
func NewValue(s *Session, path string) *Value { return &Value{s: s, l: s.lane(false), path: path} }

// Set sets it, and gives the znode's Stat.
func (v *Value) Set(ctx context.Context, data string) (*zk.Stat, error) {
	if err := v.s.ensure(ctx, v.path); err != nil {
		return nil, err
	}
	v.l.call(runlog.Event{Op: "set", Path: v.path, Data: data, Version: -1})
	stat, err := v.s.conn.Set(v.path, []byte(data), -1)
	if err != nil {
		v.l.ret(outcome(err), runlog.Event{Err: text(err)})
		return nil, err
	}
	v.l.ret(runlog.OK, runlog.Event{Version: stat.Version, Mzxid: uint64(stat.Mzxid), Session: v.s.ID()})
	return stat, nil
}
