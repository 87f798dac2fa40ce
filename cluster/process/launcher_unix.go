//go:build unix && !linux

package process

import (
	"os/exec"
	"syscall"
)

// attributes put the process into a group of its own, so that a Ctrl-C at the
// terminal reaches us and not the servers. Here no kernel kills it when we die;
// package leftover finds it later.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Launcher starts processes.
type Launcher struct{}

// NewLauncher makes a launcher, to be closed.
func NewLauncher() *Launcher { return &Launcher{} }

func (*Launcher) start(cmd *exec.Cmd) error { return cmd.Start() }

// Close does nothing here: each process must have been killed.
func (*Launcher) Close() {}
