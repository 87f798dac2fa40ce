package process

import (
	"fmt"
	"os"
	"syscall"
)

// ReservePort finds a free port on 127.0.0.1 and keeps it until release, also
// while no server is there to use it: bound, but not listening. Both we and the
// JVM ask for SO_REUSEADDR, and Linux lets two such sockets share a port as long
// as at most one listens. So a client of a dead server is refused as it should
// be, and nobody else is given the port meanwhile.
func ReservePort() (port int, release func() error, err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, fmt.Errorf("reserving a port: %w", os.NewSyscallError("socket", err))
	}
	port, err = bind(fd)
	if err != nil {
		syscall.Close(fd)
		return 0, nil, fmt.Errorf("reserving a port: %w", err)
	}
	return port, func() error { return syscall.Close(fd) }, nil
}

func bind(fd int) (port int, err error) {
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return 0, os.NewSyscallError("setsockopt", err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, os.NewSyscallError("bind", err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	return name.(*syscall.SockaddrInet4).Port, nil
}
