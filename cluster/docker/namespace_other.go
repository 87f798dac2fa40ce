//go:build !linux

package docker

import (
	"errors"
	"math/rand/v2"
	"net/netip"

	"github.com/schismlab/schism/cluster"
)

// namespace exists on Linux only.
type namespace struct{}

func enter(int, netip.Addr) (*namespace, error) {
	return nil, &cluster.NotReady{
		What: "links can be cut or slowed on Linux only", Err: errors.ErrUnsupported,
		Do: "run on the Linux machine of the container engine, as root",
	}
}

func (*namespace) stayHome(netip.Prefix) error { return errors.ErrUnsupported }
func (*namespace) replace(map[int]cluster.Link, func(int) netip.Addr) error {
	return errors.ErrUnsupported
}
func (*namespace) bar(bool) error { return errors.ErrUnsupported }
func (*namespace) close()         {}

func (*holder) open(int, *rand.Rand) error { return errors.ErrUnsupported }
