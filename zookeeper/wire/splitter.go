package wire

import (
	"encoding/binary"
	"fmt"
)

// MaxFrame bounds a frame, in bytes: four times the default of ZooKeeper's
// jute.maxbuffer, which bounds a request's data; a list of children may be
// longer.
const MaxFrame = 4 << 20

// Splitter cuts a stream into frames: four bytes of length, and as many more.
// The zero value is at the start of a stream.
type Splitter struct {
	kept []byte // of the frame that is not yet whole, with its length
}

// Feed takes the stream's next bytes and calls frame for each frame that they
// complete, in order. The frame is valid during the call only. It fails on a
// length that no peer sends, and with the first error of frame; what follows
// cannot be understood then.
//
// It copies only bytes of frames that came in parts.
func (s *Splitter) Feed(b []byte, frame func([]byte) error) error {
	if len(s.kept) > 0 {
		s.kept = append(s.kept, b...)
		b = s.kept
	}
	for {
		n, err := whole(b)
		if err != nil {
			return err
		}
		if n == 0 {
			// Whether b is the caller's or the own buffer, its rest moves to the front.
			s.kept = append(s.kept[:0], b...)
			return nil
		}
		if err := frame(b[4:n]); err != nil {
			return err
		}
		b = b[n:]
	}
}

// whole is the size of the first frame with its length, 0 if it is not all
// there.
func whole(b []byte) (int, error) {
	if len(b) < 4 {
		return 0, nil
	}
	n := int32(binary.BigEndian.Uint32(b))
	switch {
	case n < 0 || n > MaxFrame:
		return 0, fmt.Errorf("a frame of %d bytes: want 0 to %d", n, MaxFrame)
	case len(b) < int(n)+4:
		return 0, nil
	}
	return int(n) + 4, nil
}
