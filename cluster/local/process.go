//go:build unix

package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/schismlab/schism/cluster/server"
)

// process is the place of one server: its folder and addresses, which stay, and
// its JVM, which comes and goes.
type process struct {
	n      int
	dir    string
	client int // port
	peer   server.Peer

	// mu is held over each whole fault, so that two on one server come one
	// after the other.
	mu     sync.Mutex
	cmd    *exec.Cmd // nil when not running
	ended  chan struct{}
	paused bool
}

func (p *process) running() bool {
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

// spawn starts the JVM. Its log goes on where an earlier one's ended.
func (p *process) spawn(l launcher, java string, args []string) error {
	log, err := os.OpenFile(filepath.Join(p.dir, "server.log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(java, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, log, log
	cmd.SysProcAttr = attributes()
	if err := l.start(cmd); err != nil {
		return fmt.Errorf("starting server %d: %w", p.n, err)
	}
	p.cmd, p.ended, p.paused = cmd, make(chan struct{}), false
	go func(ended chan struct{}) {
		cmd.Wait() // how it ended is in cmd.ProcessState
		close(ended)
	}(p.ended)
	return nil
}

// kill ends the process and waits until it is gone.
func (p *process) kill(ctx context.Context) error {
	// By the handle, not by number: a number may have passed on.
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing server %d: %w", p.n, err)
	}
	select {
	case <-p.ended:
		p.cmd = nil
		return nil
	case <-ctx.Done():
		return fmt.Errorf("killing server %d: %w", p.n, ctx.Err())
	}
}

// signal stops or continues the process.
func (p *process) signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil {
		return fmt.Errorf("server %d: %v: %w", p.n, s, err)
	}
	return nil
}

// notRunning explains why there is no process to act on.
func (p *process) notRunning() error {
	if p.cmd == nil {
		return fmt.Errorf("server %d is not running", p.n)
	}
	return fmt.Errorf("server %d has ended by itself (%v): %s", p.n, p.cmd.ProcessState, p.lastWords())
}

// lastWords is what a server that ended by itself says about it in its log.
func (p *process) lastWords() string {
	path := filepath.Join(p.dir, "server.log")
	text, err := tail(path, 16<<10)
	if err != nil {
		return err.Error()
	}
	if strings.Contains(text, "java.net.BindException") {
		return fmt.Sprintf("another process has taken one of its ports %d, %d, %d; see %s",
			p.client, p.peer.Quorum, p.peer.Election, path)
	}
	for line := range strings.Lines(text) {
		if strings.Contains(line, "ERROR") || strings.HasPrefix(line, "Error:") || strings.HasPrefix(line, "Unrecognized") {
			return strings.TrimSpace(line) + "; see " + path
		}
	}
	return "see " + path
}

// tail reads the last n bytes of a file.
func tail(path string, n int64) (string, error) {
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

// write makes the server's folder, configuration and myid.
func (p *process) write(c server.Config) error {
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(p.config(), []byte(c.Text()), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.DataDir, "myid"), []byte(strconv.Itoa(p.n)+"\n"), 0o600)
}

func (p *process) config() string { return filepath.Join(p.dir, "zoo.cfg") }
