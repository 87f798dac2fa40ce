package paxos

import (
	"slices"
	"strings"
)

// Switches are the names of a set of switches, such as the bugs that can be
// planted in a protocol: the one at index i is the bit 1<<i.
type Switches []string

// Bit is the switch of that name, and whether there is one. The empty name is no
// switch.
func (s Switches) Bit(name string) (bit uint64, ok bool) {
	i := slices.Index(s, name)
	if i < 0 {
		return 0, name == ""
	}
	return 1 << i, true
}

// List names those that are on, with commas between them.
func (s Switches) List(on uint64) string {
	var names []string
	for i, n := range s {
		if on>>i&1 == 1 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ",")
}
