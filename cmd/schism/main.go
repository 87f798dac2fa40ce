// Command schism drives a model of ZooKeeper, and real ZooKeeper servers,
// through faults, and judges what their clients saw.
//
// Results go to stdout, everything else to stderr. The exit code is 0 when all
// is well, 1 for a violation, 2 when a run proved nothing, 3 when this machine
// lacks something, 4 when nothing ran, 130 when interrupted, 254 for bad input
// and 255 for a fault of our own.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

func main() { os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr)) }

// execute is the whole program less the process around it.
func execute(args []string, stdout, stderr io.Writer) int {
	ctx, stop := interruptible(stderr)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	started := false
	root.PersistentPreRun = func(*cobra.Command, []string) { started = true }
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if !started {
		err = usageError(root, args, err)
	}
	code := exitCode(ctx, err)
	if text := err.Error(); text != "" {
		fmt.Fprintln(stderr, "schism: "+text)
	}
	return code
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "schism",
		Short: "A consensus laboratory for ZooKeeper and Flink",
		Long: "Schism draws a plan of faults from a scenario and a seed, carries it out in a deterministic\n" +
			"model or on real ZooKeeper servers and Flink clusters, and checks what the clients saw and what\n" +
			"the jobs put out.\n\n" +
			"Exit codes: 0 ok or permitted, 1 violation, 2 unknown or vacuous, 3 this machine lacks something,\n" +
			"4 nothing ran, 130 interrupted, 254 bad input, 255 a fault of schism's own.",
		SilenceUsage: true, SilenceErrors: true, DisableSuggestions: true,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.AddCommand(
		listCommand(), runCommand(), replayCommand(), checkCommand(), recordCommand(),
		killsCommand(), mutantsCommand(), incidentsCommand(), counterexamplesCommand(),
		imageCommand(), doctorCommand(), newCommand(), versionCommand(),
	)
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Explain a command",
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err == nil && len(rest) > 0 {
				err = fmt.Errorf("unknown command %q for %q", rest[0], c.CommandPath())
			}
			if err != nil {
				return usageError(root, args, err)
			}
			return c.Help()
		},
	})
	return root
}

// usageError is what cobra says before a command starts, in one line with a way
// out.
func usageError(root *cobra.Command, args []string, err error) error {
	text := err.Error()
	c, rest, _ := root.Find(args)
	if strings.HasPrefix(text, "accepts ") || strings.HasPrefix(text, "requires at least ") {
		// How many there were is less than what they ought to be.
		return badInput{"want " + strings.TrimSuffix(c.UseLine(), " [flags]") + " (" + c.CommandPath() + " --help explains it)"}
	}
	if at := strings.Index(text, "strconv."); at >= 0 && strings.HasPrefix(text, "invalid argument") {
		text = text[:at] + "want a whole number" // which function of Go's has found that out, does not matter
	}
	if c == root && len(rest) > 0 && strings.HasPrefix(text, "unknown command") {
		root.SuggestionsMinimumDistance = 2
		if near := root.SuggestionsFor(rest[0]); len(near) > 0 {
			text += ": did you mean " + near[0] + "?"
		}
	}
	return badInput{strings.ReplaceAll(text, "\n", " ") + " (schism --help lists the commands)"}
}
