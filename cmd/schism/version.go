package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/flink"
	"github.com/schismlab/schism/sim"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which schism this is, and which models and releases of ZooKeeper and Flink it has",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var models strings.Builder
			for _, p := range sim.Protocols() {
				fmt.Fprintf(&models, "model %s %s\n", p.Name, strings.Join(p.Variants, " "))
			}
			fmt.Fprintf(&models, "model flink %s\n", strings.Join(flink.VariantNames(), " "))
			_, err := fmt.Fprintf(c.OutOrStdout(), "schism %s\n%szookeeper %s\nflink %s\n", build(), &models,
				strings.Join(artifact.Versions(), " "), strings.Join(artifact.FlinkVersions(), " "))
			return err
		},
	}
}

// build names the commit, because a seed is only good together with it.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	name := info.Main.Version
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			name += " commit " + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			name += " with changes"
		}
	}
	return name + " " + info.GoVersion
}

// revision names the commit where the Go command does not stamp it into a program,
// as in a linked work tree: go build -ldflags "-X main.revision=$(git rev-parse HEAD)",
// with a + at its end if there are changes.
var revision string

// commit is the short name of the commit that this program was built from, with a
// + if it had changes, and "" if that was not kept.
func commit() (name string) {
	if len(revision) >= 7 {
		name = revision[:7]
		if strings.HasSuffix(revision, "+") {
			name += "+"
		}
		return name
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	changed := false
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 7:
			name = s.Value[:7]
		case s.Key == "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if changed {
		name += "+"
	}
	return name
}
