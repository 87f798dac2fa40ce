package zktest

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/zab"
	"github.com/schismlab/schism/zookeeper"
)

// Option changes how an ensemble is started.
type Option func(*options)

type options struct{ tick time.Duration }

// WithTick sets tickTime: sessions may last 2 to 20 of them.
func WithTick(tick time.Duration) Option { return func(o *options) { o.tick = tick } }

// The limits in ticks, as in ZooKeeper's sample configuration.
const (
	initLimit = 10
	syncLimit = 5
)

// patience is how long methods wait for what they promise.
const patience = 30 * time.Second

// Ensemble is some ZooKeeper servers. Start makes one.
type Ensemble struct {
	tb    testing.TB
	tick  time.Duration
	addrs []string
	stage *stage
	gates sync.WaitGroup
}

// Start starts an ensemble and waits until it serves. It ends with the test.
func Start(tb testing.TB, servers int, opts ...Option) *Ensemble {
	tb.Helper()
	o := options{tick: 100 * time.Millisecond}
	for _, opt := range opts {
		opt(&o)
	}
	if servers < 1 || servers > int(paxos.MaxServer) {
		tb.Fatalf("zktest: %d servers: want 1 to %d", servers, paxos.MaxServer)
	}
	e := &Ensemble{tb: tb, tick: o.tick, stage: newStage(servers, start(servers, o.tick))}
	var listeners []net.Listener
	for n := 1; n <= servers; n++ {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatalf("zktest: no port for n%d: %v", n, err)
		}
		listeners = append(listeners, l)
		e.addrs = append(e.addrs, l.Addr().String())
		e.gates.Go(func() { e.stage.listen(l, paxos.ID(n), &e.gates) })
	}
	tb.Cleanup(func() {
		for _, l := range listeners {
			_ = l.Close()
		}
		e.stage.end()
		e.gates.Wait()
	})
	e.AwaitLeader()
	return e
}

// start makes a server from what is on its disk.
func start(servers int, tick time.Duration) func(paxos.ID, *zab.Durable) *zookeeper.Server {
	empty := zookeeper.NewTree()
	return func(id paxos.ID, disk *zab.Durable) *zookeeper.Server {
		return zookeeper.NewServer(
			&zookeeper.Config{ID: id, Tick: int64(tick), Timer: zab.TimerTick},
			zab.New(&zab.Config{
				ID: id, Servers: servers, Tick: int64(tick), InitLimit: initLimit, SyncLimit: syncLimit,
				CommittedLog: 500, SnapEvery: 1000, Empty: empty, Readable: zookeeper.Readable,
			}, disk.Clone()))
	}
}

// Servers are the addresses that clients connect to, n1's first.
func (e *Ensemble) Servers() []string { return append([]string(nil), e.addrs...) }

// Connect is the same as a connect string: joined by commas.
func (e *Ensemble) Connect() string { return strings.Join(e.addrs, ",") }

// check fails the test on the number of a server that there is not.
func (e *Ensemble) check(server int) paxos.ID {
	e.tb.Helper()
	if server < 1 || server > len(e.addrs) {
		e.tb.Fatalf("zktest: no server %d: want 1 to %d", server, len(e.addrs))
	}
	return paxos.ID(server)
}

// Leader is the server that leads and serves with a quorum, 0 if none does at the
// moment.
func (e *Ensemble) Leader() (leader int) {
	e.stage.do(func(s *stage) { leader = int(s.leader()) })
	return leader
}

// AwaitLeader waits until a server leads, and gives it.
func (e *Ensemble) AwaitLeader() int {
	e.tb.Helper()
	return e.await("no server began to lead", func(s *stage) int { return int(s.leader()) })
}

// AwaitHealthy waits until one server leads and all others follow it, and gives the
// leader.
func (e *Ensemble) AwaitHealthy() int {
	e.tb.Helper()
	return e.await("the ensemble did not get healthy", func(s *stage) int {
		leader := s.leader()
		for _, p := range s.servers() {
			if leader == 0 || !p.up || p.paused || !p.machine.Consensus().Serves() || p.machine.Consensus().Epoch() != s.procs[leader].machine.Consensus().Epoch() {
				return 0
			}
		}
		return int(leader)
	})
}

