package zab

import (
	"slices"
	"strings"

	"github.com/schismlab/schism/paxos"
)

// board is a state with something to see: values under names, in order. The
// transaction "a:1" writes one, "a-" wipes it off; others change nothing. It is
// read in two halves.
type board []cell

type cell struct{ name, value string }

func (b board) Apply(e paxos.Entry) paxos.State {
	name, value, set := strings.Cut(e.Cmd.String(), ":")
	wiped, wipe := strings.CutSuffix(e.Cmd.String(), "-")
	if wipe {
		name = wiped
	}
	if !set && !wipe {
		return b
	}
	next := slices.DeleteFunc(slices.Clone(b), func(c cell) bool { return c.name == name })
	if set {
		next = append(next, cell{name, value})
		slices.SortFunc(next, func(x, y cell) int { return strings.Compare(x.name, y.name) })
	}
	return next
}

func (b board) Digest() uint64 { return paxos.MixString(1, b.String()) }

func (b board) Splice(later paxos.State) paxos.State {
	if len(b) == 0 {
		return later
	}
	half := b[: (len(b)+1)/2 : (len(b)+1)/2]
	last := half[len(half)-1].name
	for _, c := range later.(board) {
		if c.name > last {
			half = append(half, c)
		}
	}
	return half
}

func (b board) String() string {
	var words []string
	for _, c := range b {
		words = append(words, c.name+"="+c.value)
	}
	return "{" + strings.Join(words, " ") + "}"
}
