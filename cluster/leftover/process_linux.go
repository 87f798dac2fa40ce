package leftover

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// here is an Owner with all that is common to the processes around us.
func here() Owner {
	read := func(path string) string {
		b, _ := os.ReadFile(path) // not everywhere; an empty text compares too
		return strings.TrimSpace(string(b))
	}
	machine := read("/etc/machine-id")
	if machine == "" {
		machine, _ = os.Hostname()
	}
	space, _ := os.Readlink("/proc/self/ns/pid")
	return Owner{Boot: read("/proc/sys/kernel/random/boot_id"), Machine: machine, Space: space}
}

// startOf is the start of a process in clock ticks since boot: the 22nd field
// of its stat, counted from behind the name, which may hold anything. A zombie
// has already ended.
func startOf(pid int) (string, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 20 {
		return "", fmt.Errorf("/proc/%d/stat is %q", pid, b)
	}
	if f[0] == "Z" || f[0] == "X" {
		return "", os.ErrProcessDone
	}
	return f[19], nil
}

// withArgument lists the processes that were started with exactly this
// argument.
func withArgument(arg string) ([]int, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && hasArgument(pid, arg) {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// hasArgument is false for a process that has ended, as its arguments are gone.
func hasArgument(pid int, arg string) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && slices.Contains(strings.Split(string(b), "\x00"), arg)
}
