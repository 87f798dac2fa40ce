package flink

import (
	"slices"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/zookeeper"
)

// The timers of a process. The first two are its ZooKeeper client's.
const (
	timerLost  uint8 = iota + 2 // the connection has been suspended for a session time-out
	timerTick                   // heartbeats, and whatever waits to be tried again
	timerCheck                  // the next checkpoint
)

// tick is the time between two heartbeats, in nanoseconds.
const tick = 100_000_000

// state is Curator's ConnectionState.
type state uint8

const (
	connecting  state = iota // not yet connected for the first time
	connected                // CONNECTED, at first
	suspended                // SUSPENDED: the connection broke
	lost                     // LOST: the session is over, or must be taken to be
	reconnected              // RECONNECTED: in the old session or in a new one
)

// connection is Curator's part of a process: a ZooKeeper client, the calls that
// wait for it, and the connection's state as Curator tells it to listeners
// (ConnectionStateManager).
type connection struct {
	client *zookeeper.Client
	out    *paxos.Effects // of the step under way
	state  state
	// sessionTimeout is after how long a suspended connection is taken to be lost,
	// whatever the servers know.
	sessionTimeout int64

	queue []call
	open  []call // those on their way: replies come in their order
	// ticks counts the time that calls wait by. A wait is no longer than maxWait.
	ticks, maxWait int

	changed func(state)                  // the state is another one
	watched func(zookeeper.WatchedEvent) // a watch has fired
	closed  func()                       // close has been called, and is done
}

// call is a request and what follows from its reply. The reply is nil when the
// connection broke first. A call whose asker is no longer there (alive) is not
// sent, and its reply goes to nobody.
type call struct {
	req   zookeeper.Request
	alive func() bool
	then  func(*zookeeper.Reply)
	// A call that backs off does not know when the connection is there again: it is
	// tried, fails, and waits until due. Of others Curator's watchers take care.
	backsOff   bool
	tries, due int
}

// The waits of calls that back off, in ticks: the first one, from which on they
// double (ExponentialBackoffRetry), and what bounds them
// (BoundedExponentialBackoffRetry).
const (
	firstWait = 2
	longest   = 10
	unbounded = 1 << 40
)

func newConnection(cfg *Config) *connection {
	c := &connection{
		client:         zookeeper.NewClient(&zookeeper.ClientConfig{ID: cfg.ID, Servers: cfg.Servers, Timeout: cfg.SessionTimeout}),
		sessionTimeout: cfg.SessionTimeout, maxWait: longest,
	}
	if cfg.Quirks&UnboundedBackoff != 0 {
		c.maxWait = unbounded
	}
	return c
}

// tick lets those calls fail that are tried in vain.
func (c *connection) tick() {
	c.ticks++
	for i := range c.queue {
		if p := &c.queue[i]; p.backsOff && p.due <= c.ticks && !c.up() {
			c.fail(p)
		}
	}
}

// fail counts a failure, and says when the next attempt is due.
func (c *connection) fail(p *call) {
	p.due = c.ticks + min(firstWait<<p.tries, c.maxWait)
	p.tries++
}

func (c *connection) step(ev *paxos.Event) {
	if ev.Kind == paxos.Fired && ev.Timer == timerLost {
		if c.state == suspended {
			// Curator injects the loss of the session and makes a new ZooKeeper handle
			// (ConnectionStateManager.checkSessionExpiration). The servers, which may
			// have been down just as long, need not have noticed.
			c.client.Renew(c.out)
			c.become(lost)
		}
	} else {
		c.client.Step(ev, c.out)
	}
	c.listen()
}

// listen takes what the client has told.
func (c *connection) listen() {
	for len(c.client.Told) > 0 {
		told := c.client.Told
		c.client.Told = nil
		for i := range told {
			c.hear(&told[i])
		}
		c.pump()
	}
	c.pump()
}

