package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

func replayCommand() *cobra.Command {
	var o where
	c := &cobra.Command{
		Use:   "replay PLAN|RUNFOLDER|LOG",
		Short: "Carry a plan out again",
		Long: "Carry out a plan, the plan in a run folder, or the plan that lies beside a run log. The run folder is\n" +
			"OUT/SCENARIO/WORLD-SEED-replay, so that a replay does not overwrite what it replays.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := campaign.CheckWorld(o.world, o.version); err != nil {
				return err
			}
			if err := o.check(); err != nil {
				return err
			}
			p, path, err := loadPlan(args[0])
			if err != nil {
				return err
			}
			return o.replay(c.Context(), p, path, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	o.flags(c)
	return c
}

func (o *where) replay(ctx context.Context, p *plan.Plan, path string, stdout, stderr io.Writer) error {
	if err := errors.Join(campaign.CheckPlan(p, o.world), campaign.CheckJobJar(p, o.world, o.jobJar)); err != nil {
		return err
	}
	job := campaign.Job{Plan: p, Again: "-replay", Reproduce: fmt.Sprintf("schism replay %s --world %s", path, o.world)}
	if o.version != "" {
		job.Reproduce += " --version " + o.version
	}
	job.Reproduce = o.withJar(job.Reproduce)
	// A plan of nobody's scenario is judged by the checks alone.
	if s, err := named(p.Scenario); err == nil {
		job.Scenario = s
	}
	if err := cleanUp(ctx, o.world, stderr); err != nil {
		return err
	}
	show := newProgress(stderr, 1)
	defer show.close()
	show.scenario(p.Scenario)
	r := &campaign.Runner{World: o.world, Version: o.version, JobJar: o.jobJar, Out: o.out, Keep: true}
	if o.world != campaign.Sim {
		r.Watch = show.event
		r.Began = show.began
	}
	res, err := r.Run(ctx, job)
	if err != nil {
		return err
	}
	out := newPrinter(stdout, o.json, show)
	if err := out.result(res); err != nil {
		return err
	}
	return out.end()
}

// loadPlan finds the plan that the path means, and gives its own path too.
func loadPlan(path string) (*plan.Plan, string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", reading(err)
	}
	if info.IsDir() {
		path = filepath.Join(path, campaign.PlanFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, "", reading(err)
	}
	if bytes.HasPrefix(text, []byte("{")) {
		h, err := runlog.NewReader(path, bytes.NewReader(text))
		if err != nil {
			return nil, "", err
		}
		beside := filepath.Join(filepath.Dir(path), campaign.PlanFile)
		if text, err = os.ReadFile(beside); err != nil {
			return nil, "", badInput{fmt.Sprintf("%s: no plan lies beside this log: want %s (its scenario is %s, its seed %d)",
				path, beside, h.Header.Scenario, h.Header.Seed)}
		}
		path = beside
	}
	p, err := plan.Parse(path, string(text))
	return p, path, err
}
