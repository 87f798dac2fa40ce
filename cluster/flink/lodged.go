//go:build unix

package flink

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/schismlab/schism/cluster"
)

// Ports of a process that has an address of its own, Flink's customary ones.
const (
	masterPort = 6123
	workerPort = 6122
	blobPort   = 6124
	restPort   = 8081
)

// lodged is the site in an ensemble's network: a machine for each process. All that it
// sends goes over links, not its calls alone.
type lodged struct {
	o        *Options
	ensemble cluster.Lodging
}

// settle has a machine made for a process. It sees the cluster's whole folder, as a
// file system that all share.
func (l *lodged) settle(ctx context.Context, p *place) error {
	g := cluster.Guest{Name: p.name, Flink: l.o.Version, Folders: []string{l.o.Dir}, Dir: p.dir, Log: p.log}
	if p.master {
		g.Ports = []int{restPort}
		if l.o.Application != nil {
			g.Files = []string{l.o.Application.Jar}
		}
	}
	m, err := l.ensemble.Lodge(ctx, g)
	if err != nil {
		return err
	}
	p.machine = &lodger{Machine: m, name: p.name}
	// A JobManager of 1.20 looks for its own blob server on loopback. The network is the
	// run's own, so a listener may be open to all of it.
	p.host, p.bind, p.classpath = m.Addr(), "0.0.0.0", m.Classpath()
	p.rpc, p.rpcBind = workerPort, workerPort
	if p.master {
		p.rpc, p.rpcBind, p.rest, p.blob = masterPort, masterPort, restPort, blobPort
		p.restHere = m.Published(restPort)
	}
	p.zooKeeper = l.o.ZooKeeper
	return nil
}

func (l *lodged) setLink(ctx context.Context, from, to string, state cluster.Link) error {
	return l.ensemble.SetWay(ctx, from, to, state)
}

// close leaves the machines to the ensemble, which takes them away when it is closed.
func (l *lodged) close(bool) error { return nil }

// lodger is a process in a machine of its own.
type lodger struct {
	cluster.Machine
	name string

	mu      sync.Mutex
	retired bool
}

var errClosing = errors.New("the run is over")

func (l *lodger) start(ctx context.Context, args []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.retired {
		return fmt.Errorf("starting %s: %w", l.name, errClosing)
	}
	return l.Start(ctx, args)
}

func (l *lodger) retire(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retired = true
	if l.Ended() == nil {
		return nil
	}
	return l.Kill(ctx)
}

func (l *lodger) kill(ctx context.Context) error   { return l.Kill(ctx) }
func (l *lodger) pause(ctx context.Context) error  { return l.Pause(ctx) }
func (l *lodger) resume(ctx context.Context) error { return l.Resume(ctx) }
func (l *lodger) ended() <-chan struct{}           { return l.Ended() }

func (l *lodger) exitCode(ctx context.Context) (int, error) { return l.ExitCode(ctx) }
