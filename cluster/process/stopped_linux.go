package process

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// awaitStopped waits until every thread of the process has stopped: SIGSTOP is
// sent to the process, and its threads take it one by one. Caller holds p.mu.
func (p *Process) awaitStopped(ctx context.Context) error {
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for !stopped(p.cmd.Process.Pid) {
		select {
		case <-poll.C:
		case <-p.ended:
			return p.notRunning()
		case <-ctx.Done():
			return fmt.Errorf("pausing %s: %w", p.Name, ctx.Err())
		}
	}
	return nil
}

func stopped(pid int) bool {
	tasks := fmt.Sprintf("/proc/%d/task", pid)
	entries, err := os.ReadDir(tasks)
	if err != nil || len(entries) == 0 {
		return false
	}
	for _, t := range entries {
		b, err := os.ReadFile(tasks + "/" + t.Name() + "/stat")
		if err != nil {
			return false
		}
		stat := string(b)
		// The state follows the name, which stands in parentheses.
		if _, state, _ := strings.Cut(stat[strings.LastIndexByte(stat, ')'):], " "); !strings.HasPrefix(state, "T") {
			return false
		}
	}
	return true
}