// await asks after each event until the answer is not 0.
func (e *Ensemble) await(why string, ask func(*stage) int) int {
	e.tb.Helper()
	answer := make(chan int, 1)
	e.stage.do(func(s *stage) {
		s.waiting = append(s.waiting, func(s *stage) bool {
			if n := ask(s); n != 0 {
				answer <- n
				return true
			}
			return false
		})
	})
	select {
	case n := <-answer:
		return n
	case <-time.After(patience):
		e.tb.Fatalf("zktest: %s within %v", why, patience)
		return 0
	}
}

// Crash ends a server at once: its clients' connections break, and it keeps what is
// on its disk. A server that is down stays so.
func (e *Ensemble) Crash(server int) {
	e.tb.Helper()
	id := e.check(server)
	e.stage.do(func(s *stage) { s.crash(id) })
}

// Start starts a server that has crashed.
func (e *Ensemble) Start(server int) {
	e.tb.Helper()
	id := e.check(server)
	e.stage.do(func(s *stage) { s.start(id) })
}

// Pause stops a server in its tracks, with its connections open; Resume lets it go
// on.
func (e *Ensemble) Pause(server int) {
	e.tb.Helper()
	id := e.check(server)
	e.stage.do(func(s *stage) { s.procs[id].paused = true })
}

// Resume is described at Pause.
func (e *Ensemble) Resume(server int) {
	e.tb.Helper()
	id := e.check(server)
	e.stage.do(func(s *stage) { s.resume(id) })
}

// Partition cuts the network between these servers and all others, both ways.
// Clients stay connected to whom they are. Several calls add up; Heal ends all.
func (e *Ensemble) Partition(servers ...int) {
	e.tb.Helper()
	var side paxos.Set
	for _, n := range servers {
		side = side.With(e.check(n))
	}
	e.stage.do(func(s *stage) { s.partition(side) })
}

// Heal ends all partitions.
func (e *Ensemble) Heal() { e.stage.do(func(s *stage) { s.heal() }) }

// Disconnect breaks the connections of a server's clients, as a network may. They
// can come back at once, with their sessions.
func (e *Ensemble) Disconnect(server int) {
	e.tb.Helper()
	id := e.check(server)
	e.stage.do(func(s *stage) { s.disconnect(id) })
}

// ExpireSession ends a session although its client lives, and waits until that is
// committed. The client learns of it when it connects again, which it is made
// to. It needs a leader.
func (e *Ensemble) ExpireSession(session int64) {
	e.tb.Helper()
	if session == 0 {
		e.tb.Fatal("zktest: ExpireSession of session 0, which is none")
	}
	leader := paxos.ID(e.AwaitLeader())
	over := make(chan error, 1)
	e.stage.do(func(s *stage) { s.closeSession(leader, session, over) })
	select {
	case err := <-over:
		if err != nil {
			e.tb.Fatalf("zktest: session %#x: %v", uint64(session), err)
		}
	case <-time.After(patience):
		e.tb.Fatalf("zktest: session %#x did not end within %v", uint64(session), patience)
	}
}

// Data is what a server holds under a path as far as it has applied transactions,
// false if there is no such znode there.
func (e *Ensemble) Data(server int, path string) (data string, exists bool) {
	e.tb.Helper()
	id := e.check(server)
	e.stage.do(func(s *stage) {
		if p := s.procs[id]; p.up {
			data, _, exists = p.machine.Tree().Get(path)
		}
	})
	return data, exists
}

// String tells what each server is.
func (e *Ensemble) String() string {
	var list []string
	e.stage.do(func(s *stage) {
		for _, p := range s.servers() {
			state := "down"
			if p.up {
				state = p.machine.Consensus().Role().String()
			}
			list = append(list, fmt.Sprintf("%v %s", p.id, state))
		}
	})
	return strings.Join(list, ", ")
}
