package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/testcontainers/testcontainers-go"
	"golang.org/x/sync/errgroup"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/image"
	"github.com/schismlab/schism/cluster/leftover"
	"github.com/schismlab/schism/cluster/server"
	"github.com/schismlab/schism/plan"
)

// closeLimit bounds Close, which must work when the caller's context is over.
const closeLimit = time.Minute

// Ensemble is a cluster.Ensemble whose servers are containers.
type Ensemble struct {
	engine  *testcontainers.DockerClient
	run     string
	record  *leftover.Record
	version string
	img     image.Image
	net     *bridge
	servers []*node // server n at n-1
	links   *links

	attaching sync.Mutex // held while a sandbox is started

	mu    sync.Mutex
	boxes []*box // number n at n-1: the servers', and then the guests'

	flink struct {
		sync.Mutex
		images map[string]image.Image // by release
	}

	closing sync.Once
	closed  error
}

var (
	_ cluster.Ensemble = (*Ensemble)(nil)
	_ cluster.Barrier  = (*Ensemble)(nil)
	_ cluster.Lodging  = (*Ensemble)(nil)
)

// Start starts an ensemble in containers and returns once every server's
// process exists; they do not serve yet, see Status. ctx bounds the start only:
// whatever becomes of it later, the caller must Close the ensemble. The error
// is a *cluster.NotReady when no engine answers or no image can be had. After
// an error nothing is left behind.
func Start(ctx context.Context, o cluster.Options) (cluster.Ensemble, error) {
	if err := check(&o); err != nil {
		return nil, err
	}
	engine, err := image.Engine(ctx)
	if err != nil {
		return nil, err
	}
	img, err := image.Ensure(ctx, o.Version, io.Discard)
	if err != nil {
		engine.Close()
		return nil, err
	}
	e := &Ensemble{engine: engine, run: leftover.NewRun(), version: o.Version, img: img}
	if err := e.start(ctx, o); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// check refuses options that no ensemble can have.
func check(o *cluster.Options) error {
	switch {
	case o.Servers < 1 || o.Servers > mostBoxes:
		return fmt.Errorf("%d servers: a docker ensemble has 1 to %d", o.Servers, mostBoxes)
	case o.Tick < time.Millisecond:
		return fmt.Errorf("tick %v: want at least 1ms", o.Tick)
	case o.InitLimit < 1 || o.SyncLimit < 1:
		return fmt.Errorf("initLimit %d, syncLimit %d: want at least 1 tick each", o.InitLimit, o.SyncLimit)
	}
	dir, err := filepath.Abs(o.Dir)
	if err == nil {
		// The engine mounts what a path leads to, not the link.
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return fmt.Errorf("folder of the run: %w", err)
	}
	o.Dir = dir
	return nil
}

// start makes everything, in the order in which things depend on each other.
func (e *Ensemble) start(ctx context.Context, o cluster.Options) error {
	record, err := leftover.Open(e.run)
	if err != nil {
		return err
	}
	e.record = record
	if err := record.Hold(leftover.Thing{Kind: kindName, ID: e.run}); err != nil {
		return err
	}
	if e.net, err = newBridge(ctx, e.engine, e.run); err != nil {
		return err
	}
	e.links = newLinks(e.net, o.Seed)
	for n := 1; n <= o.Servers; n++ {
		node, err := e.newNode(n, o)
		if err != nil {
			return err
		}
		e.servers = append(e.servers, node)
	}
	return e.each(func(s *node) error {
		if err := s.open(ctx); err != nil {
			return err
		}
		return s.run(ctx, s.args())
	})
}

// newBox gives a machine its number and its address.
func (e *Ensemble) newBox(name, who string, c contents) (*box, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if slices.ContainsFunc(e.boxes, func(b *box) bool { return b.name == name }) {
		return nil, fmt.Errorf("a machine called %s is there already", name)
	}
	number := len(e.boxes) + 1
	if number > mostBoxes {
		return nil, fmt.Errorf("no room for %s: a network has %d machines at most", who, mostBoxes)
	}
	b := &box{ensemble: e, name: name, who: who, number: number, ip: e.net.addr(number), contents: c}
	e.boxes = append(e.boxes, b)
	e.links.expect(number)
	return b, nil
}

// each does something to all servers at once.
func (e *Ensemble) each(do func(*node) error) error {
	var g errgroup.Group
	for _, s := range e.servers {
		g.Go(func() error { return do(s) })
	}
	return g.Wait()
}

// Member implements cluster.Reconfigurable: in the network of the run every server has
// one address, for all.
func (e *Ensemble) Member(n int, role string) string { return e.peer(n).Member(role) }

// server finds server n.
func (e *Ensemble) server(n int) (*node, error) {
	if n < 1 || n > len(e.servers) {
		return nil, fmt.Errorf("no server %d: the ensemble has 1 to %d", n, len(e.servers))
	}
	return e.servers[n-1], nil
}

// must is for the methods that cannot return an error.
func (e *Ensemble) must(n int) *node {
	s, err := e.server(n)
	if err != nil {
		panic("docker: " + err.Error())
	}
	return s
}

// Size is the number of servers.
func (e *Ensemble) Size() int { return len(e.servers) }

// Version is the release of ZooKeeper that runs.
func (e *Ensemble) Version() string { return e.version }

// Image is the image that the servers run in. A run log should name it.
func (e *Ensemble) Image() image.Image { return e.img }

// Run is the name of the run, which stands in the label schism.run of all its
// containers and of its network.
func (e *Ensemble) Run() string { return e.run }

// ClientAddr is where clients reach server n. It panics if there is no such
// server, as Dir does.
func (e *Ensemble) ClientAddr(n int) string { return e.must(n).published[clientPort] }

// Dir is the folder of server n: zoo.cfg, data, server.log.
func (e *Ensemble) Dir(n int) string { return e.must(n).dir }

// Status asks server n through its published port.
func (e *Ensemble) Status(ctx context.Context, n int) (cluster.Status, error) {
	s, err := e.server(n)
	if err != nil {
		return cluster.Status{}, err
	}
	st, err := server.Ask(ctx, s.published[clientPort])
	if err != nil {
		if ended := s.endedByItself(ctx); ended != nil {
			return st, ended
		}
	}
	return st, err
}

// Start starts server n again, in the container that it had.
func (e *Ensemble) Start(ctx context.Context, n int) error {
	s, err := e.server(n)
	if err != nil {
		return err
	}
	return s.run(ctx, s.args())
}

// Kill ends server n with SIGKILL, also when it is paused. Its container and
// its network namespace stay.
func (e *Ensemble) Kill(ctx context.Context, n int) error {
	s, err := e.server(n)
	if err != nil {
		return err
	}
	return s.kill(ctx)
}

// Pause stops every thread of server n.
func (e *Ensemble) Pause(ctx context.Context, n int) error {
	s, err := e.server(n)
	if err != nil {
		return err
	}
	return s.pause(ctx)
}

// Resume lets server n go on.
func (e *Ensemble) Resume(ctx context.Context, n int) error {
	s, err := e.server(n)
	if err != nil {
		return err
	}
	return s.resume(ctx)
}

// SetLink sets the rules for packets from one server that arrive at another. It
// needs root on the machine of the engine; else the error is a
// *cluster.NotReady.
func (e *Ensemble) SetLink(ctx context.Context, from, to int, l cluster.Link) error {
	for _, n := range []int{from, to} {
		if _, err := e.server(n); err != nil {
			return err
		}
	}
	return e.SetWay(ctx, plan.ServerName(from), plan.ServerName(to), l)
}

// Bar refuses connections to the quorum port of server n, or allows them again. As
// SetLink it needs root on the machine of the engine.
func (e *Ensemble) Bar(_ context.Context, n int, shut bool) error {
	if _, err := e.server(n); err != nil {
		return err
	}
	return e.links.bar(n, shut)
}

// Close removes the containers, the network and with them all rules. The
// folders of the servers stay. It takes no context, works after the one of
// Start has ended, and may be called more than once.
func (e *Ensemble) Close() error {
	e.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
		defer cancel()
		e.links.close()
		err := remove(ctx, e.engine, e.run)
		for _, b := range e.all() {
			b.release(err == nil)
		}
		// A run that could not clean up stays on record for the next one.
		if err == nil && e.record != nil {
			err = e.record.Close()
		}
		e.closed = errors.Join(err, e.engine.Close())
	})
	return e.closed
}
