package docker

import (
	"net/netip"
	"testing"
)

func TestCandidates(t *testing.T) {
	for _, run := range []string{"0000000000000000", "ffffffffffffffff", "a4b588a41cb658e3", "1"} {
		seen := map[netip.Prefix]bool{}
		for _, p := range candidates(run) {
			if !pool.Overlaps(p) || p.Masked() != p || p.Bits() != subnetBits {
				t.Fatalf("run %s: %v is no subnet of %v", run, p, pool)
			}
			seen[p] = true
		}
		if len(seen) != 1024 {
			t.Errorf("run %s: %d different subnets, want 1024", run, len(seen))
		}
	}
	if candidates("a4b588a41cb658e3")[0] == candidates("1")[0] {
		t.Error("two runs try the same subnet first")
	}
}

// The last server's address is a host address of the subnet.
func TestServerAddressesFit(t *testing.T) {
	b := &bridge{subnet: netip.MustParsePrefix("198.19.3.64/26")}
	if got := b.addr(1).String(); got != "198.19.3.74" {
		t.Errorf("server 1 is at %s", got)
	}
	if last := b.addr(mostBoxes); !b.subnet.Contains(last) || !b.subnet.Contains(last.Next()) {
		t.Errorf("server %d is at %v, outside of %v or its broadcast address", mostBoxes, last, b.subnet)
	}
}

func TestOverlaps(t *testing.T) {
	p := netip.MustParsePrefix("198.19.3.64/26")
	tests := []struct {
		name  string
		taken string
		want  bool
	}{
		{"the same", "198.19.3.64/26", true},
		{"around it", "198.18.0.0/15", true},
		{"inside it", "198.19.3.65/32", true},
		{"beside it", "198.19.3.0/26", false},
		{"elsewhere", "172.17.0.0/16", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := overlaps(p, []netip.Prefix{{}, netip.MustParsePrefix(test.taken)}); got != test.want {
				t.Errorf("%v and %s: %v", p, test.taken, got)
			}
		})
	}
}
