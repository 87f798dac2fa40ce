package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/cluster/tap"
	"github.com/schismlab/schism/runlog"
)

const recordHelp = `Stand between any clients and a ZooKeeper ensemble, write down what they say to
each other, and judge it.

For each server a tap listens on 127.0.0.1. Give your clients the taps' addresses
in place of the servers': they are printed, and a command after -- finds them in
the environment as ` + connectVariable + `. The recording ends with the command, or
with an interrupt if there is none.

All clients must come through the taps, from the ensemble's first session on:
what others have written is not in the history, and would look invented.`

// connectVariable is what a recorded command finds the addresses in.
const connectVariable = "ZOOKEEPER_CONNECT"

type recordOptions struct {
	servers []string
	out     string
	json    bool
}

func recordCommand() *cobra.Command {
	var o recordOptions
	c := &cobra.Command{
		Use:     "record --server HOST:PORT[,HOST:PORT…] --out FILE [-- COMMAND [ARG…]]",
		Short:   "Record what any clients say to ZooKeeper, and judge it",
		Long:    recordHelp,
		Example: "  schism record --server 127.0.0.1:2181 --out run.jsonl -- ./my-tests",
		RunE: func(c *cobra.Command, args []string) error {
			if len(o.servers) == 0 || o.out == "" {
				return badInput{"record: want --server with at least one HOST:PORT, and --out with a file that is to be written"}
			}
			if err := o.record(c.Context(), args, c.ErrOrStderr()); err != nil {
				return err
			}
			check := checkOptions{time: checker.DefaultBudget.Time, memory: int(checker.DefaultBudget.Memory >> 20)}
			j, err := check.judge(o.out)
			if err != nil {
				return err
			}
			return j.print(newPrinter(c.OutOrStdout(), o.json, newProgress(c.ErrOrStderr(), 1)))
		},
	}
	c.Flags().StringSliceVar(&o.servers, "server", nil, "`HOST:PORT` of every server of the ensemble")
	c.Flags().StringVar(&o.out, "out", "", "the `file` to write")
	c.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
	return c
}

// record writes the log to a file beside o.out, and renames it when it is whole.
func (o *recordOptions) record(ctx context.Context, command []string, stderr io.Writer) (err error) {
	file, err := os.Create(o.out + ".part")
	if err != nil {
		return badInput{err.Error()}
	}
	defer func() {
		file.Close()
		if err != nil {
			os.Remove(file.Name())
		}
	}()
	log := runlog.NewWriter(file, runlog.Header{Scenario: "record", World: checker.Recorded, Servers: len(o.servers)})
	rec := tap.NewRecorder(log)
	if err := o.listen(ctx, rec, command, stderr); err != nil {
		return err
	}
	// What was not understood stands at the end of the log, and the verdict is
	// unknown then; the log is whole all the same.
	notAll := rec.End()
	if notAll != nil {
		fmt.Fprintln(stderr, "schism: not all was understood:", notAll)
	}
	if err := errors.Join(log.Flush(), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), o.out)
}

// listen holds the taps until the command, or the user, is done.
func (o *recordOptions) listen(ctx context.Context, rec *tap.Recorder, command []string, stderr io.Writer) error {
	var addrs []string
	for i, server := range o.servers {
		t, err := tap.Listen(ctx, rec, i+1, server, 0)
		if err != nil {
			return badInput{err.Error()}
		}
		defer t.Close()
		addrs = append(addrs, t.Addr())
	}
	connect := strings.Join(addrs, ",")
	if len(command) == 0 {
		fmt.Fprintf(stderr, "clients connect to %s; interrupt to end\n", connect)
		<-ctx.Done()
		return nil
	}
	run := exec.CommandContext(ctx, command[0], command[1:]...)
	run.Env = append(os.Environ(), connectVariable+"="+connect)
	run.Stdin, run.Stdout, run.Stderr = os.Stdin, stderr, stderr
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	err := run.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		fmt.Fprintf(stderr, "%s: %v\n", command[0], exit) // its own affair; the history is judged
	case err != nil:
		return badInput{err.Error()}
	}
	return nil
}
