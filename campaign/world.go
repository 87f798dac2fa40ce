package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/docker"
	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/cluster/local"
	"github.com/schismlab/schism/cluster/run"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// The worlds, by name.
const (
	Sim    = "sim"
	Local  = "local"
	Docker = "docker"
)

// Worlds lists the worlds, the cheapest first.
func Worlds() []string { return []string{Sim, Local, Docker} }

// CheckWorld says whether there is such a world, and in a real one such a
// release, of ZooKeeper or of Flink: which one is meant, a plan decides. The errors are *BadInput and *artifact.UnknownVersion.
func CheckWorld(world, version string) error {
	if !slices.Contains(Worlds(), world) {
		return Badf("unknown world %q: want one of %s", world, strings.Join(Worlds(), ", "))
	}
	if world == Sim {
		if version != "" {
			return Badf("--version %s: the model has no releases, only variants; use --variant, or --world local", version)
		}
		return nil
	}
	if version == "" {
		return nil
	}
	if _, err := artifact.FlinkDigest(version); err == nil || strings.HasPrefix(version, "1.") || strings.HasPrefix(version, "2.") {
		return err
	}
	_, err := artifact.Digest(version)
	return err
}

// releaseOf is what a version names in a real world: Flink's release where the
// plan has Flink, which then runs on the newest ZooKeeper, and else ZooKeeper's.
// An empty one is the newest.
func releaseOf(p *plan.Plan, version string) (zooKeeper, flink string) {
	if p.Flink != (plan.Flink{}) {
		return artifact.Default, cmp.Or(version, artifact.DefaultFlink)
	}
	return cmp.Or(version, artifact.Default), ""
}

// CheckRelease says whether the releases are known that a plan is to run on in a real
// world. The error is, or wraps, an *artifact.UnknownVersion.
func CheckRelease(p *plan.Plan, version string) error {
	zooKeeper, flink := releaseOf(p, version)
	if flink != "" {
		if _, err := artifact.FlinkDigest(flink); err != nil {
			if _, other := artifact.Digest(flink); other == nil {
				return fmt.Errorf("%w; %s is one of ZooKeeper, and scenario %s takes one of Flink", err, flink, p.Scenario)
			}
			return err
		}
	}
	_, err := artifact.Digest(zooKeeper)
	if err != nil && slices.Contains(artifact.FlinkVersions(), zooKeeper) {
		return fmt.Errorf("%w; %s is one of Flink, and scenario %s has no Flink", err, zooKeeper, p.Scenario)
	}
	return err
}

// CheckPlan says whether the plan can be carried out in a world at all. The
// error is a *BadInput.
func CheckPlan(p *plan.Plan, world string) error {
	if world == Sim {
		if _, err := sim.ProtocolOf(p); err != nil {
			return Badf("%v", err)
		}
		return nil
	}
	if p.Bug != "" {
		return Badf("bug %s: only the model has planted bugs; use --world sim", p.Bug)
	}
	if p.Protocol != "" && p.Protocol != sim.ZAB {
		return Badf("protocol %s: only the model has a choice of protocols; use --world sim", p.Protocol)
	}
	if p.Variant != "" {
		return Badf("variant %s: only the model has variants; use --version, or --world sim", p.Variant)
	}
	if p.Reconfigures() && world != Docker {
		return Badf("in world %s servers see each other through proxies, and no configuration has one address of a server for all; use --world sim or docker", world)
	}
	if why := p.RunsOnlyInModel(); why != "" {
		return Badf("%s; use --world sim", why)
	}
	for i, s := range p.Steps {
		if why := s.RunsOnlyInModel(); why != "" {
			return Badf("step %d, %q: %s; use --world sim", i+1, s.String(), why)
		}
	}
	return nil
}

// CheckJobJar says whether a jar, if one is given, can be run by the cluster of a plan.
// The error is a *BadInput.
func CheckJobJar(p *plan.Plan, world, jar string) error {
	switch {
	case jar == "":
		return nil
	case world == Sim:
		return Badf("--job-jar %s: the model runs no jars; use --world local", jar)
	case p.Flink == (plan.Flink{}):
		return Badf("--job-jar %s: scenario %s has no Flink cluster that would run it", jar, p.Scenario)
	}
	if p.Flink.Application {
		return Badf("--job-jar %s: in application mode JobManagers begin in a class of the jar that is built here; leave it out, or use --flink-mode session", jar)
	}
	if err := flinkjob.Check(jar); err != nil {
		return Badf("%v", err)
	}
	return nil
}

// real is a world of real servers: an ensemble is started for each run, and is
// gone at its end.
type real struct {
	name string
	// version is a release of what the plan is about: see releaseOf.
	version string
	// dir is an existing folder for what the servers write.
	dir string
	// jobJar is what a Flink cluster runs, "" what is built for it.
	jobJar string
	start  func(context.Context, cluster.Options) (cluster.Ensemble, error)
}

var (
	_ scenarios.World = (*real)(nil)
	_ scenarios.World = (*sim.World)(nil)
)

func newReal(name, version, dir, jobJar string) *real {
	w := &real{name: name, version: version, dir: dir, jobJar: jobJar, start: docker.Start}
	if name == Local {
		w.start = func(ctx context.Context, o cluster.Options) (cluster.Ensemble, error) {
			e, err := local.Start(ctx, o)
			if err != nil {
				return nil, err // not e: a nil *Ensemble is no nil cluster.Ensemble
			}
			return e, nil
		}
	}
	return w
}

func (w *real) Name() string { return w.name }

// Run starts the servers, carries p out and takes the servers away.
func (w *real) Run(ctx context.Context, p *plan.Plan, log runlog.Sink) (err error) {
	zooKeeper, flink := releaseOf(p, w.version)
	at := run.Flink{Version: flink, Jar: w.jobJar}
	if flink != "" {
		at.Dir = filepath.Join(w.dir, "flink")
	}
	if err := os.MkdirAll(cmp.Or(at.Dir, w.dir), 0o755); err != nil {
		return err
	}
	e, err := w.start(ctx, cluster.Options{
		Servers: p.Topology.Servers, Reconfigures: p.Reconfigures(), Spares: p.Topology.Spares, Version: zooKeeper, Dir: w.dir, Tick: time.Duration(p.Topology.Tick),
		InitLimit: p.Topology.InitLimit, SyncLimit: p.Topology.SyncLimit, Seed: p.Seed,
	})
	if err != nil {
		return err
	}
	defer func() {
		if closed := e.Close(); closed != nil {
			err = errors.Join(err, fmt.Errorf("the servers could not be taken away: %w", closed))
		}
	}()
	return run.WithFlink(ctx, p, e, at, log)
}
