package flink

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// On a connection of Pekko's classic remoting, over which Flink's processes call
// each other, the dialler speaks first, and says who it is:
//
//	4 bytes, big-endian: length of what follows
//	PekkoProtocolMessage { 2: instruction PekkoControlMessage {
//	    1: commandType varint, 1 is ASSOCIATE
//	    2: handshakeInfo { 1: origin AddressData { 1: system, 2: hostname, 3: port varint, 4: protocol }, … }}}
//
// in the protocol buffers encoding. The port is the one that the dialler
// advertises, and so says which process it is.

// longestHandshake is the most that a handshake may have, in bytes. A real one
// has about 60.
const longestHandshake = 4 << 10

var errNoHandshake = errors.New("no handshake of Pekko's")

// originPort reads the dialler's advertised port from the bytes at the front of
// a connection. Its second result is false, without an error, if more bytes are
// needed. It takes time linear in len(b).
func originPort(b []byte) (port int, whole bool, err error) {
	if len(b) < 4 {
		return 0, false, nil
	}
	n := int(binary.BigEndian.Uint32(b))
	if n == 0 || n > longestHandshake {
		return 0, false, fmt.Errorf("%w: a first message of %d bytes, want 1 to %d", errNoHandshake, n, longestHandshake)
	}
	if len(b) < 4+n {
		return 0, false, nil
	}
	message := b[4 : 4+n]
	for _, number := range []uint64{2, 2, 1} {
		if message = embedded(message, number); message == nil {
			return 0, false, fmt.Errorf("%w: field %d is missing", errNoHandshake, number)
		}
	}
	value, ok := varint(message, 3)
	if !ok || value == 0 || value > 65535 {
		return 0, false, fmt.Errorf("%w: no port", errNoHandshake)
	}
	return int(value), true, nil
}

// Wire types of protocol buffers.
const (
	wireVarint = 0
	wireFixed8 = 1
	wireBytes  = 2
	wireFixed4 = 5
)

// field is one field of a message: a number, and its bytes or its value.
type field struct {
	number, value uint64
	wire          int
	bytes         []byte
}

// next reads the field at the front of b and gives what follows; it is not ok if
// there is none, or a broken one.
func next(b []byte) (f field, rest []byte, ok bool) {
	key, n := binary.Uvarint(b)
	if n <= 0 {
		return f, nil, false
	}
	b, f.number, f.wire = b[n:], key>>3, int(key&7)
	size := uint64(0)
	switch f.wire {
	case wireVarint:
		if f.value, n = binary.Uvarint(b); n <= 0 {
			return f, nil, false
		}
		return f, b[n:], true
	case wireFixed8:
		size = 8
	case wireFixed4:
		size = 4
	case wireBytes:
		if size, n = binary.Uvarint(b); n <= 0 {
			return f, nil, false
		}
		b = b[n:]
	default:
		return f, nil, false
	}
	if size > uint64(len(b)) {
		return f, nil, false
	}
	f.bytes = b[:size]
	return f, b[size:], true
}

// embedded is the message in field number of b, nil if there is none.
func embedded(b []byte, number uint64) []byte {
	for f, rest, ok := next(b); ok; f, rest, ok = next(rest) {
		if f.number == number && f.wire == wireBytes {
			return f.bytes
		}
	}
	return nil
}

// varint is the number in field number of b.
func varint(b []byte, number uint64) (uint64, bool) {
	for f, rest, ok := next(b); ok; f, rest, ok = next(rest) {
		if f.number == number && f.wire == wireVarint {
			return f.value, true
		}
	}
	return 0, false
}