func (c *connection) hear(n *zookeeper.ClientNews) {
	switch n.Kind {
	case zookeeper.ClientConnected:
		if c.state == connecting {
			c.become(connected)
		} else {
			c.become(reconnected)
		}
	case zookeeper.ClientLost:
		if c.up() {
			c.out.SetTimer(timerLost, c.sessionTimeout)
			c.become(suspended)
		}
	case zookeeper.ClientExpired:
		if c.state != lost {
			c.become(lost)
		}
	case zookeeper.ClientWatch:
		c.watched(*n.Event)
	case zookeeper.ClientClosed:
		c.closed()
	case zookeeper.ClientCompleted:
		done := c.open[0]
		c.open = slices.Delete(c.open, 0, 1)
		if done.alive() {
			done.then(n.Reply)
		}
	}
}

func (c *connection) become(s state) {
	c.state = s
	c.changed(s)
}

// close ends the session, or gives up doing so when there is no connection.
func (c *connection) close(then func()) {
	c.closed = then
	c.client.Close(c.out)
}

func (c *connection) up() bool { return c.state == connected || c.state == reconnected }

// pump makes the calls that wait, if there is a connection to make them on: a call
// that waits inside the client could be sent in another session than it was meant for.
func (c *connection) pump() {
	for c.client.Server() != 0 {
		i := slices.IndexFunc(c.queue, func(p call) bool { return p.due <= c.ticks })
		if i < 0 {
			return
		}
		next := c.queue[i]
		c.queue = slices.Delete(c.queue, i, i+1)
		if next.alive() {
			c.open = append(c.open, next)
			c.client.Submit(next.req, c.out)
		}
	}
}

// do asks for a call. It is made as soon as there is a connection.
func (c *connection) do(alive func() bool, r zookeeper.Request, then func(*zookeeper.Reply)) {
	if r.Op == zookeeper.OpGet || r.Op == zookeeper.OpExists || r.Op == zookeeper.OpChildren {
		r.Version = -1
	}
	c.queue = append(c.queue, call{req: r, alive: alive, then: then})
}

// endure does a call until it has a reply, as persist does, and backs off.
func (c *connection) endure(r zookeeper.Request, then func(*zookeeper.Reply)) {
	p := call{req: r, alive: always, backsOff: true}
	p.then = func(reply *zookeeper.Reply) {
		if reply == nil {
			c.fail(&p)
			c.queue = append(c.queue, p)
			return
		}
		then(reply)
	}
	c.queue = append(c.queue, p)
}

// persist does a call until it has a reply, in whichever session that is.
func (c *connection) persist(alive func() bool, r zookeeper.Request, then func(*zookeeper.Reply)) {
	c.do(alive, r, func(reply *zookeeper.Reply) {
		if reply == nil {
			c.persist(alive, r, then)
			return
		}
		then(reply)
	})
}

// ensure makes the given persistent znodes, parents first, and those that are
// there already are fine.
func (c *connection) ensure(alive func() bool, paths []string, then func()) {
	if len(paths) == 0 {
		then()
		return
	}
	c.persist(alive, create(paths[0], "", false), func(*zookeeper.Reply) { c.ensure(alive, paths[1:], then) })
}

// The requests.

func create(path, data string, ephemeral bool) zookeeper.Request {
	return zookeeper.Request{Op: zookeeper.OpCreate, Path: path, Data: data, Version: -1, Ephemeral: ephemeral}
}

func set(path, data string, version int32) zookeeper.Request {
	return zookeeper.Request{Op: zookeeper.OpSet, Path: path, Data: data, Version: version}
}

func remove(path string) zookeeper.Request {
	return zookeeper.Request{Op: zookeeper.OpDelete, Path: path, Version: -1}
}

func get(path string, watch bool) zookeeper.Request {
	return zookeeper.Request{Op: zookeeper.OpGet, Path: path, Watch: watch}
}

func exists(path string, watch bool) zookeeper.Request {
	return zookeeper.Request{Op: zookeeper.OpExists, Path: path, Watch: watch}
}

func removeWatches(path string) zookeeper.Request {
	return zookeeper.Request{Op: zookeeper.OpRemoveWatches, Path: path}
}

func children(path string, watch bool) zookeeper.Request {
	return zookeeper.Request{Op: zookeeper.OpChildren, Path: path, Watch: watch}
}

// always is alive for what the process itself asks.
func always() bool { return true }
