package synod

import (
	"strconv"

	"github.com/schismlab/schism/paxos"
)

// Ballot numbers an attempt to get a value chosen: a round in the upper 27 bits
// and the server whose attempt it is in the lower 5, so that no two servers
// ever use the same one. Ballots are ordered as numbers; 0 is none.
type Ballot uint32

// serverBits hold every server: paxos.MaxServer is 31.
const serverBits = 5

// MakeBallot puts a ballot together.
func MakeBallot(round uint32, server paxos.ID) Ballot {
	if !server.IsServer() || round >= 1<<(32-serverBits) {
		panic("synod: no ballot of round " + strconv.Itoa(int(round)) + " and process " + strconv.Itoa(int(server)))
	}
	return Ballot(round<<serverBits | uint32(server))
}

// Round is the upper part.
func (b Ballot) Round() uint32 { return uint32(b >> serverBits) }

// Server is the one whose ballot it is.
func (b Ballot) Server() paxos.ID { return paxos.ID(b & (1<<serverBits - 1)) }

// After is the lowest ballot of the given server that is greater than b. It
// panics when rounds have run out, after 134 million.
func (b Ballot) After(server paxos.ID) Ballot {
	if b.Server() < server {
		return MakeBallot(max(1, b.Round()), server)
	}
	return MakeBallot(b.Round()+1, server)
}

// String is round and server, 3.n2; none is a dash.
func (b Ballot) String() string {
	if b == 0 {
		return "-"
	}
	return strconv.Itoa(int(b.Round())) + "." + b.Server().String()
}
