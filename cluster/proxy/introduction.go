package proxy

import (
	"encoding/binary"
	"fmt"
)

// What a server says first on an election connection that it dialled:
//
//	until 3.4   long number
//	from 3.5    long version (negative), long number, int length, text
//
// big-endian; the text is the election address of the sender, host:port, in
// version 2 several of them with | in between.
const (
	version1 = -65536
	version2 = -65535
	// longestText is the most that servers accept, in bytes.
	longestText = 2048
)

// introduction is that message. Of the old form Version is 0 and Address empty.
type introduction struct {
	Version int64
	Number  int64
	Address string
}

// parseIntroduction reads the message at the front of b and says how long it
// is. A length of 0 without error asks for more bytes.
func parseIntroduction(b []byte) (in introduction, length int, err error) {
	if len(b) < 8 {
		return in, 0, nil
	}
	first := int64(binary.BigEndian.Uint64(b))
	if first >= 0 {
		return introduction{Number: first}, 8, nil
	}
	if first != version1 && first != version2 {
		return in, 0, fmt.Errorf("unknown version %d of the election protocol", first)
	}
	if len(b) < 20 {
		return in, 0, nil
	}
	n := int(int32(binary.BigEndian.Uint32(b[16:])))
	if n <= 0 || n > longestText {
		return in, 0, fmt.Errorf("an election address of %d bytes, want 1 to %d", n, longestText)
	}
	if len(b) < 20+n {
		return in, 0, nil
	}
	return introduction{
		Version: first,
		Number:  int64(binary.BigEndian.Uint64(b[8:])),
		Address: string(b[20 : 20+n]),
	}, 20 + n, nil
}

// bytes is what parseIntroduction reads.
func (in introduction) bytes() []byte {
	if in.Version == 0 {
		return binary.BigEndian.AppendUint64(nil, uint64(in.Number))
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(in.Version))
	b = binary.BigEndian.AppendUint64(b, uint64(in.Number))
	b = binary.BigEndian.AppendUint32(b, uint32(len(in.Address)))
	return append(b, in.Address...)
}

// introducer is the Filter that replaces the address in an introduction and
// lets all that follows pass.
type introducer struct {
	// number is the server that must be speaking, address what it gets for its
	// own.
	number  int
	address string
	held    []byte
	through bool
}

func (f *introducer) Pass(b []byte) ([]byte, error) {
	if f.through {
		return b, nil
	}
	f.held = append(f.held, b...)
	in, n, err := parseIntroduction(f.held)
	if err != nil || n == 0 {
		return nil, err
	}
	if in.Number != int64(f.number) {
		return nil, fmt.Errorf("server %d dials in the place of server %d", in.Number, f.number)
	}
	if in.Version != 0 {
		in.Address = f.address
	}
	f.through = true
	b = append(in.bytes(), f.held[n:]...)
	f.held = nil
	return b, nil
}

// End drops an unfinished introduction: no server could make anything of it,
// and its address, if it has one, must not go on.
func (f *introducer) End() []byte { return nil }
