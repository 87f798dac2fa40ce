package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/cluster/image"
)

func imageCommand() *cobra.Command {
	c := &cobra.Command{Use: "image", Short: "Container images", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(imageBuildCommand())
	return c
}

func imageBuildCommand() *cobra.Command {
	var version string
	c := &cobra.Command{
		Use:   "build",
		Short: "Build the image of a ZooKeeper release from this machine's Java and the pinned jars",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ref, err := image.Build(c.Context(), version, c.ErrOrStderr())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), ref)
			return err
		},
	}
	c.Flags().StringVar(&version, "version", artifact.Default, "release of ZooKeeper")
	return c
}
