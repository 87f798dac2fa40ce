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

	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/internal/reports"
	"github.com/schismlab/schism/cluster/leftover"
	"github.com/schismlab/schism/cluster/process"
	"github.com/schismlab/schism/cluster/server"
)

// Cluster is a session cluster whose processes run on this machine. Its methods
// may be called from several goroutines.
type Cluster struct {
	o         Options
	java      string
	classpath string
	marker    string
	launcher  *process.Launcher
	record    *leftover.Record
	gates     *gates
	places    []*place
	release   []func() error
	reports   *reports.Reports

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
// The error is a *cluster.NotReady if Java or the jars are missing, an
// *artifact.UnknownVersion or an *artifact.WrongChecksum.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	java, err := process.Java()
	if err != nil {
		return nil, err
	}
	jars, err := artifact.Flink(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	record, err := leftover.Open(leftover.NewRun())
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		o: o, java: java, record: record, launcher: process.NewLauncher(), marker: server.Marker(record.Run()),
		classpath: strings.Join(jars, string(os.PathListSeparator)),
	}
	c.reports = reports.New(filepath.Join(o.Dir, "gates.log"))
	c.gates = newGates(c.reports.Add)
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
		if err := c.write(p); err != nil {
			return err
		}
		c.places = append(c.places, p)
	}
	for _, dir := range []string{"ha", "checkpoints", "savepoints", "jars"} {
		if err := os.MkdirAll(filepath.Join(c.o.Dir, dir), 0o700); err != nil {
			return err
		}
	}
	if err := c.record.Hold(leftover.Thing{Kind: leftover.Processes, ID: c.marker}); err != nil {
		return err
	}
	for _, p := range c.places {
		if p.master {
			c.running.Go(func() { c.follow(c.ctx, p) })
		}
		if err := c.Start(ctx, p.Name); err != nil {
			return err
		}
	}
	return nil
}

// Version is the release of Flink that runs.
func (c *Cluster) Version() string { return c.o.Version }

// Names lists the processes: jm1, …, tm1, ….
func (c *Cluster) Names() []string {
	var names []string
	for _, p := range c.places {
		names = append(names, p.Name)
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
	return fmt.Sprintf("%s:%d", loopback, p.rest)
}

// PID is the number of a process, 0 while it does not run.
func (c *Cluster) PID(name string) int {
	p, err := c.place(name)
	if err != nil {
		return 0
	}
	return p.PID()
}

// Leaders are the JobManagers that lead by their own word, with their fencing
// tokens, in the order of their numbers.
func (c *Cluster) Leaders() (names, tokens []string) {
	for _, p := range c.places {
		p.leader.mu.Lock()
		if p.leader.token != "" {
			names, tokens = append(names, p.Name), append(tokens, p.leader.token)
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
		if p.Name == name {
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
		errs = append(errs, p.Retire(ctx))
	}
	c.running.Wait()
	c.launcher.Close()
	errs = append(errs, c.gates.close())
	for _, release := range c.release {
		errs = append(errs, release())
	}
	errs = append(errs, c.reports.Err())
	if err := errors.Join(errs...); err != nil {
		// The register keeps what may still be there, for the next run.
		return err
	}
	return c.record.Close()
}

func serverName(n int) string { return fmt.Sprintf("n%d", n) }
