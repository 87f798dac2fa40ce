package docker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"sync"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	apinet "github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/schismlab/schism/cluster/process"
)

// box is one machine of the run's network: a sandbox that holds its network namespace,
// address and published ports for as long as the ensemble lives, and beside it the
// container of its process, a JVM, which comes and goes.
type box struct {
	ensemble *Ensemble
	// name is what links and containers call it, who what errors do.
	name, who string
	number    int // of its address, and of the queues for what it sends
	ip        netip.Addr
	contents  contents

	sandbox    testcontainers.Container
	sandboxPID int
	published  map[int]string // where this machine reaches a port, by its number inside
	container  testcontainers.Container

	// mu keeps start, kill, pause and resume of this machine apart.
	mu      sync.Mutex
	process *process.Adopted // nil if it is out of reach
	frozen  bool             // by the engine

	log    sync.WaitGroup // copies what the process says
	hangUp func()         // breaks that off
	// silent is closed when the process of this life can say no more; ours says that
	// we have killed it.
	silent chan struct{}
	ours   bool
}

// contents are what a box is given.
type contents struct {
	image string
	ports []int    // that this machine is to reach
	binds []string // folders and files of this machine, as the engine's -v has them
	dir   string   // where the process works, in the container
	log   string   // the file that takes what it says, on this machine
}

// open makes the sandbox and starts it.
func (b *box) open(ctx context.Context) (err error) {
	b.sandbox, err = testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{ContainerRequest: b.sandboxRequest()})
	if err != nil {
		return fmt.Errorf("%s: sandbox: %w", b.who, err)
	}
	// Starting through the container library would add a wait for the port, on
	// which nobody in the sandbox ever listens.
	id := b.sandbox.GetContainerID()
	if err := b.ensemble.attach(ctx, id); err != nil {
		return fmt.Errorf("%s: start its sandbox: %w", b.who, err)
	}
	res, err := b.ensemble.engine.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return fmt.Errorf("%s: sandbox: %w", b.who, err)
	}
	b.sandboxPID = res.Container.State.Pid
	if b.published, err = published(&res.Container, b.contents.ports); err != nil {
		return fmt.Errorf("%s: %w", b.who, err)
	}
	b.ensemble.links.enter(b)
	return nil
}

// attach starts a sandbox, which then is in the network. One at a time: see
// removeContainers.
func (e *Ensemble) attach(ctx context.Context, id string) error {
	e.attaching.Lock()
	defer e.attaching.Unlock()
	_, err := e.engine.ContainerStart(ctx, id, client.ContainerStartOptions{})
	return err
}

// fill makes the container of the process, which is java with these arguments.
func (b *box) fill(ctx context.Context, args []string) (err error) {
	b.container, err = testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{ContainerRequest: b.request(args)})
	if err != nil {
		return fmt.Errorf("%s: container: %w", b.who, err)
	}
	return nil
}

// sandboxRequest describes a process that does nothing but keep a network
// namespace alive. A process killed in it leaves a machine that still answers, as
// a crash of a process does, and rules and addresses outlive the process.
func (b *box) sandboxRequest() testcontainers.ContainerRequest {
	bindings, exposed := apinet.PortMap{}, []string(nil)
	for _, number := range b.contents.ports {
		port := apinet.MustParsePort(strconv.Itoa(number) + "/tcp")
		bindings[port] = []apinet.PortBinding{{HostIP: netip.MustParseAddr("127.0.0.1"), HostPort: "0"}}
		exposed = append(exposed, port.String())
	}
	return testcontainers.ContainerRequest{
		Name:         b.containerName("net"),
		Image:        b.contents.image,
		Entrypoint:   []string{"sleep", "1000000000"},
		Labels:       labels(b.ensemble.run),
		ExposedPorts: exposed,
		Networks:     []string{b.ensemble.net.name},
		EndpointSettingsModifier: func(m map[string]*apinet.EndpointSettings) {
			for _, e := range m {
				e.IPAMConfig = &apinet.EndpointIPAMConfig{IPv4Address: b.ip}
			}
		},
		ConfigModifier: func(c *container.Config) { c.User = user() },
		HostConfigModifier: func(h *container.HostConfig) {
			confine(h)
			h.PortBindings = bindings
		},
	}
}

// request describes the container of the process.
func (b *box) request(args []string) testcontainers.ContainerRequest {
	return testcontainers.ContainerRequest{
		Name:       b.containerName("java"),
		Image:      b.contents.image,
		Entrypoint: []string{"java"},
		Cmd:        args,
		Labels:     labels(b.ensemble.run),
		ConfigModifier: func(c *container.Config) {
			c.User = user()
			c.WorkingDir = b.contents.dir
		},
		HostConfigModifier: func(h *container.HostConfig) {
			confine(h)
			h.NetworkMode = container.NetworkMode("container:" + b.sandbox.GetContainerID())
			h.Binds = b.contents.binds
		},
	}
}

// containerName makes a container easy to find in the engine's list.
func (b *box) containerName(role string) string {
	return fmt.Sprintf("schism-%s-%s-%s", b.ensemble.run, b.name, role)
}

// confine takes from a container what its process does not need. What that says is
// kept in a file, so the engine need not keep it as well.
func confine(h *container.HostConfig) {
	h.CapDrop = []string{"ALL"}
	h.SecurityOpt = []string{"no-new-privileges"}
	h.LogConfig = container.LogConfig{Type: "none"}
}

// bind lets a container find a folder or file of this machine, in its own place if at
// is "". What is not writable is not relabelled either: it may be others'.
func bind(path, at string, writable bool) string {
	options := "ro"
	if writable {
		options = "rw,z" // z lets a container in where SELinux guards the folder
	}
	return path + ":" + cmp.Or(at, path) + ":" + options
}

// user is the owner of the run's folder, so that what a process writes can be
// read and removed without root.
func user() string { return fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid()) }

// published is where the engine listens for the sandbox's ports.
func published(info *container.InspectResponse, ports []int) (map[int]string, error) {
	at := map[int]string{}
	for port, bindings := range info.NetworkSettings.Ports {
		for _, b := range bindings {
			if b.HostPort != "" {
				at[int(port.Num())] = net.JoinHostPort(b.HostIP.String(), b.HostPort)
			}
		}
	}
	for _, p := range ports {
		if at[p] == "" {
			return nil, fmt.Errorf("the engine did not publish port %d", p)
		}
	}
	return at, nil
}

// start attaches to what the process will say and starts it.
func (b *box) start(ctx context.Context) error {
	file, err := os.OpenFile(b.contents.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	id := b.container.GetContainerID()
	said, err := b.ensemble.engine.ContainerAttach(context.WithoutCancel(ctx), id, client.ContainerAttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return errors.Join(fmt.Errorf("%s: attach: %w", b.who, err), file.Close())
	}
	silent := make(chan struct{})
	b.hangUp, b.silent, b.ours = said.Close, silent, false
	b.log.Go(func() {
		defer close(silent)
		defer file.Close()
		defer said.Close()
		// It ends with the container. An error of the stream has nobody to go
		// to, and the log shows that it is cut short.
		_, _ = stdcopy.StdCopy(file, file, said.Reader)
	})
	if _, err := b.ensemble.engine.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		said.Close()
		return fmt.Errorf("%s: start: %w", b.who, err)
	}
	return b.adopt(ctx)
}

// release waits for the copy of the log, which ends with the container. If that
// could not be removed the copy is broken off.
func (b *box) release(removed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !removed && b.hangUp != nil {
		b.hangUp()
	}
	b.log.Wait()
	b.disown()
}
