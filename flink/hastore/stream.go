package hastore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The bytes of the Java object serialization stream protocol, version 5, by the
// names of its grammar.
const (
	streamMagic = 0xaced
	streamV5    = 5

	tcNull           = 0x70
	tcReference      = 0x71
	tcClassDesc      = 0x72
	tcObject         = 0x73
	tcString         = 0x74
	tcArray          = 0x75
	tcClass          = 0x76
	tcBlockData      = 0x77
	tcEndBlockData   = 0x78
	tcReset          = 0x79
	tcBlockDataLong  = 0x7a
	tcLongString     = 0x7c
	tcProxyClassDesc = 0x7d
	tcEnum           = 0x7e

	scWriteMethod    = 0x01
	scSerializable   = 0x02
	scExternalizable = 0x04
	scBlockData      = 0x08

	firstHandle = 0x7e0000
)

// maxDepth bounds how far objects and classes may lie within each other. Flink's
// handles need about ten.
const maxDepth = 64

// classDesc describes a class as the stream does.
type classDesc struct {
	name   string
	flags  byte
	fields []fieldDesc
	super  *classDesc
}

type fieldDesc struct {
	name string
	kind byte // B C D F I J S Z, and L or [ for an object
}

// stream reads one object stream. Its first error stays.
type stream struct {
	data  []byte
	at    int
	depth int
	// handles are the objects, strings, arrays and classes that later parts may
	// refer to, in the order of their appearance.
	handles []any
	err     error
}

// decode reads all contents of a Java object stream: objects, strings, arrays
// and blockData. It takes memory in proportion to the data, whatever that says.
func decode(data []byte) ([]any, error) {
	s := &stream{data: data}
	if magic, version := s.uint(2), s.uint(2); s.err == nil && (magic != streamMagic || version != streamV5) {
		return nil, fmt.Errorf("not a Java object stream: begins with %04x %04x, want aced 0005", magic, version)
	}
	var contents []any
	for s.err == nil && s.at < len(s.data) {
		contents = append(contents, s.content())
	}
	if s.err != nil {
		return nil, s.err
	}
	return contents, nil
}

func (s *stream) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("byte %d of a Java object stream: %w", s.at, fmt.Errorf(format, args...))
	}
}

var errCutOff = errors.New("cut off")

// take returns the next n bytes; zeros once the stream has failed.
func (s *stream) take(n int) []byte {
	if s.err == nil && (n < 0 || n > len(s.data)-s.at) {
		s.fail("%w", errCutOff)
	}
	if s.err != nil {
		return make([]byte, min(max(n, 0), 8))
	}
	s.at += n
	return s.data[s.at-n : s.at]
}

func (s *stream) uint(width int) uint64 {
	var b [8]byte
	copy(b[8-width:], s.take(width))
	return binary.BigEndian.Uint64(b[:])
}

func (s *stream) int(width int) int64 {
	return int64(s.uint(width)<<(64-8*width)) >> (64 - 8*width)
}

func (s *stream) byte() byte { return byte(s.uint(1)) }

func (s *stream) utf() string { return s.modifiedUTF8(int(s.uint(2))) }

func (s *stream) modifiedUTF8(n int) string {
	b := s.take(n)
	if s.err != nil {
		return ""
	}
	text, ok := modifiedUTF8(b)
	if !ok {
		s.fail("bytes that are not modified UTF-8")
	}
	return text
}

func (s *stream) newHandle(v any) int {
	s.handles = append(s.handles, v)
	return len(s.handles) - 1
}

// enter bounds recursion; the caller defers leave.
func (s *stream) enter() bool {
	s.depth++
	if s.depth > maxDepth {
		s.fail("objects lie more than %d deep", maxDepth)
	}
	return s.err == nil
}

func (s *stream) leave() { s.depth-- }

// content is one object or one run of plain bytes.
func (s *stream) content() any {
	defer s.leave()
	if !s.enter() {
		return nil
	}
	switch tag := s.byte(); tag {
	case tcNull:
		return nil
	case tcReference:
		return s.reference()
	case tcObject:
		return s.object()
	case tcString:
		at := s.newHandle("")
		text := s.utf()
		s.handles[at] = text
		return text
	case tcLongString:
		at := s.newHandle("")
		text := s.modifiedUTF8(s.length(8))
		s.handles[at] = text
		return text
	case tcArray:
		return s.array()
	case tcClass:
		d := s.classDesc()
		s.newHandle(d)
		return nil
	case tcEnum:
		o := &object{}
		if d := s.classDesc(); d != nil {
			o.class = d.name
		}
		s.newHandle(o)
		o.fields = []field{{"name", s.content()}}
		return o
	case tcBlockData:
		return blockData(s.take(int(s.uint(1))))
	case tcBlockDataLong:
		return blockData(s.take(s.length(4)))
	case tcReset:
		s.handles = nil
		return nil
	case tcClassDesc, tcProxyClassDesc:
		s.at--
		s.classDesc()
		return nil
	default:
		s.fail("unexpected tag %#02x", tag)
		return nil
	}
}

