package paxos

// Command is what a transaction does; consensus does not look inside. A command
// never changes once it was proposed, so copies of machines share it.
type Command interface {
	// Digest is a hash of what the command does. Different commands have
	// different digests but for chance.
	Digest() uint64
	String() string
}

// Entry is a transaction: a command at its place in the history.
type Entry struct {
	Zxid Zxid
	Cmd  Command
	// Chain is the digest of the log that this entry was put into, up to and with
	// it. Each server reckons it from its own log.
	Chain uint64
}

// State is what transactions act on. It is a persistent value: Apply gives the
// state after e, and the receiver stays what it was. So a snapshot is the value
// itself, and a copied machine shares it.
type State interface {
	Apply(e Entry) State
	// Digest is a hash of the whole state, in constant time.
	Digest() uint64
}

// Piecewise is a State that is read piece by piece, as a tree too large to be
// locked meanwhile is: of transactions that are applied while it is read, some
// show in what was read and some do not. To apply them all again, in order,
// mends that.
type Piecewise interface {
	State
	// Splice is what such a reader holds that began with the receiver and ended
	// with later.
	Splice(later State) State
}

// Splice is s as one reads it who ends when it has become later. A State that is
// not Piecewise is read at once.
func Splice(s, later State) State {
	if p, ok := s.(Piecewise); ok {
		return p.Splice(later)
	}
	return s
}

// DB is a state and the history that led to it.
type DB struct {
	State State
	// Zxid is that of the last transaction applied.
	Zxid Zxid
	// Chain is a digest of all transactions applied, in order. Two histories of
	// the same chain are the same history but for chance.
	Chain uint64
}

// Apply is the database after e.
func (db DB) Apply(e Entry) DB {
	return DB{db.State.Apply(e), e.Zxid, Chain(db.Chain, e)}
}

// Chain is the digest of a history of digest chain, followed by e.
func Chain(chain uint64, e Entry) uint64 {
	return ChainDigest(chain, e.Zxid, e.Cmd.Digest())
}

// ChainDigest is Chain for an entry of which only the digest is known.
func ChainDigest(chain uint64, z Zxid, digest uint64) uint64 {
	return Mix(Mix(chain^uint64(z)) ^ digest)
}

// Mix scrambles 64 bits so that each bit of x counts for each of the result. It
// is the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// MixString is a hash of s, started from h.
func MixString(h uint64, s string) uint64 {
	for len(s) >= 8 {
		h = Mix(h ^ (uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56))
		s = s[8:]
	}
	tail := uint64(len(s)) << 56
	for i := range len(s) {
		tail |= uint64(s[i]) << (8 * i)
	}
	return Mix(h ^ tail)
}
