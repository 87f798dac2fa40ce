//go:build !unix

package sim

// cpuSeconds cannot be had here.
func cpuSeconds() float64 { return 0 }
