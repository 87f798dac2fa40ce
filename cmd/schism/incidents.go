package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/incidents"
)

// trackVerdict is what the exit code says of an incident.
func trackVerdict(t *incidents.Track) checker.Verdict {
	if t.Well() {
		return checker.OK
	}
	return checker.Violation
}

func incidentsCommand() *cobra.Command {
	o := &where{}
	attempts, record := 1, ""
	c := &cobra.Command{
		Use:   "incidents [NAME…]",
		Short: "Reproduce real bugs, and show that they are gone where they were repaired",
		Long: "Carry each incident's plan out on what is affected and on what is repaired: variants of the model, or\n" +
			"releases in a real world. An incident is well when every attempt showed the expected violation on the\n" +
			"first and none on the second; else the exit code is 1. Where no release is repaired, only the affected\n" +
			"one is tried. In a real world, those that need a moment only the model sees are left out, and said to be.\n\n" +
			"Without a NAME all are tried:\n" + wrapped(incidents.Names()),
		ValidArgs: incidents.Names(),
		RunE: func(c *cobra.Command, names []string) error {
			if err := campaign.CheckWorld(o.world, o.version); err != nil {
				return err
			}
			if err := o.check(); err != nil {
				return err
			}
			if attempts < 1 {
				return badInput{fmt.Sprintf("--attempts %d: want at least 1", attempts)}
			}
			list, err := incidentsNamed(names)
			if err != nil {
				return badInput{err.Error()}
			}
			if err := appendable(record); err != nil {
				return err
			}
			return o.incidents(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), list, attempts, record)
		},
	}
	f := c.Flags()
	f.StringVar(&o.world, "world", campaign.Sim, "where to carry them out: "+strings.Join(campaign.Worlds(), ", "))
	f.BoolVar(&o.json, "json", false, "print one JSON object an incident")
	f.StringVar(&o.out, "out", "out", "folder for run folders")
	f.IntVar(&attempts, "attempts", attempts, "attempts on what is affected, and as many on what is repaired")
	f.StringVar(&record, "record", "", "file to which each incident's line is appended, as --json prints it")
	return c
}

