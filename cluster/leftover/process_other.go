//go:build !linux

package leftover

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// here is an Owner with all that is common to the processes around us. Without
// /proc the boot is not told apart: a start time is a date then, and dates do
// not come back.
func here() Owner {
	machine, _ := os.Hostname()
	return Owner{Machine: machine}
}

func startOf(pid int) (string, error) {
	out, err := ps("-o", "stat=,lstart=", "-p", strconv.Itoa(pid))
	if err != nil {
		return "", err
	}
	state, start, _ := strings.Cut(strings.TrimSpace(out), " ")
	if start == "" || strings.HasPrefix(state, "Z") {
		return "", os.ErrProcessDone
	}
	return strings.TrimSpace(start), nil
}

func withArgument(arg string) ([]int, error) {
	out, err := ps("-axww", "-o", "pid=,command=")
	if err != nil {
		return nil, err
	}
	var pids []int
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) < 2 || !slices.Contains(f[2:], arg) {
			continue
		}
		if pid, err := strconv.Atoi(f[0]); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

func hasArgument(pid int, arg string) bool {
	out, err := ps("-ww", "-o", "command=", "-p", strconv.Itoa(pid))
	return err == nil && slices.Contains(strings.Fields(out), arg)
}

func ps(args ...string) (string, error) {
	out, err := exec.Command("ps", args...).Output()
	if err != nil {
		return "", fmt.Errorf("ps: %w", err)
	}
	return string(out), nil
}
