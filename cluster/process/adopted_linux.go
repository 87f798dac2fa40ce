package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/schismlab/schism/cluster"
)

// Adopted is a process that somebody else has started, as a container engine
// starts those in its containers. A fault that goes to it directly is in force
// within microseconds; one that the engine is asked for takes it many
// milliseconds, in which whatever it was to meet is over.
type Adopted struct {
	pid    int
	handle *os.Process // holds on to this one process, however its number is used later
	marker []byte
}

// Adopt takes the process of that number. Whether it is the one that was meant
// is looked at before each fault: its command line must have the argument marker.
func Adopt(pid int, marker string) (*Adopted, error) {
	handle, err := os.FindProcess(pid)
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	return &Adopted{pid, handle, append([]byte(marker), 0)}, nil
}

// Release lets go of the process, which goes on.
func (a *Adopted) Release() error { return a.handle.Release() }

// Reachable says whether faults can be put upon the process from here: the
// number may be one of another machine, and the process another user's.
func (a *Adopted) Reachable() bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", a.pid))
	return err == nil && bytes.Contains(b, a.marker) && a.handle.Signal(syscall.Signal(0)) == nil
}

// Kill ends the process by SIGKILL and returns when it is gone.
func (a *Adopted) Kill(ctx context.Context) error {
	if err := a.handle.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	cluster.Strike(ctx)
	return poll(ctx, func() bool { return a.handle.Signal(syscall.Signal(0)) != nil })
}

// Pause stops the process by SIGSTOP and returns when every thread has stopped.
func (a *Adopted) Pause(ctx context.Context) error {
	if stopped(a.pid) {
		return errors.New("it is paused already")
	}
	if err := a.handle.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	cluster.Strike(ctx)
	return poll(ctx, func() bool { return stopped(a.pid) || a.handle.Signal(syscall.Signal(0)) != nil })
}

// Resume continues the process after Pause.
func (a *Adopted) Resume() error {
	if !stopped(a.pid) {
		return errors.New("it is not paused")
	}
	return a.handle.Signal(syscall.SIGCONT)
}

// poll asks every millisecond, for the kernel tells only a parent.
func poll(ctx context.Context, come func() bool) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !come() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
