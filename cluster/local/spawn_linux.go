package local

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

// launcher starts processes from one thread that lives until close. To the
// kernel the parent whose death counts is the thread that forked, and the Go
// runtime may end any thread of its own that idles.
type launcher struct {
	orders chan order
}

type order struct {
	cmd  *exec.Cmd
	done chan<- error
}

func newLauncher() launcher {
	l := launcher{orders: make(chan order)}
	go func() {
		// Never unlocked: the thread ends with this goroutine.
		runtime.LockOSThread()
		for o := range l.orders {
			o.done <- o.cmd.Start()
		}
	}()
	return l
}

func (l launcher) start(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	l.orders <- order{cmd, done}
	return <-done
}

// close ends the thread, and with it every process that still runs.
func (l launcher) close() { close(l.orders) }
