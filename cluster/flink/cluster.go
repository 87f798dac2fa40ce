//go:build unix

package flink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/schismlab/schism/cluster/internal/reports"
)

// Cluster is a session or an application cluster. Its methods may be called from
// several goroutines.
type Cluster struct {
	o       Options
	site    site
	places  []*place
	reports *reports.Reports

	ctx     context.Context // of all that goes on beside
	stop    context.CancelFunc
	running sync.WaitGroup
	closing sync.Once
	failed  error // of Close
}

// Start starts a cluster, all processes at once, and returns when they exist: see
// AwaitReady. If it fails nothing is left running. When ctx ends later the
// cluster is closed.
//
// The error is a *cluster.NotReady if Java, the jars or an image are missing, an
// *artifact.UnknownVersion or an *artifact.WrongChecksum.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	c := &Cluster{o: o, reports: reports.New(filepath.Join(o.Dir, "gates.log"))}
	if o.Lodging != nil {
		c.site = &lodged{o: &c.o, ensemble: o.Lodging}
	} else if c.site, err = newHere(ctx, &c.o, c.reports); err != nil {
		return nil, err
	}
	c.ctx, c.stop = context.WithCancel(context.Background())
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	context.AfterFunc(ctx, func() { c.Close() })
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	for i := 1; i <= c.o.JobManagers+c.o.TaskManagers; i++ {
		name, master := fmt.Sprintf("jm%d", i), true
		if i > c.o.JobManagers {
			name, master = fmt.Sprintf("tm%d", i-c.o.JobManagers), false
		}
		p, err := c.newPlace(name, master)
		if err != nil {
			return err
		}
		if err := c.site.settle(ctx, p); err != nil {
			return err
		}
		c.places = append(c.places, p)
		if err := c.write(p); err != nil {
			return err
		}
	}
	for _, dir := range []string{"ha", "checkpoints", "savepoints", "jars"} {
		if err := os.MkdirAll(filepath.Join(c.o.Dir, dir), 0o700); err != nil {
			return err
		}
	}
	var all errgroup.Group
	for _, p := range c.places {
		if p.master {
			c.running.Go(func() { c.follow(c.ctx, p) })
		}
		all.Go(func() error { return c.Start(ctx, p.name) })
	}
	return all.Wait()
}

// Version is the release of Flink that runs.
func (c *Cluster) Version() string { return c.o.Version }

// Names lists the processes: jm1, …, tm1, ….
func (c *Cluster) Names() []string {
	var names []string
	for _, p := range c.places {
		names = append(names, p.name)
	}
	return names
}

// REST is the host:port on 127.0.0.1 of a JobManager's REST server, "" for other
// names. It stays the same when the process is started again.
func (c *Cluster) REST(name string) string {
	p, err := c.place(name)
	if err != nil || !p.master {
		return ""
	}
	return p.restHere
}

// PID is the number of a process of this machine, 0 while it does not run.
func (c *Cluster) PID(name string) int {
	p, err := c.place(name)
	if err != nil {
		return 0
	}
	if l, ok := p.machine.(*local); ok {
		return l.PID()
	}
	return 0
}

// Leaders are the JobManagers that lead by their own word, with their fencing
// tokens, in the order of their numbers.
func (c *Cluster) Leaders() (names, tokens []string) {
	for _, p := range c.places {
		p.leader.mu.Lock()
		if p.leader.token != "" {
			names, tokens = append(names, p.name), append(tokens, p.leader.token)
		}
		p.leader.mu.Unlock()
	}
	return names, tokens
}

// Connection is the state of a JobManager's connection to ZooKeeper, in the word
// of its client library: CONNECTED, SUSPENDED, LOST, RECONNECTED, or "" before
// the first.
func (c *Cluster) Connection(name string) string {
	p, err := c.place(name)
	if err != nil {
		return ""
	}
	p.leader.mu.Lock()
	defer p.leader.mu.Unlock()
	return p.leader.state
}

func (c *Cluster) place(name string) (*place, error) {
	for _, p := range c.places {
		if p.name == name {
			return p, nil
		}
	}
	return nil, fmt.Errorf("no process %q: want one of %s", name, strings.Join(c.Names(), ", "))
}

// closeLimit is far beyond what the kernel needs to end a process.
const closeLimit = 30 * time.Second

// Close kills all processes. Closing again waits for the first and says the same.
func (c *Cluster) Close() error {
	c.closing.Do(func() { c.failed = c.close() })
	return c.failed
}

func (c *Cluster) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	c.stop()
	var errs []error
	for _, p := range c.places {
		errs = append(errs, p.retire(ctx))
	}
	c.running.Wait()
	err := errors.Join(errs...)
	return errors.Join(err, c.site.close(err == nil), c.reports.Err())
}
