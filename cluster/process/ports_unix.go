//go:build unix && !linux

package process

import (
	"fmt"
	"net"
)

// ReservePort finds a free port on 127.0.0.1. Only Linux lets us keep it; here
// another process may take it before the server does, which then says so.
func ReservePort() (port int, release func() error, err error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, nil, fmt.Errorf("reserving a port: %w", err)
	}
	port = l.Addr().(*net.TCPAddr).Port
	return port, func() error { return nil }, l.Close()
}
