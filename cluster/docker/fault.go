package docker

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/process"
	"github.com/schismlab/schism/cluster/server"
)

// Faults go to the process itself wherever that is within reach, so
// that they fall at the moment they are meant for; else the engine is asked.

// adopt takes the process that the engine has just started in the container.
func (b *box) adopt(ctx context.Context) error {
	b.disown()
	res, err := b.ensemble.engine.ContainerInspect(ctx, b.container.GetContainerID(), client.ContainerInspectOptions{})
	if err != nil {
		return fmt.Errorf("%s: %w", b.who, err)
	}
	if p, err := process.Adopt(res.Container.State.Pid, server.Marker(b.ensemble.run)); err == nil {
		b.process = p
	}
	return nil
}

func (b *box) disown() {
	if b.process != nil {
		b.process.Release()
		b.process = nil
	}
}

// near says whether the process is within reach, and no fault of the engine's
// stands in the way.
func (b *box) near() bool { return b.process != nil && !b.frozen && b.process.Reachable() }

// run starts the process, in the container that it had, or in one that is made now. The
// arguments are those of java, and the same each time.
func (b *box) run(ctx context.Context, args []string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.container == nil {
		if err := b.fill(ctx, args); err != nil {
			return err
		}
		return b.start(ctx)
	}
	if b.ours || b.silenced() {
		// The process is gone; the engine may not have noticed yet.
		if err := b.awaitEnd(ctx); err != nil {
			return fmt.Errorf("start %s: %w", b.who, err)
		}
	}
	st, err := b.state(ctx)
	if err != nil {
		return err
	}
	if st.Running {
		return fmt.Errorf("start %s: it runs already", b.who)
	}
	b.log.Wait()
	return b.start(ctx)
}

// silenced says whether the process of this life can say no more; b.mu is held.
func (b *box) silenced() bool {
	select {
	case <-b.silent:
		return true
	default:
		return false
	}
}

func (b *box) kill(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.near() {
		b.ours = true
		return b.failed("kill", b.process.Kill(ctx))
	}
	if b.ours {
		return fmt.Errorf("kill %s: it does not run (it was killed)", b.who)
	}
	st, err := b.state(ctx)
	if err != nil {
		return err
	}
	if st.Running { // one that has ended by itself counts as killed
		_, err = b.ensemble.engine.ContainerKill(ctx, b.container.GetContainerID(), client.ContainerKillOptions{Signal: "KILL"})
		if err == nil {
			err = b.awaitEnd(ctx)
		}
	}
	if err == nil {
		b.ours, b.frozen = true, false
	}
	return b.failed("kill", err)
}

// endedByItself says how the process came to its end, nil while it runs, after it
// was killed, and while a fault is being put in force: a mere question must not
// wait for that.
func (b *box) endedByItself(ctx context.Context) error {
	if !b.mu.TryLock() {
		return nil
	}
	defer b.mu.Unlock()
	if b.ours || !b.silenced() {
		return nil
	}
	st, err := b.state(ctx)
	if err != nil || st.Running {
		return nil
	}
	return &cluster.Ended{Who: b.who, How: ended(st), Words: "see " + b.contents.log}
}

// awaitEnd returns when the engine says that the container does not run.
func (b *box) awaitEnd(ctx context.Context) error {
	gone := b.ensemble.engine.ContainerWait(ctx, b.container.GetContainerID(), client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case <-gone.Result:
		return nil
	case err := <-gone.Error:
		return err
	}
}

func (b *box) pause(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.near() {
		return b.failed("pause", b.process.Pause(ctx))
	}
	if b.container == nil {
		return b.failed("pause", errNeverStarted)
	}
	_, err := b.ensemble.engine.ContainerPause(ctx, b.container.GetContainerID(), client.ContainerPauseOptions{})
	b.frozen = b.frozen || err == nil
	return b.failed("pause", err)
}

func (b *box) resume(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.near() {
		return b.failed("resume", b.process.Resume())
	}
	if b.container == nil {
		return b.failed("resume", errNeverStarted)
	}
	_, err := b.ensemble.engine.ContainerUnpause(ctx, b.container.GetContainerID(), client.ContainerUnpauseOptions{})
	if err == nil {
		b.frozen = false
	}
	return b.failed("resume", err)
}

var errNeverStarted = errors.New("it was never started")

// failed says what could not be done to whom.
func (b *box) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", what, b.who, err)
}

// state is the engine's word on the container.
func (b *box) state(ctx context.Context) (*container.State, error) {
	if b.container == nil {
		return nil, fmt.Errorf("%s: %w", b.who, errNeverStarted)
	}
	st, err := b.container.State(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.who, err)
	}
	return st, nil
}

// ended says how a process that does not run came to its end.
func ended(st *container.State) string {
	words := []string{string(st.Status), "exit code " + strconv.Itoa(st.ExitCode)}
	if st.Error != "" {
		words = append(words, st.Error)
	}
	return strings.Join(words, ", ")
}
