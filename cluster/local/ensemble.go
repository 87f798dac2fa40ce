//go:build unix

package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/internal/reports"
	"github.com/schismlab/schism/cluster/leftover"
	"github.com/schismlab/schism/cluster/process"
	"github.com/schismlab/schism/cluster/proxy"
	"github.com/schismlab/schism/cluster/server"
)

// Ensemble is a set of servers that run as processes on this machine. It
// implements cluster.Ensemble.
type Ensemble struct {
	o        cluster.Options
	java     string
	args     []string // of the JVM, before the path of zoo.cfg
	servers  []*place
	mesh     *proxy.Mesh
	launcher *process.Launcher
	record   *leftover.Record
	release  []func() error

	reports *reports.Reports
	closing sync.Once
	failed  error // of Close
}

var (
	_ cluster.Ensemble = (*Ensemble)(nil)
	_ cluster.Barrier  = (*Ensemble)(nil)
)

// Start starts an ensemble, all servers at once, and returns when the processes
// exist: they take a second or two until they serve. If it fails nothing is
// left running. When ctx ends later the ensemble is closed.
//
// The error is a *cluster.NotReady if Java or the jars are missing, an
// *artifact.UnknownVersion or an *artifact.WrongChecksum.
func Start(ctx context.Context, o cluster.Options) (*Ensemble, error) {
	o, err := complete(o)
	if err != nil {
		return nil, err
	}
	java, err := process.Java()
	if err != nil {
		return nil, err
	}
	classpath, err := artifact.ZooKeeper(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	record, err := leftover.Open(leftover.NewRun())
	if err != nil {
		return nil, err
	}
	e := &Ensemble{o: o, java: java, record: record, launcher: process.NewLauncher()}
	e.args = append(server.JVMOptions(record.Run()),
		"-cp", strings.Join(classpath, string(os.PathListSeparator)), server.MainClass)
	if err := e.start(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	context.AfterFunc(ctx, func() { e.Close() })
	return e, nil
}

// complete checks the options and fills in what may be left out.
func complete(o cluster.Options) (cluster.Options, error) {
	if o.Version == "" {
		o.Version = artifact.Default
	}
	if o.Servers < 1 || o.Servers > 9 {
		return o, fmt.Errorf("%d servers: want 1 to 9", o.Servers)
	}
	if o.Tick < time.Millisecond || o.InitLimit < 1 || o.SyncLimit < 1 {
		return o, fmt.Errorf("tick %v, init limit %d, sync limit %d: want at least 1ms, 1 and 1",
			o.Tick, o.InitLimit, o.SyncLimit)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return o, fmt.Errorf("folder of the run %q: want an existing folder", o.Dir)
	}
	o.Dir = dir
	return o, nil
}

func (e *Ensemble) start(ctx context.Context) error {
	e.reports = reports.New(filepath.Join(e.o.Dir, "proxy.log"))
	for n := 1; n <= e.o.Servers; n++ {
		p, err := e.place(n)
		if err != nil {
			return err
		}
		e.servers = append(e.servers, p)
	}
	var err error
	e.mesh, err = proxy.Open(proxy.Options{
		Servers: e.o.Servers, Seed: e.o.Seed, Target: e.target, Report: e.reports.Add,
	})
	if err != nil {
		return err
	}
	for _, p := range e.servers {
		if err := p.write(e.config(p)); err != nil {
			return err
		}
	}
	if err := e.record.Hold(leftover.Thing{Kind: leftover.Processes, ID: server.Marker(e.record.Run())}); err != nil {
		return err
	}
	for _, p := range e.servers {
		if err := e.Start(ctx, p.n); err != nil {
			return err
		}
	}
	return nil
}

// place reserves the ports of server n.
func (e *Ensemble) place(n int) (*place, error) {
	p := newPlace(n, filepath.Join(e.o.Dir, "n"+strconv.Itoa(n)))
	for _, port := range []*int{&p.client, &p.peer.Quorum, &p.peer.Election} {
		number, release, err := process.ReservePort()
		if err != nil {
			return nil, err
		}
		*port = number
		e.release = append(e.release, release)
	}
	return p, nil
}

// config is the server's own view: all others are behind the proxy.
func (e *Ensemble) config(p *place) server.Config {
	c := server.Config{
		ID: p.n, DataDir: filepath.Join(p.Dir, "data"),
		ClientHost: "127.0.0.1", ClientPort: p.client,
		Tick: e.o.Tick, InitLimit: e.o.InitLimit, SyncLimit: e.o.SyncLimit,
		Peers: []server.Peer{p.peer},
	}
	for _, to := range e.servers {
		if to == p {
			continue
		}
		c.Peers = append(c.Peers, server.Peer{
			ID: to.n, Host: "127.0.0.1",
			Quorum:   e.mesh.Addr(p.n, to.n, proxy.Quorum).Port,
			Election: e.mesh.Addr(p.n, to.n, proxy.Election).Port,
		})
	}
	return c
}

func (e *Ensemble) target(to int, p proxy.Port) string {
	peer := e.servers[to-1].peer
	port := peer.Quorum
	if p == proxy.Election {
		port = peer.Election
	}
	return net.JoinHostPort(peer.Host, strconv.Itoa(port))
}

// Size is the number of servers.
func (e *Ensemble) Size() int { return e.o.Servers }

// Version is the release of ZooKeeper that runs.
func (e *Ensemble) Version() string { return e.o.Version }

// Dir is server n's folder: zoo.cfg, server.log, data/.
func (e *Ensemble) Dir(n int) string { return e.servers[n-1].Dir }

// ClientAddr is where clients reach server n.
func (e *Ensemble) ClientAddr(n int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(e.servers[n-1].client))
}

// PID is the process number of server n, 0 while it does not run.
func (e *Ensemble) PID(n int) int { return e.servers[n-1].PID() }

// Start starts server n.
func (e *Ensemble) Start(ctx context.Context, n int) error {
	return e.with(ctx, n, func(p *place) error {
		return p.Start(e.launcher, e.java, append(e.args[:len(e.args):len(e.args)], p.config()))
	})
}

// Kill ends server n by SIGKILL. A server that has ended by itself counts as
// killed.
func (e *Ensemble) Kill(ctx context.Context, n int) error {
	return e.with(ctx, n, func(p *place) error { return p.Kill(ctx) })
}

// Pause stops server n by SIGSTOP.
func (e *Ensemble) Pause(ctx context.Context, n int) error {
	return e.with(ctx, n, func(p *place) error { return p.Pause(ctx) })
}

// Resume continues server n after Pause.
func (e *Ensemble) Resume(ctx context.Context, n int) error {
	return e.with(ctx, n, func(p *place) error { return p.Resume() })
}

// with does something to server n.
func (e *Ensemble) with(ctx context.Context, n int, do func(*place) error) error {
	if n < 1 || n > len(e.servers) {
		return fmt.Errorf("no server %d: want 1 to %d", n, len(e.servers))
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return do(e.servers[n-1])
}

// SetLink sets the state of the traffic between two servers.
func (e *Ensemble) SetLink(ctx context.Context, from, to int, l cluster.Link) error {
	return e.mesh.SetLink(ctx, from, to, l)
}

// Bar refuses connections to server n's quorum port, or allows them again.
func (e *Ensemble) Bar(ctx context.Context, n int, shut bool) error {
	return e.mesh.Bar(ctx, n, shut)
}

// Status asks server n what it is.
func (e *Ensemble) Status(ctx context.Context, n int) (cluster.Status, error) {
	if n < 1 || n > len(e.servers) {
		return cluster.Status{}, fmt.Errorf("no server %d: want 1 to %d", n, len(e.servers))
	}
	st, err := server.Ask(ctx, e.ClientAddr(n))
	if err == nil {
		return st, nil
	}
	if down := e.servers[n-1].Down(); down != nil {
		return st, down
	}
	return st, fmt.Errorf("server %d: %w", n, err)
}

// Close kills all servers. Closing again waits for the first and says the same.
func (e *Ensemble) Close() error {
	e.closing.Do(func() { e.failed = e.close() })
	return e.failed
}

// closeLimit is far beyond what the kernel needs to end a process.
const closeLimit = 30 * time.Second

func (e *Ensemble) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	var errs []error
	for _, p := range e.servers {
		errs = append(errs, p.Retire(ctx))
	}
	e.launcher.Close()
	if e.mesh != nil {
		errs = append(errs, e.mesh.Close())
	}
	for _, release := range e.release {
		errs = append(errs, release())
	}
	errs = append(errs, e.reports.Err())
	if err := errors.Join(errs...); err != nil {
		// The register keeps what may still be there, for the next run.
		return err
	}
	return e.record.Close()
}
