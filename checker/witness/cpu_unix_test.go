//go:build unix

package witness

import "syscall"

// cpuSeconds is the processor time that this process has used, which says more
// than the clock on a machine that is busy elsewhere. It is 0 where it cannot be
// had.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
