package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	apinet "github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/schismlab/schism/cluster/process"
	"github.com/schismlab/schism/cluster/server"
)

// Ports inside the containers, ZooKeeper's customary ones.
const (
	clientPort   = 2181
	quorumPort   = 2888
	electionPort = 3888
)

// mountPoint is where a container sees its server's folder.
const mountPoint = "/schism"

// node is one server: a sandbox that holds its network namespace, addresses and
// published port for as long as the ensemble lives, and beside it the container
// of the server itself, which comes and goes.
type node struct {
	ensemble   *Ensemble
	n          int
	dir        string
	ip         netip.Addr
	clientAddr string

	sandbox    testcontainers.Container
	sandboxPID int
	container  testcontainers.Container

	// mu keeps Start, Kill, Pause and Resume of this server apart.
	mu      sync.Mutex
	process *process.Adopted // the server's, nil if it is out of reach
	frozen  bool             // by the engine

	log    sync.WaitGroup // copies what the server says into server.log
	hangUp func()         // breaks that off
	// silent is closed when the server of this life can say no more; ours says that
	// we have killed it.
	silent chan struct{}
	ours   bool
}

// create makes both containers and starts the sandbox.
func (s *node) create(ctx context.Context) (err error) {
	s.sandbox, err = testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{ContainerRequest: s.sandboxRequest()})
	if err != nil {
		return fmt.Errorf("server %d: sandbox: %w", s.n, err)
	}
	s.container, err = testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{ContainerRequest: s.request()})
	if err != nil {
		return fmt.Errorf("server %d: container: %w", s.n, err)
	}
	// Starting through the container library would add a wait for the port, on
	// which nobody in the sandbox ever listens.
	id := s.sandbox.GetContainerID()
	if _, err := s.ensemble.engine.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		return fmt.Errorf("server %d: start its sandbox: %w", s.n, err)
	}
	res, err := s.ensemble.engine.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return fmt.Errorf("server %d: sandbox: %w", s.n, err)
	}
	s.sandboxPID = res.Container.State.Pid
	if s.clientAddr, err = published(&res.Container); err != nil {
		return fmt.Errorf("server %d: %w", s.n, err)
	}
	return nil
}

// sandboxRequest describes a process that does nothing but keep a network
// namespace alive. A server killed in it leaves a machine that still answers, as
// a crash of a process does, and rules and addresses outlive the server.
func (s *node) sandboxRequest() testcontainers.ContainerRequest {
	port := apinet.MustParsePort(strconv.Itoa(clientPort) + "/tcp")
	return testcontainers.ContainerRequest{
		Name:         s.name("net"),
		Image:        s.ensemble.img.Ref,
		Entrypoint:   []string{"sleep", "1000000000"},
		Labels:       labels(s.ensemble.run),
		ExposedPorts: []string{port.String()},
		Networks:     []string{s.ensemble.net.name},
		EndpointSettingsModifier: func(m map[string]*apinet.EndpointSettings) {
			for _, e := range m {
				e.IPAMConfig = &apinet.EndpointIPAMConfig{IPv4Address: s.ip}
			}
		},
		ConfigModifier: func(c *container.Config) { c.User = user() },
		HostConfigModifier: func(h *container.HostConfig) {
			confine(h)
			h.PortBindings = apinet.PortMap{port: {{HostIP: netip.MustParseAddr("127.0.0.1"), HostPort: "0"}}}
		},
	}
}

// request describes the container of the server.
func (s *node) request() testcontainers.ContainerRequest {
	cmd := server.JVMOptions(s.ensemble.run)
	cmd = append(cmd, "-cp", s.ensemble.img.Classpath, server.MainClass, mountPoint+"/zoo.cfg")
	return testcontainers.ContainerRequest{
		Name:       s.name("zk"),
		Image:      s.ensemble.img.Ref,
		Entrypoint: []string{"java"},
		Cmd:        cmd,
		Labels:     labels(s.ensemble.run),
		ConfigModifier: func(c *container.Config) {
			c.User = user()
			c.WorkingDir = mountPoint
		},
		HostConfigModifier: func(h *container.HostConfig) {
			confine(h)
			h.NetworkMode = container.NetworkMode("container:" + s.sandbox.GetContainerID())
			// z lets a container in where SELinux guards the folder, and does
			// nothing elsewhere.
			h.Binds = []string{s.dir + ":" + mountPoint + ":rw,z"}
		},
	}
}

// name makes a container easy to find in the engine's list.
func (s *node) name(role string) string {
	return fmt.Sprintf("schism-%s-n%d-%s", s.ensemble.run, s.n, role)
}

// confine takes from a container what a server does not need. What it says is
// kept in server.log, so the engine need not keep it as well.
func confine(h *container.HostConfig) {
	h.CapDrop = []string{"ALL"}
	h.SecurityOpt = []string{"no-new-privileges"}
	h.LogConfig = container.LogConfig{Type: "none"}
}

// user is the owner of the run's folder, so that what a server writes can be
// read and removed without root.
func user() string { return fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid()) }

// published is where the engine listens for the sandbox's client port.
func published(info *container.InspectResponse) (string, error) {
	for port, bindings := range info.NetworkSettings.Ports {
		for _, b := range bindings {
			if port.Num() == clientPort && b.HostPort != "" {
				return net.JoinHostPort(b.HostIP.String(), b.HostPort), nil
			}
		}
	}
	return "", errors.New("the engine published no client port")
}

// start attaches to what the server will say and starts it.
func (s *node) start(ctx context.Context) error {
	file, err := os.OpenFile(filepath.Join(s.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	id := s.container.GetContainerID()
	said, err := s.ensemble.engine.ContainerAttach(context.WithoutCancel(ctx), id, client.ContainerAttachOptions{Stream: true, Stdout: true, Stderr: true})
	if err != nil {
		return errors.Join(fmt.Errorf("server %d: attach: %w", s.n, err), file.Close())
	}
	silent := make(chan struct{})
	s.hangUp, s.silent, s.ours = said.Close, silent, false
	s.log.Go(func() {
		defer close(silent)
		defer file.Close()
		defer said.Close()
		// It ends with the container. An error of the stream has nobody to go
		// to, and the log shows that it is cut short.
		_, _ = stdcopy.StdCopy(file, file, said.Reader)
	})
	if _, err := s.ensemble.engine.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		said.Close()
		return fmt.Errorf("server %d: start: %w", s.n, err)
	}
	return s.adopt(ctx)
}

// release waits for the copy of the log, which ends with the container. If that
// could not be removed the copy is broken off.
func (s *node) release(removed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !removed && s.hangUp != nil {
		s.hangUp()
	}
	s.log.Wait()
	s.disown()
}
