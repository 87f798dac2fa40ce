package paxos

import (
	"math/bits"
	"strconv"
)

// ID names a process. Servers are 1 to MaxServer; clients come after them.
type ID uint16

// MaxServer is the highest ID of a server: a Set holds no more.
const MaxServer ID = 31

// Client is the ID of client i, from 0.
func Client(i int) ID { return MaxServer + 1 + ID(i) }

// IsServer says whether id names a server.
func (id ID) IsServer() bool { return id >= 1 && id <= MaxServer }

// ClientNumber is i for Client(i).
func (id ID) ClientNumber() int { return int(id) - int(MaxServer) - 1 }

// String is n3 for a server, c3 for a client.
func (id ID) String() string {
	if id > MaxServer {
		return "c" + strconv.Itoa(id.ClientNumber())
	}
	return "n" + strconv.Itoa(int(id))
}

// Set is a set of servers.
type Set uint32

// With is s and id.
func (s Set) With(id ID) Set { return s | 1<<id }

// Without is s less id.
func (s Set) Without(id ID) Set { return s &^ (1 << id) }

// Has says whether id is in s.
func (s Set) Has(id ID) bool { return s>>id&1 == 1 }

// Len is the number of servers in s.
func (s Set) Len() int { return bits.OnesCount32(uint32(s)) }

// Voters is the set of servers 1 to n.
func Voters(n int) Set { return Set(1)<<(n+1) - 2 }

// Zxid numbers a transaction: the epoch of the leader that proposed it in the
// upper 32 bits, a counter from 1 in the lower. Zxids are ordered as numbers.
type Zxid uint64

// MakeZxid puts a zxid together.
func MakeZxid(epoch, counter uint32) Zxid { return Zxid(epoch)<<32 | Zxid(counter) }

// Epoch is the upper half.
func (z Zxid) Epoch() uint32 { return uint32(z >> 32) }

// Counter is the lower half.
func (z Zxid) Counter() uint32 { return uint32(z) }

// String is epoch and counter: 2:17.
func (z Zxid) String() string {
	return strconv.FormatUint(uint64(z.Epoch()), 10) + ":" + strconv.FormatUint(uint64(z.Counter()), 10)
}
