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
	var zooKeeper, flink string
	c := &cobra.Command{
		Use:   "build",
		Short: "Build the image of a release of ZooKeeper, or of Flink, from this machine's Java and the pinned jars",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			build, version := image.Build, zooKeeper
			if flink != "" {
				build, version = image.BuildFlink, flink
			}
			ref, err := build(c.Context(), version, c.ErrOrStderr())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), ref)
			return err
		},
	}
	c.Flags().StringVar(&zooKeeper, "version", artifact.Default, "release of ZooKeeper")
	c.Flags().StringVar(&flink, "flink", "", "release of Flink, of which to build the image instead")
	c.MarkFlagsMutuallyExclusive("version", "flink")
	return c
}
