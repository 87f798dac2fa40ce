package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/incidents"
)

// track is what became of an incident's attempts.
type track struct {
	Incident string `json:"incident"`
	Variant  string `json:"variant,omitempty"`
	Version  string `json:"version,omitempty"`
	FixedIn  string `json:"fixedIn"`
	Attempts int    `json:"attempts"`
	// Reproduced counts attempts that showed the expected signature on what is
	// affected, ReproducedFixed violations of any kind on what is repaired.
	Reproduced      int `json:"reproduced"`
	ReproducedFixed int `json:"reproducedFixed"`
	// Unrepaired: no release is, so only the affected side was tried.
	Unrepaired    bool    `json:"unrepaired,omitempty"`
	MedianSeconds float64 `json:"medianSeconds"`
	Signature     string  `json:"signature"`
}

func (t *track) verdict() checker.Verdict {
	if t.Reproduced == t.Attempts && t.ReproducedFixed == 0 {
		return checker.OK
	}
	return checker.Violation
}

func incidentsCommand() *cobra.Command {
	o := &where{}
	attempts := 1
	c := &cobra.Command{
		Use:   "incidents [NAME…]",
		Short: "Reproduce real bugs, and show that they are gone where they were repaired",
		Long: "Carry each incident's plan out on what is affected and on what is repaired: variants of the model, or\n" +
			"releases in a real world. An incident is well when every attempt showed the expected violation on the\n" +
			"first and none on the second; else the exit code is 1. Where no release is repaired, only the affected\n" +
			"one is tried. In a real world, those that need a moment\n" +
			"only the model sees are left out, and said to be.",
		RunE: func(c *cobra.Command, names []string) error {
			if err := campaign.CheckWorld(o.world, o.version); err != nil {
				return err
			}
			if attempts < 1 {
				return badInput{fmt.Sprintf("--attempts %d: want at least 1", attempts)}
			}
			list, err := incidentsNamed(names)
			if err != nil {
				return badInput{err.Error()}
			}
			return o.incidents(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), list, attempts)
		},
	}
	f := c.Flags()
	f.StringVar(&o.world, "world", campaign.Sim, "where to carry them out: "+strings.Join(campaign.Worlds(), ", "))
	f.BoolVar(&o.json, "json", false, "print one JSON object an incident")
	f.StringVar(&o.out, "out", "out", "folder for run folders")
	f.IntVar(&attempts, "attempts", attempts, "attempts on what is affected, and as many on what is repaired")
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

func (o *where) incidents(ctx context.Context, stdout, stderr io.Writer, list []*incidents.Incident, attempts int) error {
	if err := cleanUp(ctx, o.world, stderr); err != nil {
		return err
	}
	worst, told := checker.OK, 0
	for _, i := range list {
		if o.world != campaign.Sim && i.Release == "" {
			fmt.Fprintf(stderr, "left out: %s needs a moment that only the model sees\n", i.Name)
			continue
		}
		if o.world == campaign.Sim && i.Affected == "" {
			fmt.Fprintf(stderr, "left out: %s is not in the model, use --world local\n", i.Name)
			continue
		}
		t, err := o.attempt(ctx, i, attempts)
		if err != nil {
			return err
		}
		told++
		worst = max(worst, t.verdict())
		if err := t.print(stdout, o.json); err != nil {
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

// attempt carries an incident out, on both sides.
func (o *where) attempt(ctx context.Context, i *incidents.Incident, attempts int) (*track, error) {
	t := &track{Incident: i.Name, FixedIn: i.FixedIn, Attempts: attempts, Signature: i.Signature}
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
	var seconds []float64
	for n := range attempts {
		// Seed 0 is the plan as it was cut down; others move its moments, where they can.
		res, err := o.once(ctx, i, uint64(n), affected)
		if err != nil {
			return nil, err
		}
		if res.Verdict == checker.Violation && res.Signature == i.Signature {
			t.Reproduced++
			seconds = append(seconds, float64(res.WallMs)/1000)
		}
		if t.Unrepaired {
			continue
		}
		if res, err = o.once(ctx, i.Repaired(), uint64(n), fixed); err != nil {
			return nil, err
		}
		if !res.Verdict.Passes() {
			t.ReproducedFixed++
		}
	}
	if slices.Sort(seconds); len(seconds) > 0 {
		t.MedianSeconds = seconds[len(seconds)/2]
	}
	return t, nil
}

func (o *where) once(ctx context.Context, i *incidents.Incident, seed uint64, what string) (*campaign.Result, error) {
	r := &campaign.Runner{World: o.world, Out: o.out, Keep: true}
	opts := scenarios.Options{}
	if o.world == campaign.Sim {
		opts.Variant = what
	} else {
		r.Version = what
	}
	job, err := campaign.Draw(i.Scenario(), seed, opts, o.world, r.Version)
	if err != nil {
		return nil, err
	}
	job.Again = "-" + what
	return r.Run(ctx, job)
}

func (t *track) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(t)
	}
	if t.Unrepaired {
		_, err := fmt.Fprintf(w, "%-10s %-16s %d of %d on %s, repaired in no release: %s\n",
			t.verdict(), t.Incident, t.Reproduced, t.Attempts, t.Version, t.Signature)
		return err
	}
	_, err := fmt.Fprintf(w, "%-10s %-16s %d of %d on %s, %d on the repaired one (repaired in %s): %s\n", t.verdict(), t.Incident,
		t.Reproduced, t.Attempts, cmp.Or(t.Variant, t.Version), t.ReproducedFixed, cmp.Or(t.FixedIn, "no release"), t.Signature)
	return err
}
