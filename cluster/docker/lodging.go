package docker

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/image"
	"github.com/schismlab/schism/cluster/server"
)

// Inside is where machines of the run's network reach the client port of server n. It
// panics if there is no such server.
func (e *Ensemble) Inside(n int) string {
	return fmt.Sprintf("%s:%d", e.must(n).ip, clientPort)
}

// Lodge makes a machine in the run's network, for a process of Flink. It is there, with
// its address, when Lodge returns, and until Close; its process is for Start. The error
// is a *cluster.NotReady when no image can be had.
func (e *Ensemble) Lodge(ctx context.Context, g cluster.Guest) (cluster.Machine, error) {
	img, err := e.flinkImage(ctx, g.Flink)
	if err != nil {
		return nil, err
	}
	c := contents{image: img.Ref, ports: g.Ports, dir: g.Dir, log: g.Log}
	for i, path := range slices.Concat(g.Folders, g.Files) {
		// The engine mounts what a path leads to, not the link.
		target, err := filepath.EvalSymlinks(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", g.Name, path, err)
		}
		c.binds = append(c.binds, bind(target, path, i < len(g.Folders)))
	}
	b, err := e.newBox(g.Name, g.Name, c)
	if err != nil {
		return nil, err
	}
	if err := b.open(ctx); err != nil {
		return nil, err
	}
	return &guest{b, img.Classpath}, nil
}

// flinkImage is the image of a release; whether it is still right is looked at once.
func (e *Ensemble) flinkImage(ctx context.Context, version string) (image.Image, error) {
	e.flink.Lock()
	defer e.flink.Unlock()
	img, ok := e.flink.images[version]
	if ok {
		return img, nil
	}
	img, err := image.EnsureFlink(ctx, version, io.Discard)
	if err == nil {
		if e.flink.images == nil {
			e.flink.images = map[string]image.Image{}
		}
		e.flink.images[version] = img
	}
	return img, err
}

// SetWay sets the rules for packets from one machine of the network that arrive at
// another; servers are called n1, n2, …, guests as they were lodged. See SetLink.
func (e *Ensemble) SetWay(_ context.Context, from, to string, l cluster.Link) error {
	a, errA := e.box(from)
	b, errB := e.box(to)
	switch {
	case errA != nil:
		return errA
	case errB != nil:
		return errB
	case a == b:
		return fmt.Errorf("link %s→%s: a machine has no link to itself", from, to)
	case l.Loss < 0 || l.Loss > million || l.Delay < 0 || l.Jitter < 0:
		return fmt.Errorf("link %s→%s: loss %d, delay %v, jitter %v: want loss of 0 to %d and no negative time", from, to, l.Loss, l.Delay, l.Jitter, million)
	}
	return e.links.set(a.number, b.number, l)
}

func (e *Ensemble) box(name string) (*box, error) {
	for _, b := range e.all() {
		if b.name == name {
			return b, nil
		}
	}
	return nil, fmt.Errorf("no machine %q in the network", name)
}

// all are the machines that there are by now.
func (e *Ensemble) all() []*box {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.boxes)
}

// guest is a machine that is no server's.
type guest struct {
	*box
	classpath string
}

// Addr is the machine's address in the network, Classpath where it has Flink's jars.
func (g *guest) Addr() string      { return g.ip.String() }
func (g *guest) Classpath() string { return g.classpath }

// Published is where this machine reaches a port of the guest's; it panics if that was
// not among Guest.Ports.
func (g *guest) Published(port int) string {
	at := g.published[port]
	if at == "" {
		panic(fmt.Sprintf("docker: port %d of %s is not published", port, g.name))
	}
	return at
}

// Start runs java with the arguments, which are the same each time.
func (g *guest) Start(ctx context.Context, args []string) error {
	return g.run(ctx, append([]string{server.Marker(g.ensemble.run)}, args...))
}

// Kill ends the process with SIGKILL, and returns when all that it said is in its log.
func (g *guest) Kill(ctx context.Context) error {
	silent := g.life()
	if err := g.kill(ctx); err != nil || silent == nil {
		return err
	}
	select {
	case <-silent:
		return nil
	case <-ctx.Done():
		return g.failed("kill", ctx.Err())
	}
}

// Pause stops every thread of the process.
func (g *guest) Pause(ctx context.Context) error {
	return g.pause(ctx)
}

// Resume lets the process go on.
func (g *guest) Resume(ctx context.Context) error {
	return g.resume(ctx)
}

// Ended is closed when the process that was started last has ended, and all that it
// said is in its log. It is nil while none has been started, and after Kill.
func (g *guest) Ended() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ours {
		return nil
	}
	return g.silent
}

// ExitCode is the one with which the process ended that was started last.
func (g *guest) ExitCode(ctx context.Context) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.ours && !g.silenced() {
		return 0, fmt.Errorf("%s has not ended", g.who)
	}
	// The engine may not have noticed yet.
	if err := g.awaitEnd(ctx); err != nil {
		return 0, fmt.Errorf("%s: %w", g.who, err)
	}
	st, err := g.state(ctx)
	if err != nil {
		return 0, err
	}
	return st.ExitCode, nil
}

// life ends with the process that was started last, however it did; it is nil if none
// was.
func (g *guest) life() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.silent
}
