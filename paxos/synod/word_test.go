package synod

import "github.com/schismlab/schism/paxos"

// word is a command that is its own name.
type word string

func (w word) Digest() uint64 { return paxos.MixString(7, string(w)) }
func (w word) String() string { return string(w) }
