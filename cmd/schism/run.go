package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/docker"
	"github.com/schismlab/schism/cluster/leftover"
	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/incidents"
	"github.com/schismlab/schism/sim"
)

// where is what run and replay both ask for.
type where struct {
	world, version, out, jobJar string
	json                        bool
}

func (o *where) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.world, "world", campaign.Sim, "where to carry it out: "+strings.Join(campaign.Worlds(), ", "))
	f.StringVar(&o.version, "version", "", "release in a real world: of Flink where the scenario has it, else of ZooKeeper (the newest known one)")
	f.StringVar(&o.jobJar, "job-jar", "", "jar of the job that a real Flink cluster runs (the one that is built here)")
	f.BoolVar(&o.json, "json", false, "print one JSON object a run")
	f.StringVar(&o.out, "out", "out", "folder for run folders")
}

// check says what is wrong with the flags that run and replay share.
func (o *where) check() error {
	if o.out == "" {
		return badInput{"--out: want the name of a folder"}
	}
	return nil
}

type runOptions struct {
	where
	seed         seedFlag
	seeds        seedsFlag
	servers      int
	protocol     string
	variant, bug string
	flinkMode    string
	keep         bool
	names        []string
	list         []*scenarios.Scenario
	first        uint64
	count        int
}

func runCommand() *cobra.Command {
	o := &runOptions{seed: seedFlag{1}}
	c := &cobra.Command{
		Use:   "run SCENARIO…",
		Short: "Carry scenarios out and judge what happened",
		Long: "Carry scenarios out and judge what happened; \"all\" is every scenario.\n\n" +
			"A single run, and each that fails, leaves a folder OUT/SCENARIO/WORLD-SEED with log.jsonl, plan and\n" +
			"report.html. Of many runs in the model, those that pass leave none without --keep, and of those that\n" +
			"fail the first " + strconv.Itoa(campaign.KeptFailures) + " of each scenario do.\n\n" +
			"schism list names the scenarios; an incident is " + incidents.Prefix + "NAME, see schism incidents --help.",
		Example: "  schism run leader-partition --seed 1\n  schism run all --seeds 200\n  schism run leader-crash --world local --version 3.9.4\n" +
			"  schism run flink-failover --world local --version 2.3.0\n  schism run " + incidents.Prefix + "curator-696",
		Args: cobra.MinimumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return scenarios.Names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.names = args
			if err := o.resolve(c); err != nil {
				return err
			}
			return o.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.flags(c)
	f := c.Flags()
	f.Var(&o.seed, "seed", "seed, or the first of --seeds")
	f.Var(&o.seeds, "seeds", "how many seeds, or which (1)")
	f.IntVar(&o.servers, "servers", 0, "size of the ensemble (the scenario's own)")
	f.StringVar(&o.protocol, "protocol", "", "consensus protocol of the model: "+protocolNames()+" (the first)")
	f.StringVar(&o.variant, "variant", "", "version of the protocol, or of Flink, that the model follows: see schism version (the repaired one)")
	f.StringVar(&o.bug, "bug", "", "bug to plant in the model: see schism kills --help")
	f.StringVar(&o.flinkMode, "flink-mode", sessionMode, "how Flink runs: "+sessionMode+", or "+applicationMode+" for its job alone")
	f.BoolVar(&o.keep, "keep", false, "leave a run folder of every run")
	return c
}

// The values of --flink-mode.
const (
	sessionMode     = "session"
	applicationMode = "application"
)

// resolve finds every mistake that can be found before the first run.
func (o *runOptions) resolve(c *cobra.Command) (err error) {
	if err := campaign.CheckWorld(o.world, o.version); err != nil {
		return err
	}
	if o.flinkMode != sessionMode && o.flinkMode != applicationMode {
		return badInput{fmt.Sprintf("--flink-mode %s: want %s or %s", o.flinkMode, sessionMode, applicationMode)}
	}
	for _, name := range o.names {
		if name == "all" {
			for _, s := range scenarios.All() {
				if (!s.ModelOnly || o.world == campaign.Sim) && s.On(o.protocol) {
					o.list = append(o.list, s)
				}
			}
			continue
		}
		s, err := named(name)
		if err != nil {
			return badInput{err.Error()}
		}
		o.list = append(o.list, s)
	}
	if err := o.check(); err != nil {
		return err
	}
	if o.first, o.count, err = o.seeds.span(o.seed, c.Flags().Changed("seed")); err != nil {
		return err
	}
	if c.Flags().Changed("servers") && o.servers < 1 {
		return badInput{fmt.Sprintf("--servers %d: want at least 1", o.servers)}
	}
	if o.servers > 0 && o.servers%2 == 0 {
		fmt.Fprintf(c.ErrOrStderr(), "schism: %d servers need a quorum of %d and bear %d crashes, no more than %d servers do\n",
			o.servers, o.servers/2+1, (o.servers-1)/2, o.servers-1)
	}
	if err := o.leaveOut(c.ErrOrStderr()); err != nil {
		return err
	}
	for _, s := range o.list {
		job, err := o.job(s, o.first)
		if err != nil {
			return err
		}
		if o.world == campaign.Sim {
			err = nearby(job.Plan)
		} else {
			err = campaign.CheckRelease(job.Plan, o.version)
		}
		if err != nil {
			return err
		}
		if err := errors.Join(campaign.CheckPlan(job.Plan, o.world), campaign.CheckJobJar(job.Plan, o.world, o.jobJar)); err != nil {
			return err
		}
	}
	return nil
}

// leaveOut takes those scenarios out of "all" that --version is not about: a release of
// ZooKeeper says nothing of those with Flink, and the other way round.
func (o *runOptions) leaveOut(stderr io.Writer) error {
	if o.version == "" || !slices.Equal(o.names, []string{"all"}) {
		return nil
	}
	var list []*scenarios.Scenario
	var out []string
	for _, s := range o.list {
		job, err := o.job(s, o.first)
		if err != nil {
			return err
		}
		if campaign.CheckRelease(job.Plan, o.version) == nil {
			list = append(list, s)
		} else {
			out = append(out, s.Name)
		}
	}
	if o.list = list; len(out) > 0 {
		fmt.Fprintf(stderr, "left out, as %s is no release for them: %s\n", o.version, strings.Join(out, ", "))
	}
	return nil
}

// withJar is a command line with the jar of the job, if one is given.
func (o *where) withJar(command string) string {
	if o.jobJar == "" {
		return command
	}
	return command + " --job-jar " + o.jobJar
}

// named is the scenario or the incident of that name.
func named(name string) (*scenarios.Scenario, error) {
	if strings.HasPrefix(name, incidents.Prefix) {
		i, err := incidents.Named(name)
		if err != nil {
			return nil, err
		}
		return i.Scenario(), nil
	}
	s, err := scenarios.Named(name)
	if err != nil {
		if i, missed := incidents.Named(name); missed == nil {
			err = fmt.Errorf("unknown scenario %q: did you mean the incident %s%s?", name, incidents.Prefix, i.Name)
		}
	}
	return s, err
}

// nearby is an error for a variant or bug that the model of a plan does not have and
// that looks like one it has, or that belongs to Flink where the plan has none. It
// is nil where there is nothing to say beyond what the model does.
func nearby(p *plan.Plan) error {
	model, err := sim.ProtocolOf(p)
	if err == nil || model.Name == "" {
		return nil
	}
	for _, asked := range []struct {
		what, name    string
		known, flinks []string
	}{
		{"variant", p.Variant, model.Variants, flink.VariantNames()},
		{"bug", p.Bug, model.Bugs, flink.BugNames()},
	} {
		if asked.name == "" || slices.Contains(asked.known, asked.name) {
			continue
		}
		if slices.Contains(asked.flinks, asked.name) {
			return badInput{fmt.Sprintf("%s %s is one of Flink's, and scenario %s has no Flink: run one that has, such as flink-failover", asked.what, asked.name, p.Scenario)}
		}
		if near := scenarios.Nearest(asked.name, asked.known, 2); near != "" {
			return badInput{fmt.Sprintf("unknown %s %q of %s: did you mean %s? (all: %s)", asked.what, asked.name, model.Name, near, strings.Join(asked.known, ", "))}
		}
	}
	return nil
}

// job draws a run of a scenario.
func (o *runOptions) job(s *scenarios.Scenario, seed uint64) (campaign.Job, error) {
	job, err := campaign.Draw(s, seed, scenarios.Options{Servers: o.servers, Bug: o.bug, Protocol: o.protocol, Variant: o.variant, Application: o.flinkMode == applicationMode}, o.world, o.version)
	job.Reproduce = o.withJar(job.Reproduce)
	return job, err
}

func protocolNames() string {
	var names []string
	for _, p := range sim.Protocols() {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func (o *runOptions) run(ctx context.Context, stdout, stderr io.Writer) error {
	if err := cleanUp(ctx, o.world, stderr); err != nil {
		return err
	}
	total := len(o.list) * o.count
	r := &campaign.Runner{World: o.world, Version: o.version, JobJar: o.jobJar, Out: o.out, Keep: o.keep || total == 1}
	show := newProgress(stderr, total)
	if o.world != campaign.Sim {
		r.Watch = show.event
		r.Began = show.began
	}
	defer show.close()
	p := newPrinter(stdout, o.json, show)
	for _, s := range o.list {
		show.scenario(s.Name)
		draw := func(i int) (campaign.Job, error) { return o.job(s, o.first+uint64(i)) }
		err := campaign.Each(ctx, r, o.count, draw, func(_ int, res *campaign.Result) error { return p.result(res) })
		if err != nil {
			if ctx.Err() != nil {
				p.stopped(stderr, total)
			}
			return err
		}
	}
	return p.end()
}

// cleanUp removes what killed runs have left, before a run in a real world.
func cleanUp(ctx context.Context, world string, stderr io.Writer) error {
	if world == campaign.Sim {
		return nil
	}
	gone, err := leftover.Clean(ctx)
	for _, l := range gone {
		fmt.Fprintln(stderr, "schism: removed "+l.String())
	}
	if world == campaign.Docker && err == nil {
		_, err = docker.Sweep(ctx)
	}
	var lacks *cluster.NotReady
	if errors.As(err, &lacks) || ctx.Err() != nil {
		return err // the run would only say it again
	}
	if err != nil {
		// It may stand in the way or not: the run will say.
		fmt.Fprintf(stderr, "schism: some of what killed runs have left stays: %v\n", err)
	}
	return nil
}
