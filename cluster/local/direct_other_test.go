//go:build unix && !linux

package local_test

// noDirectConnection needs /proc. Where there is none, only the behaviour of an
// isolated leader shows that nothing goes past the proxy.
func (b bench) noDirectConnection() {}
