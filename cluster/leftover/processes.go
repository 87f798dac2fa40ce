package leftover

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// Processes is the Kind of processes that were started with Thing.ID as one of
// their arguments: a marker that is drawn for one run and never again.
//
// The marker is noted before the first process exists, so there is no moment in
// which a process is there and no note of it. A process number could only be
// noted afterwards, and would have to be mistrusted anyway.
const Processes = "processes"

func init() { Register(Processes, processes{}) }

type processes struct{}

// Remove kills all processes with the marker and waits until they are gone.
func (processes) Remove(ctx context.Context, marker string) error {
	if len(marker) < 16 {
		return fmt.Errorf("marker %q is too short to mean one run only", marker)
	}
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for {
		pids, err := withArgument(marker)
		if err != nil || len(pids) == 0 {
			return err
		}
		for _, pid := range pids {
			if err := kill(pid, marker); err != nil {
				return fmt.Errorf("process %d: %w", pid, err)
			}
		}
		select {
		case <-poll.C:
		case <-ctx.Done():
			return fmt.Errorf("processes %v do not end: %w", pids, ctx.Err())
		}
	}
}

// kill ends a process by a handle. The marker is looked for again once the
// handle is there, for the number may have passed to another process before;
// where the system has such handles (Linux), it cannot pass afterwards.
func kill(pid int, marker string) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	defer p.Release()
	if !hasArgument(pid, marker) {
		return nil
	}
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}
