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

	"github.com/schismlab/schism/campaign/mutants"
	"github.com/schismlab/schism/checker"
)

func mutantsCommand() *cobra.Command {
	var protocol string
	var asJSON bool
	c := &cobra.Command{
		Use:   "mutants",
		Short: "Change the protocols in small wrong ways and say which check notices",
		Long: "Change the protocols in small wrong ways, one at a time, and say which check notices, and after how many tries:\n" +
			"runs of a scenario for ZAB, random schedules for single-decree and multi-Paxos. Where nothing does, the table says\n" +
			"why. A mutant that fares otherwise than the table says means that a check has weakened: exit code 1.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if protocol != "" && !slices.Contains(mutants.Protocols(), protocol) {
				return badInput{fmt.Sprintf("--protocol %s: want one of %s", protocol, strings.Join(mutants.Protocols(), ", "))}
			}
			list := mutants.All()
			if protocol != "" {
				list = mutants.Of(protocol)
			}
			return tryMutants(c.Context(), c.OutOrStdout(), list, asJSON)
		},
	}
	c.Flags().StringVar(&protocol, "protocol", "", "only those of "+strings.Join(mutants.Protocols(), ", "))
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a mutant")
	return c
}

func tryMutants(ctx context.Context, stdout io.Writer, list []mutants.Mutant, asJSON bool) error {
	killed, amiss := 0, 0
	err := mutants.Each(ctx, list, func(o mutants.Outcome) error {
		if o.KilledBy != "" {
			killed++
		}
		if !o.As {
			amiss++
		}
		if asJSON {
			return json.NewEncoder(stdout).Encode(o)
		}
		_, err := fmt.Fprintln(stdout, mutantLine(&o))
		return err
	})
	if err != nil {
		return err
	}
	if !asJSON {
		fmt.Fprintf(stdout, "%d mutants: %d killed, %d explained, %d otherwise than expected\n", len(list), killed, len(list)-killed, amiss)
	}
	if amiss > 0 {
		return verdictError{checker.Violation}
	}
	return nil
}

func mutantLine(o *mutants.Outcome) string {
	where := cmp.Or(o.In, "random schedules")
	head := fmt.Sprintf("%-10s %-25s ", o.Protocol, o.Name)
	switch {
	case o.As && o.By == "":
		return head + "survives: " + o.Survives
	case o.As:
		return head + fmt.Sprintf("%-22s try %d of %d, %s", o.KilledBy, o.At, o.Within, where)
	case o.By == "":
		return head + fmt.Sprintf("%s KILLS IT in try %d, %s: the table says that it survives", o.KilledBy, o.At, where)
	case o.KilledBy == "":
		return head + fmt.Sprintf("SURVIVES %d tries, %s: want %s", o.Within, where, o.By)
	}
	return head + fmt.Sprintf("%s kills it in try %d, %s: WANT %s", o.KilledBy, o.At, where, o.By)
}
