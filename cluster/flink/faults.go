//go:build unix

package flink

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// restartAfter is how long the supervisor lets pass before it starts a process
// again that has ended itself.
const restartAfter = time.Second

// flags is what faults have asked of a process, and the supervisor obeys.
type flags struct {
	mu   sync.Mutex // held over each start and kill, and over what is said of it
	down bool       // killed by us: not to be started again
}

// Start starts a process that is not running. One that had ended itself, and that
// the supervisor has started again meanwhile, counts as started.
func (c *Cluster) Start(ctx context.Context, name string) error {
	return c.with(ctx, name, func(p *place) error {
		p.asked.mu.Lock()
		defer p.asked.mu.Unlock()
		if !p.asked.down && p.running() {
			return nil
		}
		p.asked.down = false
		return c.run(ctx, p)
	})
}

// run starts the process and its supervisor; p.asked.mu is held.
func (c *Cluster) run(ctx context.Context, p *place) error {
	if err := p.start(ctx, c.args(p)); err != nil {
		return err
	}
	c.o.Observe(runlog.Event{Kind: runlog.Start, Proc: p.name})
	ended := p.ended()
	c.running.Go(func() { c.supervise(p, ended) })
	return nil
}

// supervise starts a process again that has ended itself, as a service manager
// would that restarts what has failed, and says so. One of an application that has
// done what it was there for stays down.
func (c *Cluster) supervise(p *place, ended <-chan struct{}) {
	select {
	case <-ended:
	case <-c.ctx.Done():
		return
	}
	p.asked.mu.Lock()
	// One that was killed, and perhaps started again since, is another one's.
	mine := p.ended() == ended && !p.asked.down && c.ctx.Err() == nil
	done := mine && c.o.Application != nil && c.endedWell(p)
	switch {
	case done:
		c.gone(c.ctx, p, runlog.Exit, p.lastWords())
	case mine:
		c.gone(c.ctx, p, runlog.Crash, p.lastWords())
	}
	p.asked.mu.Unlock()
	if !mine || done {
		return
	}
	select {
	case <-time.After(restartAfter):
	case <-c.ctx.Done():
		return
	}
	p.asked.mu.Lock()
	defer p.asked.mu.Unlock()
	// Somebody may have killed it, and started it again, in between.
	if p.asked.down || p.running() || c.ctx.Err() != nil {
		return
	}
	if err := c.run(c.ctx, p); err != nil {
		c.reports.Add(fmt.Errorf("starting %s again: %w", p.name, err))
	}
}

// endedWell says whether a process that has ended itself did with the exit code 0.
func (c *Cluster) endedWell(p *place) bool {
	code, err := p.exitCode(c.ctx)
	if err != nil {
		c.reports.Add(fmt.Errorf("how %s ended: %w", p.name, err))
	}
	return err == nil && code == 0
}

// gone says that a process is no more, and how it ended, after all that it has said.
func (c *Cluster) gone(ctx context.Context, p *place, how runlog.Kind, why string) {
	c.catchUp(ctx, p)
	p.silenced()
	c.o.Observe(runlog.Event{Kind: how, Proc: p.name, Text: why})
}

// Kill ends a process by SIGKILL, and it stays down until Start. One that has
// ended itself counts as killed.
func (c *Cluster) Kill(ctx context.Context, name string) error {
	return c.with(ctx, name, func(p *place) error {
		p.asked.mu.Lock()
		defer p.asked.mu.Unlock()
		alive := p.running()
		if err := p.kill(ctx); err != nil {
			return err
		}
		p.asked.down = true
		if alive {
			c.gone(ctx, p, runlog.Crash, "")
		}
		return nil
	})
}

// Pause stops a process by SIGSTOP.
func (c *Cluster) Pause(ctx context.Context, name string) error {
	return c.with(ctx, name, func(p *place) error {
		if err := p.pause(ctx); err != nil {
			return err
		}
		c.o.Observe(runlog.Event{Kind: runlog.Pause, Proc: p.name})
		return nil
	})
}

// Resume continues a process after Pause.
func (c *Cluster) Resume(ctx context.Context, name string) error {
	return c.with(ctx, name, func(p *place) error {
		if err := p.resume(ctx); err != nil {
			return err
		}
		c.o.Observe(runlog.Event{Kind: runlog.Resume, Proc: p.name})
		return nil
	})
}

// SetLink puts what goes from one to the other into a state; both are processes of
// the cluster, or one is a server of the ensemble, n1. It returns when that is in
// force. Lost is what comes late: each loss costs the time of a retransmission.
func (c *Cluster) SetLink(ctx context.Context, from, to string, state cluster.Link) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, a := c.place(from)
	_, b := c.place(to)
	if from == to || a != nil && b != nil {
		return fmt.Errorf("no link from %s to %s: want a process of Flink at one end", from, to)
	}
	for _, name := range []string{from, to} {
		if _, err := c.place(name); err != nil && !c.isServer(name) {
			return fmt.Errorf("%w, or n1 to n%d", err, len(c.o.ZooKeeper))
		}
	}
	return c.site.setLink(ctx, from, to, state)
}

func (c *Cluster) isServer(name string) bool {
	n := plan.ServerNumber(name)
	return n >= 1 && n <= len(c.o.ZooKeeper)
}

func (c *Cluster) with(ctx context.Context, name string, do func(*place) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p, err := c.place(name)
	if err != nil {
		return err
	}
	return do(p)
}
