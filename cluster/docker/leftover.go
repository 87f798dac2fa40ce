package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"golang.org/x/sync/errgroup"

	"github.com/schismlab/schism/cluster/image"
	"github.com/schismlab/schism/cluster/leftover"
)

// Labels on everything that a run makes in the engine.
const (
	labelRun   = "schism.run"
	labelOwner = "schism.owner"
)

// labels are new each time, since the container library adds its own to them.
func labels(run string) map[string]string {
	return map[string]string{labelRun: run, labelOwner: leftover.Self().String()}
}

// kindName is what the register of leftovers calls the containers and the
// network of one run; their ID is the run's name.
const kindName = "docker"

func init() { leftover.Register(kindName, kind{}) }

type kind struct{}

func (kind) Remove(ctx context.Context, id string) error {
	engine, err := image.Engine(ctx)
	if err != nil {
		return err
	}
	defer engine.Close()
	return remove(ctx, engine, id)
}

// Sweep removes containers and networks whose owner is dead, by their labels
// alone: it finds them also when the register of leftovers was lost. It returns
// the names of the runs.
func Sweep(ctx context.Context) ([]string, error) {
	engine, err := image.Engine(ctx)
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	owners, err := ownedRuns(ctx, engine)
	if err != nil {
		return nil, err
	}
	var swept []string
	var failed error
	for run, text := range owners {
		owner, err := leftover.ParseOwner(text)
		if err != nil || owner.Alive() {
			continue // what cannot be read is not ours to judge
		}
		if err := remove(ctx, engine, run); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		swept = append(swept, run)
	}
	return swept, failed
}

// ownedRuns maps each run that the engine holds something of to its owner.
func ownedRuns(ctx context.Context, engine *testcontainers.DockerClient) (map[string]string, error) {
	owners := map[string]string{}
	filter := make(client.Filters).Add("label", labelOwner)
	containers, err := engine.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filter})
	if err != nil {
		return nil, err
	}
	for _, c := range containers.Items {
		owners[c.Labels[labelRun]] = c.Labels[labelOwner]
	}
	networks, err := engine.NetworkList(ctx, client.NetworkListOptions{Filters: filter})
	if err != nil {
		return nil, err
	}
	for _, n := range networks.Items {
		owners[n.Labels[labelRun]] = n.Labels[labelOwner]
	}
	delete(owners, "")
	return owners, nil
}

// remove takes away all containers of a run, then its network, for which they
// have to be gone. That nothing is there is a success.
func remove(ctx context.Context, engine *testcontainers.DockerClient, run string) error {
	filter := make(client.Filters).Add("label", labelRun+"="+run)
	containers, err := engine.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: filter})
	if err != nil {
		return fmt.Errorf("remove run %s: %w", run, err)
	}
	if err := removeContainers(ctx, engine, containers.Items); err != nil {
		return fmt.Errorf("remove run %s: %w", run, err)
	}
	networks, err := engine.NetworkList(ctx, client.NetworkListOptions{Filters: filter})
	if err != nil {
		return fmt.Errorf("remove run %s: %w", run, err)
	}
	for _, n := range networks.Items {
		if err := removeNetwork(ctx, engine, n.ID); err != nil {
			return fmt.Errorf("remove run %s: %w", run, err)
		}
	}
	return nil
}

// removeContainers removes those that have a process first, all at once, and then the
// sandboxes, which are in the network, one after the other: an engine of Debian 12's
// age (20.10) that takes away several endpoints at a time may miscount them, and then
// the network cannot be removed until the engine is started again.
func removeContainers(ctx context.Context, engine *testcontainers.DockerClient, list []container.Summary) error {
	remove := func(id string) error {
		_, err := engine.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
		return gone(err)
	}
	var g errgroup.Group
	var sandboxes []string
	for _, c := range list {
		if container.NetworkMode(c.HostConfig.NetworkMode).IsContainer() {
			g.Go(func() error { return remove(c.ID) })
		} else {
			sandboxes = append(sandboxes, c.ID)
		}
	}
	err := g.Wait()
	for _, id := range sandboxes {
		err = errors.Join(err, remove(id))
	}
	return err
}

// endpointLimit bounds the wait for the engine to give back what containers had of a
// network.
const endpointLimit = 20 * time.Second

// removeNetwork removes a network when nobody is in it any more: the engine takes a
// container's endpoint away a moment after it has said that the container is gone.
func removeNetwork(ctx context.Context, engine *testcontainers.DockerClient, id string) error {
	ctx, cancel := context.WithTimeout(ctx, endpointLimit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := engine.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
		if err = gone(err); err == nil || !strings.Contains(err.Error(), "active endpoints") {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: if nobody is in it the engine has miscounted, and must be started again", err)
		}
	}
}

// gone passes over the error that says that somebody else was faster.
func gone(err error) error {
	if cerrdefs.IsNotFound(err) || cerrdefs.IsConflict(err) {
		return nil
	}
	return err
}
