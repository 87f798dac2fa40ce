package docker

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/schismlab/schism/cluster"
)

// Nothing leaves the run's network. UDP tells at once what a rule does: sending
// a packet that is dropped on the way out is not permitted.
func TestServersStayHome(t *testing.T) {
	_, e := start(t, 1)
	end := e.links.ends[0]
	skipUnready(t, end.err)
	must(t, end.err)

	addrs, err := net.InterfaceAddrs()
	must(t, err)
	tried := false
	for _, a := range addrs {
		p, err := netip.ParsePrefix(a.String())
		if err != nil || !p.Addr().Is4() || p.Addr().IsLoopback() || e.net.subnet.Contains(p.Addr()) {
			continue
		}
		tried = true
		if err := sendFrom(t, end.ns, p.Addr()); !errors.Is(err, unix.EPERM) {
			t.Errorf("a packet to %s, outside of %s: %v", p.Addr(), e.net.subnet, err)
		}
	}
	if !tried {
		t.Error("this machine has no other address to try")
	}
	if err := sendFrom(t, end.ns, nth(e.net.subnet, 1)); err != nil {
		t.Errorf("a packet to the network's own gateway: %v", err)
	}
}

// sendFrom sends one UDP packet to the discard port, from inside a namespace.
func sendFrom(t *testing.T, ns *namespace, to netip.Addr) error {
	t.Helper()
	result := make(chan error)
	go func() {
		// The thread is never given back: it ends with the goroutine, and its
		// foreign namespace with it.
		runtime.LockOSThread()
		result <- func() error {
			if err := unix.Setns(int(ns.file.Fd()), unix.CLONE_NEWNET); err != nil {
				return err
			}
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(fd)
			return unix.Sendto(fd, []byte("x"), 0, &unix.SockaddrInet4{Port: 9, Addr: to.As4()})
		}()
	}()
	return <-result
}

// A process number that means another process must not lead into its namespace.
func TestEnterComparesAddresses(t *testing.T) {
	_, err := enter(unix.Getpid(), netip.MustParseAddr("198.19.255.254"))
	var missing *cluster.NotReady
	if !errors.As(err, &missing) {
		t.Errorf("got %v, want a NotReady", err)
	}
}
