package process

import (
	"os/exec"
	"runtime"
	"syscall"
)

// attributes put the process into a group of its own, so that a Ctrl-C at the
// terminal reaches us and not the servers, and have the kernel kill it when we
// die, however we die.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// Launcher starts processes from one thread that lives until Close. To the
// kernel the parent whose death counts is the thread that forked, and the Go
// runtime may end any thread of its own that idles.
type Launcher struct {
	orders chan order
}

type order struct {
	cmd  *exec.Cmd
	done chan<- error
}

// NewLauncher makes a launcher, to be closed.
func NewLauncher() *Launcher {
	l := &Launcher{orders: make(chan order)}
	go func() {
		// Never unlocked: the thread ends with this goroutine.
		runtime.LockOSThread()
		for o := range l.orders {
			o.done <- o.cmd.Start()
		}
	}()
	return l
}

func (l *Launcher) start(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	l.orders <- order{cmd, done}
	return <-done
}

// Close ends the thread, and with it every process that still runs.
// Nothing may be started any more.
func (l *Launcher) Close() { close(l.orders) }
