package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// The exit codes are a contract.
const (
	exitOK          = 0
	exitViolation   = 1
	exitProvedNone  = 2 // unknown or vacuous
	exitNotReady    = 3
	exitNothingRan  = 4
	exitInterrupted = 130
	exitBadInput    = 254
	exitFault       = 255
)

// badInput is a mistake on the command line.
type badInput struct{ msg string }

func (e badInput) Error() string { return e.msg }

// verdictError ends a command whose runs did not all pass. All has been said
// already, so its text is empty.
type verdictError struct{ worst checker.Verdict }

func (verdictError) Error() string { return "" }

// errNothingRan ends a campaign that made no run.
var errNothingRan = errors.New("nothing ran")

// exitCode says what a command's error means to a script.
func exitCode(ctx context.Context, err error) int {
	var (
		verdict  verdictError
		typed    badInput
		bad      *campaign.BadInput
		version  *artifact.UnknownVersion
		checksum *artifact.WrongChecksum
		planned  *plan.SyntaxError
		logged   *runlog.SyntaxError
		notReady *cluster.NotReady
		fault    *campaign.Fault
	)
	switch {
	case errors.As(err, &verdict):
		return verdictCode(verdict.worst)
	case errors.As(err, &fault):
		return exitFault
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &notReady):
		return exitNotReady
	case errors.As(err, &typed), errors.As(err, &bad), errors.As(err, &version), errors.As(err, &checksum),
		errors.As(err, &planned), errors.As(err, &logged):
		return exitBadInput
	case errors.Is(err, errNothingRan):
		return exitNothingRan
	}
	return exitFault
}

func verdictCode(v checker.Verdict) int {
	switch v {
	case checker.OK, checker.Permitted:
		return exitOK
	case checker.Violation:
		return exitViolation
	case checker.Unknown, checker.Vacuous:
		return exitProvedNone
	}
	panic(fmt.Sprintf("verdict %d", v))
}

// reading makes a file that is not there the user's mistake.
func reading(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return badInput{fmt.Sprintf("%s: %v", path.Path, path.Err)}
	}
	return err
}

// interruptible is a context that the first SIGINT or SIGTERM ends. The second
// ends the process where it stands.
func interruptible(stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	over := make(chan struct{})
	go func() {
		for first := true; ; first = false {
			select {
			case s := <-signals:
				if !first {
					fmt.Fprintln(stderr, "schism: stopped at once; servers of this run may be left: schism doctor --clean removes them")
					os.Exit(exitInterrupted)
				}
				fmt.Fprintln(stderr, "schism: stopping, and taking away what was started; once more to stop at once")
				cancel(fmt.Errorf("%v", s))
			case <-over:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(over)
		cancel(nil)
	}
}
