//go:build unix

package maven

import (
	"os/exec"
	"syscall"
)

// tieToGroup gives mvn, a shell script that starts a JVM, a process group of
// its own and makes cancelling end the whole group.
func tieToGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
