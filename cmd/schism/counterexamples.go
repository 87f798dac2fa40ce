package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign/counterexamples"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/counterexample"
)

func counterexamplesCommand() *cobra.Command {
	o := &explaining{}
	seeds := seedsFlag{text: "5", count: 5}
	c := &cobra.Command{
		Use:   "counterexamples [KIND…]",
		Short: "Make runs go wrong in every way there is, and measure how well they are explained",
		Long: "Make runs that break a promise, by " + strings.Join(counterexamples.Kinds(), ", ") + " or those of the KINDs given, and look for the\n" +
			fmt.Sprintf("counterexample of each: the operations or events that suffice, at most %d. A bad run with none, or with a\n", counterexample.Small) +
			"larger one, is named with the line that makes it again; then the exit code is 1.",
		ValidArgs: counterexamples.Kinds(),
		RunE: func(c *cobra.Command, kinds []string) error {
			from, count, err := seeds.span(seedFlag{1}, false)
			if err != nil {
				return err
			}
			if len(kinds) == 0 {
				kinds = counterexamples.Kinds()
			}
			var list []counterexamples.Source
			for _, kind := range kinds {
				some, err := counterexamples.Sources(kind, from, count)
				if err != nil {
					return badInput{err.Error()}
				}
				list = append(list, some...)
			}
			o.stdout = c.OutOrStdout()
			return o.measure(c.Context(), c.ErrOrStderr(), list)
		},
	}
	f := c.Flags()
	f.Var(&seeds, "seeds", "how many seeds of each scenario, or which")
	f.BoolVar(&o.tell, "tell", false, "print the first counterexample of each source")
	f.BoolVar(&o.json, "json", false, "print one JSON object a bad run")
	return c
}

// explaining is the measurement under way.
type explaining struct {
	tell, json bool
	stdout     io.Writer

	runs, bad, none, large, most int
}

func (o *explaining) measure(ctx context.Context, stderr io.Writer, list []counterexamples.Source) error {
	total := 0
	for i := range list {
		total += list[i].Runs()
	}
	show := newProgress(stderr, total)
	defer show.close()
	for i := range list {
		show.scenario(list[i].Kind + " " + list[i].Name)
		if err := o.source(ctx, &list[i], show); err != nil {
			return err
		}
	}
	show.close()
	if !o.json {
		fmt.Fprintf(o.stdout, "%d runs: %d bad, the largest counterexample has %d operations or events; %d have more than %d, and %d have none\n",
			o.runs, o.bad, o.most, o.large, counterexample.Small, o.none)
	}
	switch {
	case o.bad == 0:
		return verdictError{checker.Vacuous}
	case o.none+o.large > 0:
		return verdictError{checker.Violation}
	}
	return nil
}

// source measures one source and prints its line.
func (o *explaining) source(ctx context.Context, s *counterexamples.Source, show *progress) error {
	var sizes []int
	var text strings.Builder
	none, large := 0, 0
	checks := map[string]int{}
	err := s.Each(ctx, func(b *counterexamples.Bad) error {
		n := 0
		if x := b.Example; x != nil {
			n = x.Ops
			sizes = append(sizes, n)
			checks[x.Check]++
			if o.tell && len(sizes) == 1 {
				fmt.Fprintf(&text, "  %s\n%s", b.Reproduce, x.Text(100))
			}
		}
		switch {
		case b.Example == nil:
			none++
			fmt.Fprintf(&text, "  NONE: %s: %s\n  %s\n", b.Signature, b.Why, b.Reproduce)
		case !b.Well():
			large++
			fmt.Fprintf(&text, "  %d LEFT, minimal %v: %s: %s\n", n, b.Example.Minimal, b.Signature, b.Reproduce)
		}
		if o.json {
			return json.NewEncoder(o.stdout).Encode(struct {
				*counterexamples.Bad
				Kind string `json:"kind"`
				Size int    `json:"size"`
				Well bool   `json:"well"`
			}{b, s.Kind, n, b.Well()})
		}
		return nil
	}, show.finished)
	if err != nil {
		return err
	}
	bad := len(sizes) + none
	o.runs, o.bad, o.none, o.large = o.runs+s.Runs(), o.bad+bad, o.none+none, o.large+large
	if len(sizes) > 0 {
		o.most = max(o.most, slices.Max(sizes))
	}
	if o.json {
		return nil
	}
	show.line(func() {
		fmt.Fprintf(o.stdout, "%-8s %-38s %4d of %4d bad%s\n%s", s.Kind, s.Name, bad, s.Runs(), told(sizes, checks), text.String())
	})
	return nil
}

// told says how large counterexamples are, and of which checks.
func told(sizes []int, checks map[string]int) string {
	if len(sizes) == 0 {
		return ""
	}
	slices.Sort(sizes)
	names := make([]string, 0, len(checks))
	for name := range checks {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if checks[a] != checks[b] {
			return checks[b] - checks[a]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, checks[name])
	}
	return fmt.Sprintf(", %d to %d left, median %d: %s", sizes[0], sizes[len(sizes)-1], sizes[len(sizes)/2], strings.Join(names, ", "))
}
