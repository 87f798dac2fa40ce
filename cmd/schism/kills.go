package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// kill says how often a scenario caught a planted bug.
type kill struct {
	Bug      string `json:"bug"`
	Scenario string `json:"scenario"`
	Seeds    int    `json:"seeds"`
	Caught   int    `json:"caught"`
	// Signature and Seed are those of the first run that caught it.
	Signature string `json:"signature"`
	Seed      uint64 `json:"seed"`
}

func killsCommand() *cobra.Command {
	var asJSON bool
	seeds := seedsFlag{text: "5", count: 5}
	c := &cobra.Command{
		Use:   "kills [BUG…]",
		Short: "Plant each bug in the model and count which scenarios catch it",
		Long: "Plant each bug in the model, run every scenario, and count the runs that were a violation. A bug that\n" +
			"nothing catches means that a check or a scenario is missing: exit code 1.\n\n" +
			"Without a BUG all of these are planted, in turn:\n" + wrapped(sim.BugNames()),
		ValidArgs: sim.BugNames(),
		RunE: func(c *cobra.Command, bugs []string) error {
			for _, bug := range bugs {
				if !slices.Contains(sim.BugNames(), bug) {
					if near := scenarios.Nearest(bug, sim.BugNames(), 2); near != "" {
						return badInput{fmt.Sprintf("unknown bug %q: did you mean %s?", bug, near)}
					}
					return badInput{fmt.Sprintf("unknown bug %q: want one of %s", bug, strings.Join(sim.BugNames(), ", "))}
				}
			}
			if len(bugs) == 0 {
				bugs = sim.BugNames()
			}
			from, count, err := seeds.span(seedFlag{1}, false)
			if err != nil {
				return err
			}
			return killTable(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), bugs, from, count, asJSON)
		},
	}
	c.Flags().Var(&seeds, "seeds", "how many seeds of each scenario, or which")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a bug and scenario")
	return c
}

func killTable(ctx context.Context, stdout, stderr io.Writer, bugs []string, from uint64, count int, asJSON bool) error {
	show := newProgress(stderr, len(bugs)*len(scenarios.All())*count)
	defer show.close()
	worst := checker.OK
	for _, bug := range bugs {
		var row []kill
		for _, s := range scenarios.All() {
			if _, flinks := flink.BugNamed(bug); flinks && s.Flink == (plan.Flink{}) {
				continue // nobody there to have it
			}
			show.scenario(s.Name + " with " + bug)
			k, err := killsOf(ctx, s, bug, from, count, show)
			if err != nil {
				return err
			}
			row = append(row, k)
		}
		if !caught(row) {
			worst = checker.Violation
		}
		var failed error
		show.line(func() { failed = printKills(stdout, bug, row, asJSON) })
		if failed != nil {
			return failed
		}
	}
	if worst != checker.OK {
		return verdictError{worst}
	}
	return nil
}

// killsOf runs one scenario with one bug.
func killsOf(ctx context.Context, s *scenarios.Scenario, bug string, from uint64, count int, show *progress) (kill, error) {
	k := kill{Bug: bug, Scenario: s.Name, Seeds: count}
	o := scenarios.Options{Bug: bug}
	draw := func(i int) (campaign.Job, error) { return campaign.Draw(s, from+uint64(i), o, campaign.Sim, "") }
	// The runs are for counting; one that somebody wants to see is a command away.
	r := &campaign.Runner{World: campaign.Sim, Forget: true}
	err := campaign.Each(ctx, r, count, draw, func(_ int, res *campaign.Result) error {
		if res.Verdict == checker.Violation {
			if k.Caught == 0 {
				k.Signature, k.Seed = res.Signature, res.Seed
			}
			k.Caught++
		}
		show.finished()
		return nil
	})
	return k, err
}

func caught(row []kill) bool {
	for _, k := range row {
		if k.Caught > 0 {
			return true
		}
	}
	return false
}

func printKills(w io.Writer, bug string, row []kill, asJSON bool) error {
	if asJSON {
		out := json.NewEncoder(w)
		for _, k := range row {
			if err := out.Encode(k); err != nil {
				return err
			}
		}
		return nil
	}
	var b strings.Builder
	fmt.Fprintln(&b, bug)
	for _, k := range row {
		if k.Caught > 0 {
			fmt.Fprintf(&b, "  %-18s %d of %d, first seed %d: %s\n", k.Scenario, k.Caught, k.Seeds, k.Seed, k.Signature)
		}
	}
	if !caught(row) {
		fmt.Fprintf(&b, "  NOT CAUGHT by %d seeds of %d scenarios\n", row[0].Seeds, len(row))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
