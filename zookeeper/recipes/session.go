package recipes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"
)

// ErrLost says that the session is over in which something was held.
var ErrLost = errors.New("the session is over")

// Wrong is what a recipe object gets wrong on purpose, for checks to catch.
type Wrong uint8

// What can be got wrong.
const (
	Nothing Wrong = iota
	// IgnoreSession: a lock or an election takes no note of the end of its session,
	// and gives up what it no longer has as if it had.
	IgnoreSession
	// TakeTwice: a queue does not mind that another one was quicker to take an item.
	TakeTwice
	// DoNotWait: a barrier is passed as soon as one has come to it.
	DoNotWait
	// SetBlindly: a counter is set without a look at the version that it was read at.
	SetBlindly
	// JoinInVain: who joins a group is told so, and never put into it.
	JoinInVain
	// ForgetToWatch: a cache leaves no watch again after the first has fired.
	ForgetToWatch
)

// Session is a connection to ZooKeeper, and what is known of its session.
type Session struct {
	conn *zk.Conn
	rec  *Recorder

	mu    sync.Mutex
	lost  chan struct{} // closed when the present session is over
	id    int64
	lanes []*lane
	made  int
	done  chan struct{}
}

// Connect opens a session, waiting until there is one or ctx ends. Options are those
// of go-zookeeper.
func Connect(ctx context.Context, servers []string, timeout time.Duration, rec *Recorder, opts ...func(*zk.Conn)) (*Session, error) {
	s := &Session{rec: rec, lost: make(chan struct{}), done: make(chan struct{})}
	conn, events, err := zk.Connect(servers, timeout, func(c *zk.Conn) {
		for _, o := range opts {
			o(c)
		}
	})
	if err != nil {
		return nil, err
	}
	s.conn = conn
	begun := make(chan struct{})
	go s.follow(events, begun)
	select {
	case <-begun:
		return s, nil
	case <-ctx.Done():
		conn.Close()
		return nil, context.Cause(ctx)
	}
}

// follow takes note of the ends of sessions.
func (s *Session) follow(events <-chan zk.Event, begun chan<- struct{}) {
	defer close(s.done)
	for e := range events {
		switch e.State {
		case zk.StateHasSession:
			s.mu.Lock()
			s.id = s.conn.SessionID()
			s.mu.Unlock()
			if begun != nil {
				close(begun)
				begun = nil
			}
		case zk.StateExpired:
			s.mu.Lock()
			for _, l := range s.lanes {
				l.expired(s.id)
			}
			close(s.lost)
			s.lost = make(chan struct{})
			s.mu.Unlock()
		}
	}
}

// Close ends the session.
func (s *Session) Close() {
	s.conn.Close()
	<-s.done
}

// ID is the session's number.
func (s *Session) ID() int64 { return s.conn.SessionID() }

// Lost is closed when the present session is over.
func (s *Session) Lost() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost
}

// lane is a new one; a deaf one is not told of the ends of sessions.
func (s *Session) lane(deaf bool) *lane {
	l := s.rec.lane()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !deaf {
		s.lanes = append(s.lanes, l)
	}
	return l
}

// name is unique among the objects of all sessions.
func (s *Session) name() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	return fmt.Sprintf("%x-%d-", uint64(s.conn.SessionID()), s.made)
}

// anybody is the ACL of all znodes here.
var anybody = zk.WorldACL(zk.PermAll)

// vague says whether an error leaves open what was done.
func vague(err error) bool {
	return errors.Is(err, zk.ErrConnectionClosed) || errors.Is(err, zk.ErrNoServer) || errors.Is(err, zk.ErrSessionMoved)
}

// again asks until there is a connection; what it does may be done twice.
func again(ctx context.Context, do func() error) error {
	for {
		err := do()
		if !vague(err) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// told waits for a watch to fire, unless the session is lost before.
func told(ctx context.Context, changed <-chan zk.Event, lost <-chan struct{}) error {
	select {
	case <-changed:
		return nil
	case <-lost:
		return ErrLost
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// ensure makes the znode of a path and those above it.
func (s *Session) ensure(ctx context.Context, path string) error {
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			continue
		}
		err := again(ctx, func() error { _, err := s.conn.Create(path[:i], nil, 0, anybody); return err })
		if err != nil && !errors.Is(err, zk.ErrNodeExists) {
			return fmt.Errorf("%s: %w", path[:i], err)
		}
	}
	return nil
}

// createOwn makes a sequential znode whose name begins with prefix, which nobody
// else uses. An answer that was lost is made up for by looking for it.
func (s *Session) createOwn(ctx context.Context, dir, prefix string, flags int32) (string, error) {
	for {
		path, err := s.conn.Create(dir+"/"+prefix, nil, flags|zk.FlagSequence, anybody)
		if !vague(err) {
			return path, err
		}
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		kids, err := s.fresh(ctx, dir)
		if err != nil {
			return "", err
		}
		if i := slices.IndexFunc(kids, func(k string) bool { return strings.HasPrefix(k, prefix) }); i >= 0 {
			return dir + "/" + kids[i], nil
		}
	}
}

// fresh are the children of a znode, as of now: after a sync.
func (s *Session) fresh(ctx context.Context, dir string) (kids []string, err error) {
	err = again(ctx, func() (err error) {
		if _, err = s.conn.Sync(dir); err == nil {
			kids, _, err = s.conn.Children(dir)
		}
		return err
	})
	return kids, err
}

// inOrder sorts names by the numbers that they end with.
func inOrder(kids []string) {
	slices.SortFunc(kids, func(a, b string) int { return strings.Compare(number(a), number(b)) })
}

// number is the ten digits at the end of a sequential name.
func number(name string) string { return name[max(0, len(name)-10):] }

// closed says whether a channel is.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