func incidentsNamed(names []string) ([]*incidents.Incident, error) {
	if len(names) == 0 {
		return incidents.All(), nil
	}
	var list []*incidents.Incident
	for _, n := range names {
		i, err := incidents.Named(n)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, nil
}

func (o *where) incidents(ctx context.Context, stdout, stderr io.Writer, list []*incidents.Incident, attempts int, record string) error {
	if err := cleanUp(ctx, o.world, stderr); err != nil {
		return err
	}
	worst, told := checker.OK, 0
	for _, i := range list {
		if o.world != campaign.Sim && i.Release == "" {
			fmt.Fprintf(stderr, "left out: %s needs a moment that only the model sees\n", i.Name)
			continue
		}
		if why := o.unfit(i); why != nil {
			fmt.Fprintf(stderr, "left out: %s: %v\n", i.Name, why)
			continue
		}
		t, err := o.attempt(ctx, stderr, i, attempts)
		if err != nil {
			return err
		}
		told++
		worst = max(worst, trackVerdict(t))
		if err := printTrack(stdout, t, o.json); err != nil {
			return err
		}
		if record == "" {
			continue
		}
		if err := appendTrack(record, t); err != nil {
			return err
		}
	}
	if told == 0 {
		return errNothingRan
	}
	if worst != checker.OK {
		return verdictError{worst}
	}
	return nil
}

// unfit says why an incident's plan cannot be carried out in this world, nil if it can.
func (o *where) unfit(i *incidents.Incident) error {
	job, err := campaign.Draw(i.Scenario(), 0, scenarios.Options{}, o.world, i.Release)
	if err != nil {
		return err
	}
	return campaign.CheckPlan(job.Plan, o.world)
}

// attempt carries an incident out, on both sides.
func (o *where) attempt(ctx context.Context, stderr io.Writer, i *incidents.Incident, attempts int) (*incidents.Track, error) {
	t := &incidents.Track{Incident: i.Name, World: o.world, FixedIn: i.FixedIn, Attempts: attempts, Signature: i.Signature, Commit: commit()}
	affected, fixed := i.Release, i.FixedRelease
	if i.Repaired() != i {
		fixed = i.Release
	}
	if o.world == campaign.Sim {
		affected, fixed = i.Affected, i.Fixed
		t.Variant = affected
	} else {
		t.Version, t.Unrepaired = affected, fixed == ""
	}
	if t.Repaired = fixed; o.world != campaign.Sim && i.Repaired() != i {
		t.Repaired += " with an option"
	}
	var seconds []float64
	for n := range attempts {
		res, err := o.once(ctx, i, n, affected)
		if err != nil {
			return nil, err
		}
		if res.Verdict == checker.Violation && res.Signature == i.Signature {
			t.Reproduced++
			seconds = append(seconds, float64(res.WallMs)/1000)
		} else {
			tellAttempt(stderr, i, n, affected, res)
		}
		if t.Unrepaired {
			continue
		}
		if res, err = o.once(ctx, i.Repaired(), n, fixed); err != nil {
			return nil, err
		}
		switch {
		case res.Verdict.Passes():
			continue
		case res.Verdict == checker.Violation:
			t.ReproducedFixed++
		default:
			t.UndecidedFixed++
		}
		tellAttempt(stderr, i.Repaired(), n, fixed, res)
	}
	t.Took(seconds)
	return t, nil
}

// tellAttempt says what came of an attempt that did not go as it should.
func tellAttempt(stderr io.Writer, i *incidents.Incident, n int, what string, res *campaign.Result) {
	fmt.Fprintf(stderr, "schism: attempt %d of %s on %s: %v %s: see %s\n", n+1, i.Name, what, res.Verdict, res.Signature, res.Log)
}

// once makes attempt n, from 0. Seed 0 is the plan as it was cut down; others move its
// moments, where they can.
func (o *where) once(ctx context.Context, i *incidents.Incident, n int, what string) (*campaign.Result, error) {
	r := &campaign.Runner{World: o.world, Out: o.out, Keep: true}
	opts := scenarios.Options{}
	if o.world == campaign.Sim {
		opts.Variant = what
	} else {
		r.Version = what
	}
	job, err := campaign.Draw(i.Scenario(), uint64(n), opts, o.world, r.Version)
	if err != nil {
		return nil, err
	}
	if o.world == campaign.Sim {
		job.Again = "-" + what // a release is in the folder's name
	}
	if n > 0 {
		job.Again += fmt.Sprintf("-%d", n+1) // an exact plan has one seed, and each attempt a folder
	}
	return r.Run(ctx, job)
}

func printTrack(w io.Writer, t *incidents.Track, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(t)
	}
	if t.Unrepaired {
		_, err := fmt.Fprintf(w, "%-10s %-16s %d of %d on %s, repaired in no release: %s\n",
			trackVerdict(t), t.Incident, t.Reproduced, t.Attempts, t.Version, t.Signature)
		return err
	}
	_, err := fmt.Fprintf(w, "%-10s %-16s %d of %d on %s, %d on the repaired one (repaired in %s): %s\n", trackVerdict(t), t.Incident,
		t.Reproduced, t.Attempts, cmp.Or(t.Variant, t.Version), t.ReproducedFixed, cmp.Or(t.FixedIn, "no release"), t.Signature)
	return err
}

// appendable says before hours of attempts whether a track record can be written.
func appendable(file string) error {
	if file == "" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return badInput{fmt.Sprintf("--record: %v", err)}
	}
	return f.Close()
}

// appendTrack adds a line to a track record.
func appendTrack(file string, t *incidents.Track) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(f).Encode(t), f.Close())
}
