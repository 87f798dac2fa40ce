package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/scenarios"
)

func listCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the scenarios",
		Long:  "List the scenarios: their names, how many servers they have, what happens. schism incidents --help lists the incidents.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if asJSON {
				return listJSON(c.OutOrStdout())
			}
			return listText(c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a scenario")
	return c
}

func listText(w io.Writer) error {
	for _, s := range scenarios.All() {
		if _, err := fmt.Fprintf(w, "%-18s %d servers  %s\n", s.Name, servers(s), s.Story); err != nil {
			return err
		}
	}
	return nil
}

func listJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	for _, s := range scenarios.All() {
		line := struct {
			Name    string `json:"name"`
			Servers int    `json:"servers"`
			Story   string `json:"story"`
		}{s.Name, servers(s), s.Story}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// servers is how many a scenario is about, which it may leave to the default.
func servers(s *scenarios.Scenario) int {
	p, err := s.Plan(1, scenarios.Options{})
	if err != nil {
		panic(err) // a scenario of ours that cannot be told
	}
	return p.Topology.Servers
}
