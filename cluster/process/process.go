//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"github.com/schismlab/schism/cluster"
)

// Process is the place of one program: its name and log, which stay, and the
// process in it, which comes and goes. Its methods may be called from several
// goroutines; faults on one process come one after the other.
type Process struct {
	// Name is what errors call it: "server 1", "jm2".
	Name string
	// Dir is its working folder. What it prints goes to the end of the file Log.
	Dir, Log string
	// Words says why it ended by itself, from what it left behind. It may be nil.
	Words func() string

	// mu is held over each whole fault.
	mu      sync.Mutex
	cmd     *exec.Cmd // nil when not running
	ended   chan struct{}
	paused  bool
	retired bool
}

var errRetired = errors.New("the run is over")

// Start runs a program. It returns when the process exists.
func (p *Process) Start(l *Launcher, path string, args []string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.retired {
		return fmt.Errorf("starting %s: %w", p.Name, errRetired)
	}
	if p.running() {
		return fmt.Errorf("%s is running already", p.Name)
	}
	log, err := os.OpenFile(p.Log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, log, log
	cmd.SysProcAttr = attributes()
	if err := l.start(cmd); err != nil {
		return fmt.Errorf("starting %s: %w", p.Name, err)
	}
	p.cmd, p.ended, p.paused = cmd, make(chan struct{}), false
	go func(ended chan struct{}) {
		cmd.Wait() // how it ended is in cmd.ProcessState
		close(ended)
	}(p.ended)
	return nil
}

// Kill ends the process by SIGKILL and returns when it is gone. One that has
// ended by itself counts as killed.
func (p *Process) Kill(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return p.notRunning()
	}
	return p.kill(ctx)
}

// Retire kills the process if there is one; nothing can be started here any
// more.
func (p *Process) Retire(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retired = true
	if p.cmd == nil {
		return nil
	}
	return p.kill(ctx)
}

func (p *Process) kill(ctx context.Context) error {
	// By the handle, not by number: a number may have passed on.
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing %s: %w", p.Name, err)
	}
	cluster.Strike(ctx)
	select {
	case <-p.ended:
		p.cmd = nil
		return nil
	case <-ctx.Done():
		return fmt.Errorf("killing %s: %w", p.Name, ctx.Err())
	}
}

// Pause stops the process by SIGSTOP, and returns when every thread has stopped.
func (p *Process) Pause(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return p.notRunning()
	}
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	cluster.Strike(ctx)
	p.paused = true
	return p.awaitStopped(ctx)
}

// Resume continues the process after Pause.
func (p *Process) Resume() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return p.notRunning()
	}
	if !p.paused {
		return fmt.Errorf("%s is not paused", p.Name)
	}
	p.paused = false
	return p.signal(syscall.SIGCONT)
}

func (p *Process) signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil {
		return fmt.Errorf("%s: %v: %w", p.Name, s, err)
	}
	return nil
}

// PID is the process number, 0 while nothing runs.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return 0
	}
	return p.cmd.Process.Pid
}

// Ended is closed when the process that runs now has ended, however it did. It
// is nil while none has been started, or after Kill.
func (p *Process) Ended() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	return p.ended
}

// ExitCode is the one with which the process ended by itself. It is -1 if a signal
// ended it, and while one runs, before the first, and after Kill.
func (p *Process) ExitCode() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.running() {
		return -1
	}
	return p.cmd.ProcessState.ExitCode()
}

// Down says why there is no process; it is nil while there is one, and while a
// fault is being put in force, for a mere question must not wait for that.
func (p *Process) Down() error {
	if !p.mu.TryLock() {
		return nil
	}
	defer p.mu.Unlock()
	if p.running() {
		return nil
	}
	return p.notRunning()
}

func (p *Process) running() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// notRunning explains why there is no process to act on.
func (p *Process) notRunning() error {
	if p.retired {
		return fmt.Errorf("%s: %w", p.Name, errRetired)
	}
	if p.cmd == nil {
		return fmt.Errorf("%s is not running", p.Name)
	}
	words := "see " + p.Log
	if p.Words != nil {
		words = p.Words()
	}
	return &cluster.Ended{Who: p.Name, How: p.cmd.ProcessState.String(), Words: words}
}

// Tail is the end of the log, at most n bytes.
func (p *Process) Tail(n int64) (string, error) { return Tail(p.Log, n) }

// Tail is the end of a file, at most n bytes.
func Tail(path string, n int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	b := make([]byte, min(n, info.Size()))
	_, err = f.ReadAt(b, info.Size()-int64(len(b)))
	return string(b), err
}
