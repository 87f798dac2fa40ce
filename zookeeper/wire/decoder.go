package wire

import (
	"encoding/binary"
	"fmt"
)

// Decoder reads a record from its start to its end. After the first error every
// read gives zero, so that a caller may look at Err once, at the end.
type Decoder struct {
	b   []byte
	at  int
	err error
}

// NewDecoder reads b, which must not change meanwhile.
func NewDecoder(b []byte) *Decoder { return &Decoder{b: b} }

// Err says what was wrong and at which byte, nil if nothing was.
func (d *Decoder) Err() error { return d.err }

// Left is the number of bytes that have not been read.
func (d *Decoder) Left() int { return len(d.b) - d.at }

func (d *Decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("byte %d: %s", d.at, fmt.Sprintf(format, args...))
	}
}

// take is the next n bytes, nil after an error.
func (d *Decoder) take(n int, what string) []byte {
	if d.err == nil && (n < 0 || n > d.Left()) {
		d.fail("%s of %d bytes, but %d are left", what, n, d.Left())
	}
	if d.err != nil {
		return nil
	}
	d.at += n
	return d.b[d.at-n : d.at]
}

// Bool, Int and Long read jute's boolean, int and long.
func (d *Decoder) Bool() bool {
	b := d.take(1, "a boolean")
	return b != nil && b[0] != 0
}

// Int reads four bytes.
func (d *Decoder) Int() int32 {
	if b := d.take(4, "an int"); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

// Long reads eight bytes.
func (d *Decoder) Long() int64 {
	if b := d.take(8, "a long"); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

// String reads a string or a buffer; null is empty.
func (d *Decoder) String() string {
	n := d.Int()
	if n == -1 {
		return ""
	}
	return string(d.take(int(n), "a string"))
}

// Vector reads the length of a vector, null as 0, whose elements take at least
// least bytes each: what cannot fit is refused before anything is made for it.
func (d *Decoder) Vector(least int) int {
	n := d.Int()
	if n == -1 {
		return 0
	}
	if d.err == nil && (n < 0 || int(n) > d.Left()/least) {
		d.fail("a vector of %d elements, but %d bytes are left", n, d.Left())
	}
	if d.err != nil {
		return 0
	}
	return int(n)
}

// Strings reads a vector of strings.
func (d *Decoder) Strings() []string {
	n := d.Vector(4)
	if n == 0 {
		return nil
	}
	s := make([]string, n)
	for i := range s {
		s[i] = d.String()
	}
	return s
}
