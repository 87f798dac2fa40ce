package tap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// Tap forwards the connections of clients to one server.
type Tap struct {
	r        *Recorder
	node     int
	server   string
	listener net.Listener

	mu    sync.Mutex
	conns map[net.Conn]bool // both ends of each
	ended bool
	busy  sync.WaitGroup
}

const (
	// dialLimit bounds how long a client waits for its server to accept.
	dialLimit = 5 * time.Second
	// acceptPause is between attempts to take a connection that failed.
	acceptPause = 10 * time.Millisecond
)

// Listen puts a tap in front of server n, which clients reach at the given
// host:port. It listens on 127.0.0.1, on port, or on any that is free if port is
// 0.
func Listen(ctx context.Context, r *Recorder, n int, server string, port int) (*Tap, error) {
	_, to, err := net.SplitHostPort(server)
	if err != nil {
		return nil, fmt.Errorf("server %q: want HOST:PORT", server)
	}
	if n, err := strconv.ParseUint(to, 10, 16); err != nil || n == 0 {
		return nil, fmt.Errorf("server %q: want HOST:PORT with a port from 1 to 65535", server)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, err
	}
	t := &Tap{r: r, node: n, server: server, listener: l, conns: map[net.Conn]bool{}}
	t.busy.Go(t.accept)
	return t, nil
}

// Addr is the host:port where clients reach the server through the tap.
func (t *Tap) Addr() string { return t.listener.Addr().String() }

// Close ends the tap and every connection through it.
func (t *Tap) Close() error {
	err := t.listener.Close()
	t.mu.Lock()
	t.ended = true
	for c := range t.conns {
		c.Close()
	}
	t.mu.Unlock()
	t.busy.Wait()
	return err
}

func (t *Tap) accept() {
	for {
		client, err := t.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Out of files, say. Whoever dialled will dial again; asking at once would
			// only keep the processor busy.
			time.Sleep(acceptPause)
			continue
		}
		t.busy.Go(func() { t.serve(client) })
	}
}

// keep holds a connection so that Close can end it; it is false when the tap has
// ended.
func (t *Tap) keep(c net.Conn) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		c.Close()
		return false
	}
	t.conns[c] = true
	return true
}

func (t *Tap) drop(c net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.conns, c)
	c.Close()
}

// serve forwards one connection until either end is done.
func (t *Tap) serve(client net.Conn) {
	if !t.keep(client) {
		return
	}
	defer t.drop(client)
	server, err := net.DialTimeout("tcp", t.server, dialLimit)
	if err != nil || !t.keep(server) {
		return // the client sees its connection end, as if the server had hung up
	}
	defer t.drop(server)
	c := t.r.Conn(t.node)
	var ways sync.WaitGroup
	ways.Go(func() { pass(server, client, c.FromClient) })
	ways.Go(func() { pass(client, server, c.FromServer) })
	ways.Wait()
	c.Closed()
}

// pass copies what comes, after it was heard, and ends both connections with
// either.
func pass(to, from net.Conn, heard func([]byte)) {
	b := make([]byte, 64<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			heard(b[:n])
			if _, werr := to.Write(b[:n]); werr != nil {
				err = werr
			}
		}
		if err != nil {
			from.Close()
			to.Close()
			return
		}
	}
}
