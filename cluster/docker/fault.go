package docker

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/process"
	"github.com/schismlab/schism/cluster/server"
)

// Faults go to the server's process itself wherever that is within reach, so
// that they fall at the moment they are meant for; else the engine is asked.

// adopt takes the process that the engine has just started in the container.
func (s *node) adopt(ctx context.Context) error {
	s.disown()
	res, err := s.ensemble.engine.ContainerInspect(ctx, s.container.GetContainerID(), client.ContainerInspectOptions{})
	if err != nil {
		return fmt.Errorf("server %d: %w", s.n, err)
	}
	if p, err := process.Adopt(res.Container.State.Pid, server.Marker(s.ensemble.run)); err == nil {
		s.process = p
	}
	return nil
}

func (s *node) disown() {
	if s.process != nil {
		s.process.Release()
		s.process = nil
	}
}

// near says whether the process is within reach, and no fault of the engine's
// stands in the way.
func (s *node) near() bool { return s.process != nil && !s.frozen && s.process.Reachable() }

func (s *node) restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ours {
		// The process is gone; the engine may not have noticed yet.
		if err := s.awaitEnd(ctx); err != nil {
			return fmt.Errorf("start server %d: %w", s.n, err)
		}
	}
	st, err := s.state(ctx)
	if err != nil {
		return err
	}
	if st.Running {
		return fmt.Errorf("start server %d: it runs already", s.n)
	}
	s.log.Wait()
	return s.start(ctx)
}

func (s *node) kill(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.near() {
		s.ours = true
		return s.failed("kill", s.process.Kill(ctx))
	}
	if s.ours {
		return fmt.Errorf("kill server %d: it does not run (it was killed)", s.n)
	}
	st, err := s.state(ctx)
	if err != nil {
		return err
	}
	if st.Running { // one that has ended by itself counts as killed
		_, err = s.ensemble.engine.ContainerKill(ctx, s.container.GetContainerID(), client.ContainerKillOptions{Signal: "KILL"})
		if err == nil {
			err = s.awaitEnd(ctx)
		}
	}
	if err == nil {
		s.ours, s.frozen = true, false
	}
	return s.failed("kill", err)
}

// endedByItself says how the server came to its end, nil while it runs, after it
// was killed, and while a fault is being put in force: a mere question must not
// wait for that.
func (s *node) endedByItself(ctx context.Context) error {
	if !s.mu.TryLock() {
		return nil
	}
	defer s.mu.Unlock()
	if s.silent == nil || s.ours {
		return nil
	}
	select {
	case <-s.silent:
	default:
		return nil
	}
	st, err := s.state(ctx)
	if err != nil || st.Running {
		return nil
	}
	return &cluster.Ended{Who: fmt.Sprintf("server %d", s.n), How: ended(st), Words: "see " + filepath.Join(s.dir, "server.log")}
}

// awaitEnd returns when the engine says that the container does not run.
func (s *node) awaitEnd(ctx context.Context) error {
	gone := s.ensemble.engine.ContainerWait(ctx, s.container.GetContainerID(), client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case <-gone.Result:
		return nil
	case err := <-gone.Error:
		return err
	}
}

func (s *node) pause(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.near() {
		return s.failed("pause", s.process.Pause(ctx))
	}
	_, err := s.ensemble.engine.ContainerPause(ctx, s.container.GetContainerID(), client.ContainerPauseOptions{})
	s.frozen = s.frozen || err == nil
	return s.failed("pause", err)
}

func (s *node) resume(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.near() {
		return s.failed("resume", s.process.Resume())
	}
	_, err := s.ensemble.engine.ContainerUnpause(ctx, s.container.GetContainerID(), client.ContainerUnpauseOptions{})
	if err == nil {
		s.frozen = false
	}
	return s.failed("resume", err)
}

// failed says what could not be done to which server.
func (s *node) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s server %d: %w", what, s.n, err)
}

// state is the engine's word on the server's container.
func (s *node) state(ctx context.Context) (*container.State, error) {
	st, err := s.container.State(ctx)
	if err != nil {
		return nil, fmt.Errorf("server %d: %w", s.n, err)
	}
	return st, nil
}

// ended says how a server that does not run came to its end.
func ended(st *container.State) string {
	words := []string{string(st.Status), "exit code " + strconv.Itoa(st.ExitCode)}
	if st.Error != "" {
		words = append(words, st.Error)
	}
	return strings.Join(words, ", ")
}