// length reads the length of what follows, which cannot be longer than the rest.
func (s *stream) length(width int) int {
	n := s.int(width)
	if s.err == nil && (n < 0 || n > int64(len(s.data)-s.at)) {
		s.fail("%w", errCutOff)
	}
	if s.err != nil {
		return 0
	}
	return int(n)
}

func (s *stream) reference() any {
	i := int(s.uint(4)) - firstHandle
	if s.err == nil && (i < 0 || i >= len(s.handles)) {
		s.fail("a reference to object %d of %d", i, len(s.handles))
	}
	if s.err != nil {
		return nil
	}
	return s.handles[i]
}

// classDesc reads a class description, nil for none.
func (s *stream) classDesc() *classDesc {
	defer s.leave()
	if !s.enter() {
		return nil
	}
	switch tag := s.byte(); tag {
	case tcNull:
		return nil
	case tcReference:
		d, ok := s.reference().(*classDesc)
		if !ok {
			s.fail("a reference to a class, which leads to something else")
		}
		return d
	case tcClassDesc:
		d := &classDesc{name: s.utf()}
		s.take(8) // serialVersionUID
		s.newHandle(d)
		d.flags = s.byte()
		for n := s.uint(2); n > 0 && s.err == nil; n-- {
			d.fields = append(d.fields, s.fieldDesc())
		}
		s.annotation()
		d.super = s.classDesc()
		return d
	case tcProxyClassDesc:
		d := &classDesc{name: "proxy"}
		s.newHandle(d)
		for n := s.length(4); n > 0 && s.err == nil; n-- {
			s.utf()
		}
		s.annotation()
		d.super = s.classDesc()
		return d
	default:
		s.fail("unexpected tag %#02x in the place of a class", tag)
		return nil
	}
}

func (s *stream) fieldDesc() fieldDesc {
	f := fieldDesc{kind: s.byte()}
	f.name = s.utf()
	if f.kind == 'L' || f.kind == '[' {
		s.content() // the field's type, a string
	}
	return f
}

// annotation is what was written up to the end of a block.
func (s *stream) annotation() (extra []any) {
	for s.err == nil {
		if s.at < len(s.data) && s.data[s.at] == tcEndBlockData {
			s.at++
			return extra
		}
		extra = append(extra, s.content())
	}
	return extra
}

func (s *stream) object() any {
	d := s.classDesc()
	if d == nil {
		s.fail("an object without a class")
		return nil
	}
	o := &object{class: d.name}
	s.newHandle(o)
	var line []*classDesc // from the object's class up to its last superclass
	for c := d; c != nil; c = c.super {
		if line = append(line, c); len(line) > maxDepth {
			s.fail("class %q has more than %d superclasses", d.name, maxDepth)
			return o
		}
	}
	for i := len(line) - 1; i >= 0 && s.err == nil; i-- {
		s.classData(o, line[i])
	}
	return o
}

// classData reads what one class has written of an object.
func (s *stream) classData(o *object, d *classDesc) {
	switch {
	case d.flags&scSerializable != 0:
		for _, f := range d.fields {
			if s.err != nil {
				return
			}
			o.fields = append(o.fields, field{f.name, s.value(f.kind)})
		}
		if d.flags&scWriteMethod != 0 {
			o.extra = append(o.extra, s.annotation()...)
		}
	case d.flags&scExternalizable != 0 && d.flags&scBlockData != 0:
		o.extra = append(o.extra, s.annotation()...)
	case d.flags&scExternalizable != 0:
		s.fail("class %q is written in a way that only itself can read", d.name)
	}
}

func (s *stream) array() any {
	d := s.classDesc()
	if d == nil || len(d.name) < 2 || d.name[0] != '[' {
		s.fail("an array without a type")
		return nil
	}
	a := &array{}
	s.newHandle(a)
	n := s.length(4)
	if d.name[1] == 'B' {
		a.values = []any{s.take(n)}
		return a
	}
	for ; n > 0 && s.err == nil; n-- {
		a.values = append(a.values, s.value(d.name[1]))
	}
	return a
}

// value reads a value of a field or an array by the letter of its type.
func (s *stream) value(kind byte) any {
	switch kind {
	case 'B':
		return s.int(1)
	case 'C':
		return int64(s.uint(2))
	case 'S':
		return s.int(2)
	case 'I':
		return s.int(4)
	case 'J':
		return s.int(8)
	case 'F':
		return float64(math.Float32frombits(uint32(s.uint(4))))
	case 'D':
		return math.Float64frombits(s.uint(8))
	case 'Z':
		return s.byte() != 0
	case 'L', '[':
		return s.content()
	}
	s.fail("unknown type %q", kind)
	return nil
}
