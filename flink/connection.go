package flink

import (
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
	open  *call

	changed func(state)                  // the state is another one
	watched func(zookeeper.WatchedEvent) // a watch has fired
}

// call is a request and what follows from its reply. The reply is nil when the
// connection broke first. A call whose asker is no longer there (alive) is not
// sent, and its reply goes to nobody.
type call struct {
	req   zookeeper.Request
	alive func() bool
	then  func(*zookeeper.Reply)
}

func newConnection(id paxos.ID, servers []paxos.ID, timeout int64) *connection {
	return &connection{
		client:         zookeeper.NewClient(&zookeeper.ClientConfig{ID: id, Servers: servers, Timeout: timeout}),
		sessionTimeout: timeout,
	}
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
	case zookeeper.ClientCompleted:
		done := c.open
		c.open = nil
		if done.alive() {
			done.then(n.Reply)
		}
	}
}

func (c *connection) become(s state) {
	c.state = s
	c.changed(s)
}

func (c *connection) up() bool { return c.state == connected || c.state == reconnected }

// pump makes the next call, if there is a connection to make it on: a call that
// waits inside the client could be sent in another session than it was meant for.
func (c *connection) pump() {
	for c.open == nil && len(c.queue) > 0 && c.client.Server() != 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		if next.alive() {
			c.open = &next
			c.client.Submit(next.req, c.out)
		}
	}
}

// do asks for a call. It is made as soon as there is a connection.
func (c *connection) do(alive func() bool, r zookeeper.Request, then func(*zookeeper.Reply)) {
	if r.Op == zookeeper.OpGet || r.Op == zookeeper.OpExists || r.Op == zookeeper.OpChildren {
		r.Version = -1
	}
	c.queue = append(c.queue, call{r, alive, then})
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

func children(path string, watch bool) zookeeper.Request {
	return zookeeper.Request{Op: zookeeper.OpChildren, Path: path, Watch: watch}
}

// always is alive for what the process itself asks.
func always() bool { return true }
