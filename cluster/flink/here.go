//go:build unix

package flink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/internal/reports"
	"github.com/schismlab/schism/cluster/leftover"
	"github.com/schismlab/schism/cluster/process"
	"github.com/schismlab/schism/cluster/server"
	"github.com/schismlab/schism/plan"
)

const loopback = "127.0.0.1"

// here is the site on this machine: processes on loopback, and gates between them.
type here struct {
	java, classpath string
	zooKeeper       []string
	marker          string
	launcher        *process.Launcher
	record          *leftover.Record
	gates           *gates
	release         []func() error // of reserved ports
}

func newHere(ctx context.Context, o *Options, reports *reports.Reports) (*here, error) {
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
	h := &here{
		java: java, classpath: strings.Join(jars, string(os.PathListSeparator)), zooKeeper: o.ZooKeeper,
		marker: server.Marker(record.Run()), launcher: process.NewLauncher(), record: record, gates: newGates(reports.Add),
	}
	if err := record.Hold(leftover.Thing{Kind: leftover.Processes, ID: h.marker}); err != nil {
		return nil, errors.Join(err, h.close(true))
	}
	return h, nil
}

// settle reserves the ports of a process and opens its gates.
func (h *here) settle(_ context.Context, p *place) error {
	p.host, p.bind, p.classpath = loopback, loopback, h.classpath
	p.machine = &local{here: h, Process: process.Process{
		Name: p.name, Dir: p.dir, Log: p.log, Words: p.lastWords,
	}}
	ports := []*int{&p.rpcBind}
	if p.master {
		ports = append(ports, &p.rest, &p.blob)
	}
	for _, port := range ports {
		number, release, err := process.ReservePort()
		if err != nil {
			return err
		}
		*port = number
		h.release = append(h.release, release)
	}
	p.restHere = fmt.Sprintf("%s:%d", loopback, p.rest)
	addr, err := h.gates.open("", p.name, fmt.Sprintf("%s:%d", loopback, p.rpcBind))
	if err != nil {
		return err
	}
	p.rpc = addr.Port
	for i, target := range h.zooKeeper {
		addr, err := h.gates.open(p.name, plan.ServerName(i+1), target)
		if err != nil {
			return err
		}
		p.zooKeeper = append(p.zooKeeper, addr.String())
	}
	return nil
}

func (h *here) setLink(_ context.Context, from, to string, state cluster.Link) error {
	h.gates.set(from, to, state)
	return nil
}

func (h *here) close(retired bool) error {
	h.launcher.Close()
	errs := []error{h.gates.close()}
	for _, release := range h.release {
		errs = append(errs, release())
	}
	if retired {
		errs = append(errs, h.record.Close())
	}
	return errors.Join(errs...)
}

// local is a process of this machine.
type local struct {
	here *here
	process.Process
}

func (l *local) start(_ context.Context, args []string) error {
	return l.Process.Start(l.here.launcher, l.here.java, append([]string{l.here.marker}, args...))
}

func (l *local) kill(ctx context.Context) error   { return l.Process.Kill(ctx) }
func (l *local) pause(ctx context.Context) error  { return l.Process.Pause(ctx) }
func (l *local) resume(context.Context) error     { return l.Process.Resume() }
func (l *local) retire(ctx context.Context) error { return l.Process.Retire(ctx) }
func (l *local) ended() <-chan struct{}           { return l.Process.Ended() }

func (l *local) exitCode(context.Context) (int, error) { return l.Process.ExitCode(), nil }
