package runlog

import (
	"io"
	"strconv"
	"unicode/utf8"
)

const blockSize = 64 << 10

// Sink takes events as they happen. Put returns the event's number, which later
// events name as their cause. The event is the caller's again when Put returns.
type Sink interface {
	Put(e *Event) int64
}

// Writer writes a log. It is not safe for use by several goroutines.
type Writer struct {
	w   io.Writer
	buf []byte
	n   int64
	err error
}

// NewWriter writes the header to w and returns a Writer for the events.
func NewWriter(w io.Writer, h Header) *Writer {
	l := &Writer{w: w, buf: make([]byte, 0, blockSize+4096)}
	o := object{append(l.buf, `{"schism":"run log","format":1`...)}
	o.str("scenario", h.Scenario)
	o.b = append(o.b, `,"seed":`...)
	o.b = strconv.AppendUint(o.b, h.Seed, 10)
	o.str("world", h.World)
	o.str("protocol", h.Protocol)
	o.str("variant", h.Variant)
	o.str("bug", h.Bug)
	o.num("servers", int64(h.Servers))
	o.num("clients", int64(h.Clients))
	o.num("session", h.Session)
	o.num("checkpoint", h.Checkpoint)
	if h.Tolerant {
		o.b = append(o.b, `,"tolerant":true`...)
	}
	if h.Application {
		o.b = append(o.b, `,"application":true`...)
	}
	o.num("join", h.Join)
	o.num("window", h.Window)
	o.num("parties", int64(h.Parties))
	l.buf = append(o.b, '}', '\n')
	return l
}

// Put writes one event and returns its number, from 1. It does not allocate.
func (l *Writer) Put(e *Event) int64 {
	l.n++
	l.buf = appendEvent(l.buf, l.n, e)
	if len(l.buf) >= blockSize {
		l.Flush()
	}
	return l.n
}

// Flush hands all that was put to the writer below, and returns the first error
// that it gave.
func (l *Writer) Flush() error {
	if l.err == nil && len(l.buf) > 0 {
		_, l.err = l.w.Write(l.buf)
	}
	l.buf = l.buf[:0]
	return l.err
}

// appendEvent is the one place that says how an event looks.
func appendEvent(b []byte, n int64, e *Event) []byte {
	o := object{append(b, `{"i":`...)}
	o.b = strconv.AppendInt(o.b, n, 10)
	o.b = append(o.b, `,"t":`...)
	o.b = strconv.AppendInt(o.b, e.T, 10)
	o.str("kind", kindNames[e.Kind])
	o.num("cause", e.Cause)
	o.named("node", 'n', e.Node)
	if e.Peer < 0 {
		o.named("peer", 'c', -1-e.Peer)
	} else {
		o.named("peer", 'n', e.Peer)
	}
	if e.Client > 0 {
		o.b = append(o.b, `,"client":"c`...)
		o.b = strconv.AppendInt(o.b, int64(e.Client-1), 10)
		o.b = append(o.b, '"')
	}
	o.num("num", int64(e.Num))
	o.str("msg", e.Msg)
	o.str("text", e.Text)
	o.num("epoch", int64(e.Epoch))
	o.hex("zxid", e.Zxid)
	o.hex("chain", e.Chain)
	o.str("proc", e.Proc)
	o.str("with", e.With)
	if e.Kind.shows() {
		o.client(e)
	}
	if e.Kind.OfFlink() {
		o.flink(e)
	}
	if e.Servers != nil {
		o.list("servers", len(e.Servers), func(i int) { o.b = strconv.AppendInt(o.b, int64(e.Servers[i]), 10) })
	}
	return append(o.b, '}', '\n')
}

// client writes the fields that only the clients' events have.
func (o *object) client(e *Event) {
	o.hex("session", uint64(e.Session))
	o.str("op", e.Op)
	o.str("path", e.Path)
	o.str("data", e.Data)
	o.num("version", int64(e.Version))
	o.num("cversion", int64(e.Cversion))
	o.str("mode", e.Mode)
	o.str("out", e.Out)
	o.str("err", e.Err)
	o.hex("czxid", e.Czxid)
	o.hex("mzxid", e.Mzxid)
	o.hex("pzxid", e.Pzxid)
	o.hex("owner", uint64(e.Owner))
	if e.Kids != nil {
		o.list("kids", len(e.Kids), func(i int) { o.b = appendString(o.b, e.Kids[i]) })
	}
	if e.Parts != nil {
		o.list("parts", len(e.Parts), func(i int) { o.part(&e.Parts[i]) })
	}
}

func (o *object) part(p *Part) {
	o.b = append(o.b, `{"op":`...)
	o.b = appendString(o.b, p.Op)
	o.str("path", p.Path)
	o.str("data", p.Data)
	o.num("version", int64(p.Version))
	o.str("mode", p.Mode)
	o.str("err", p.Err)
	o.b = append(o.b, '}')
}

// object appends members to a JSON object; zero values are left out.
type object struct{ b []byte }

func (o *object) key(k string) {
	o.b = append(o.b, ',', '"')
	o.b = append(o.b, k...)
	o.b = append(o.b, '"', ':')
}

func (o *object) str(k, v string) {
	if v != "" {
		o.key(k)
		o.b = appendString(o.b, v)
	}
}

func (o *object) num(k string, v int64) {
	if v != 0 {
		o.key(k)
		o.b = strconv.AppendInt(o.b, v, 10)
	}
}

// hex writes v as a string: JSON readers that know only floats lose bits of
// larger numbers, and people read a zxid in hexadecimal.
func (o *object) hex(k string, v uint64) {
	if v != 0 {
		o.key(k)
		o.b = append(o.b, '"', '0', 'x')
		o.b = strconv.AppendUint(o.b, v, 16)
		o.b = append(o.b, '"')
	}
}

func (o *object) named(k string, prefix byte, n int) {
	if n != 0 || prefix == 'c' {
		o.key(k)
		o.b = append(o.b, '"', prefix)
		o.b = strconv.AppendInt(o.b, int64(n), 10)
		o.b = append(o.b, '"')
	}
}

func (o *object) list(k string, n int, elem func(i int)) {
	o.key(k)
	o.b = append(o.b, '[')
	for i := range n {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		elem(i)
	}
	o.b = append(o.b, ']')
}

// appendString appends s as a JSON string. Bytes that are no UTF-8 become the
// replacement character, so a log is always valid JSON.
func appendString(b []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	plain := 0 // from here on nothing had to be written otherwise
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[plain:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			i++
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
		}
		plain = i
	}
	b = append(b, s[plain:]...)
	return append(b, '"')
}
