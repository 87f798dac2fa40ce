//go:build unix && !linux

package local

import (
	"os/exec"
	"syscall"
)

// attributes put the process into a group of its own, so that a Ctrl-C at the
// terminal reaches us and not the servers. Here no kernel kills it when we die;
// package leftover finds it later.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// launcher starts processes.
type launcher struct{}

func newLauncher() launcher { return launcher{} }

func (launcher) start(cmd *exec.Cmd) error { return cmd.Start() }

func (launcher) close() {}
