package docker

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	apinet "github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/network"
)

// pool is where the networks of runs are taken from: half of the addresses set
// aside for tests of network devices (RFC 2544), which neither the internet nor
// a company's network uses. Each network gets subnetBits of it, so there is
// room for a thousand at once.
var pool = netip.MustParsePrefix("198.19.0.0/16")

const (
	subnetBits = 26
	mostBoxes  = 50
)

// bridge is the run's own network.
type bridge struct {
	name   string
	subnet netip.Prefix
}

// newBridge makes a network whose addresses nobody on this machine uses.
func newBridge(ctx context.Context, engine *testcontainers.DockerClient, run string) (*bridge, error) {
	taken, err := takenPrefixes(ctx, engine)
	if err != nil {
		return nil, err
	}
	var last error
	for _, subnet := range candidates(run) {
		if overlaps(subnet, taken) {
			continue
		}
		nw, err := network.New(ctx,
			network.WithLabels(labels(run)),
			network.WithIPAM(&apinet.IPAM{Config: []apinet.IPAMConfig{{Subnet: subnet, Gateway: nth(subnet, 1)}}}),
		)
		if err == nil {
			return &bridge{name: nw.Name, subnet: subnet}, nil
		}
		// Another run may have taken it a moment ago; anything else is final.
		if !strings.Contains(err.Error(), "overlap") {
			return nil, fmt.Errorf("make the network of run %s: %w", run, err)
		}
		last = err
	}
	return nil, fmt.Errorf("no free network in %s: %w", pool, last)
}

// addr is the address of machine number n, the same for as long as the network is.
func (b *bridge) addr(n int) netip.Addr { return nth(b.subnet, 9+n) }

// nth is the address that many after the subnet's own.
func nth(subnet netip.Prefix, n int) netip.Addr {
	a := subnet.Addr()
	for range n {
		a = a.Next()
	}
	return a
}

// candidates lists the pool's subnets, beginning somewhere that depends on the
// run so that runs at the same time seldom try the same one.
func candidates(run string) []netip.Prefix {
	const count = 1 << (subnetBits - 16)
	first, _ := strconv.ParseUint(run[:min(8, len(run))], 16, 64)
	base := pool.Addr().As4()
	list := make([]netip.Prefix, count)
	for i := range list {
		k := (uint64(i) + first) % count
		offset := k << (32 - subnetBits)
		a := netip.AddrFrom4([4]byte{base[0], base[1], byte(offset >> 8), byte(offset)})
		list[i] = netip.PrefixFrom(a, subnetBits)
	}
	return list
}

// takenPrefixes are the networks that this machine and the engine know.
func takenPrefixes(ctx context.Context, engine *testcontainers.DockerClient) ([]netip.Prefix, error) {
	var taken []netip.Prefix
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			taken = append(taken, p.Masked())
		}
	}
	nets, err := engine.NetworkList(ctx, client.NetworkListOptions{})
	if err != nil {
		return nil, err
	}
	for _, n := range nets.Items {
		for _, c := range n.IPAM.Config {
			taken = append(taken, c.Subnet)
		}
	}
	return taken, nil
}

func overlaps(p netip.Prefix, taken []netip.Prefix) bool {
	for _, t := range taken {
		if t.IsValid() && t.Overlaps(p) {
			return true
		}
	}
	return false
}
