package runlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// SyntaxError says what is wrong in a log, where, and what would be right.
type SyntaxError struct {
	File string
	Line int // from 1; the header is line 1
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// maxLine bounds one event. The children of a znode are the longest.
const maxLine = 16 << 20

// Reader reads a log, an event at a time.
type Reader struct {
	Header Header

	file  string
	in    *bufio.Scanner
	line  int
	last  int64
	ended bool
}

// NewReader reads the header of the log in r. The file name is used in errors
// only, which are *SyntaxError or errors of r.
func NewReader(file string, r io.Reader) (*Reader, error) {
	rd := &Reader{file: file, in: bufio.NewScanner(r)}
	rd.in.Buffer(make([]byte, 0, 64<<10), maxLine)
	var h struct {
		Schism, Scenario, World, Variant, Bug string
		Seed                                  uint64
		Format, Servers, Clients              int
	}
	rd.line = 1
	if !rd.in.Scan() {
		return nil, rd.errorf("empty, want a run log, whose first line is %s…", `{"schism":"run log","format":1,`)
	}
	if err := json.Unmarshal(rd.in.Bytes(), &h); err != nil || h.Schism != "run log" {
		return nil, rd.errorf("not a run log: want a first line that begins %s", `{"schism":"run log","format":1,`)
	}
	if h.Format != 1 {
		return nil, rd.errorf("run log of format %d: this program reads format 1", h.Format)
	}
	rd.Header = Header{Scenario: h.Scenario, Seed: h.Seed, World: h.World, Variant: h.Variant, Bug: h.Bug, Servers: h.Servers, Clients: h.Clients}
	return rd, nil
}

// Read reads the next event into e and returns its number. At the end it
// returns io.EOF; a log that does not end with an End event is cut off, and
// that is an error.
func (r *Reader) Read(e *Event) (int64, error) {
	r.line++
	if !r.in.Scan() {
		if err := r.in.Err(); err != nil {
			return 0, r.errorf("%v", err)
		}
		if !r.ended {
			return 0, r.errorf("the log is cut off: want a last line with kind \"end\"")
		}
		return 0, io.EOF
	}
	if r.ended {
		return 0, r.errorf("more lines after the one with kind \"end\"")
	}
	*e = Event{}
	d := decoder{b: r.in.Bytes()}
	n, err := d.event(e)
	if err != nil {
		return 0, r.errorf("%v", err)
	}
	if n != r.last+1 {
		return 0, r.errorf("event number %d, want %d: lines are missing or out of order", n, r.last+1)
	}
	if e.Cause < 0 || e.Cause >= n {
		return 0, r.errorf("cause %d is not an earlier event", e.Cause)
	}
	r.last, r.ended = n, e.Kind == End
	return n, nil
}

func (r *Reader) errorf(format string, args ...any) error {
	return &SyntaxError{r.file, r.line, fmt.Sprintf(format, args...)}
}

// ReadAll reads a whole log.
func ReadAll(file string, r io.Reader) (Header, []Event, error) {
	rd, err := NewReader(file, r)
	if err != nil {
		return Header{}, nil, err
	}
	var events []Event
	for {
		var e Event
		if _, err := rd.Read(&e); err == io.EOF {
			return rd.Header, events, nil
		} else if err != nil {
			return rd.Header, events, err
		}
		events = append(events, e)
	}
}

// decoder takes one line apart: exactly what appendEvent writes, and also with
// members in another order. Tests hold it to encoding/json.
type decoder struct {
	b []byte
}

var errJSON = errors.New("not a line of a run log: want a JSON object as the writer makes it")

func (d *decoder) event(e *Event) (int64, error) {
	var n int64
	err := d.object(func(key string) error {
		switch key {
		case "i":
			return d.int(&n)
		case "t":
			return d.int(&e.T)
		case "kind":
			s, err := d.string()
			k := slices.Index(kindNames[:], s)
			if err == nil && k < 1 {
				return fmt.Errorf("unknown kind %q", s)
			}
			e.Kind = Kind(k)
			return err
		}
		return d.member(e, key)
	})
	if err == nil && len(d.b) > 0 {
		err = errJSON
	}
	if err == nil && e.Kind == 0 {
		err = errors.New("an event without a kind")
	}
	return n, err
}

func (d *decoder) member(e *Event, key string) error {
	switch key {
	case "cause":
		return d.int(&e.Cause)
	case "node":
		return d.named(&e.Node, 'n', 0)
	case "peer":
		return d.peer(&e.Peer)
	case "client":
		return d.named(&e.Client, 'c', 1)
	case "num":
		return decodeInt(d, &e.Num)
	case "epoch":
		return decodeInt(d, &e.Epoch)
	case "version":
		return decodeInt(d, &e.Version)
	case "cversion":
		return decodeInt(d, &e.Cversion)
	case "zxid":
		return d.hex(&e.Zxid)
	case "chain":
		return d.hex(&e.Chain)
	case "czxid":
		return d.hex(&e.Czxid)
	case "mzxid":
		return d.hex(&e.Mzxid)
	case "pzxid":
		return d.hex(&e.Pzxid)
	case "session":
		return d.hexInt(&e.Session)
	case "owner":
		return d.hexInt(&e.Owner)
	case "kids":
		e.Kids = []string{}
		return d.array(func() error { return d.appendString(&e.Kids) })
	case "parts":
		e.Parts = []Part{}
		return d.array(func() error { return d.part(&e.Parts) })
	case "servers":
		e.Servers = []int{}
		return d.array(func() error {
			var n int
			err := decodeInt(d, &n)
			e.Servers = append(e.Servers, n)
			return err
		})
	}
	into := map[string]*string{"msg": &e.Msg, "text": &e.Text, "op": &e.Op, "path": &e.Path, "data": &e.Data, "mode": &e.Mode, "out": &e.Out, "err": &e.Err}[key]
	return d.text(into, key)
}

func (d *decoder) part(parts *[]Part) error {
	var p Part
	err := d.object(func(key string) error {
		if key == "version" {
			return decodeInt(d, &p.Version)
		}
		into := map[string]*string{"op": &p.Op, "path": &p.Path, "data": &p.Data, "mode": &p.Mode, "err": &p.Err}[key]
		return d.text(into, key)
	})
	*parts = append(*parts, p)
	return err
}

func (d *decoder) text(into *string, key string) error {
	if into == nil {
		return fmt.Errorf("unknown member %q", key)
	}
	s, err := d.string()
	*into = s
	return err
}

func (d *decoder) appendString(into *[]string) error {
	s, err := d.string()
	*into = append(*into, s)
	return err
}

func (d *decoder) accept(c byte) bool {
	if len(d.b) > 0 && d.b[0] == c {
		d.b = d.b[1:]
		return true
	}
	return false
}

func (d *decoder) object(member func(key string) error) error {
	if !d.accept('{') {
		return errJSON
	}
	for first := true; !d.accept('}'); first = false {
		if !first && !d.accept(',') {
			return errJSON
		}
		key, err := d.string()
		if err != nil || !d.accept(':') {
			return errJSON
		}
		if err := member(key); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) array(elem func() error) error {
	if !d.accept('[') {
		return errJSON
	}
	for first := true; !d.accept(']'); first = false {
		if !first && !d.accept(',') {
			return errJSON
		}
		if err := elem(); err != nil {
			return err
		}
	}
	return nil
}

// string takes a JSON string; the common kind without escapes costs one copy.
func (d *decoder) string() (string, error) {
	if !d.accept('"') {
		return "", errJSON
	}
	end := bytes.IndexByte(d.b, '"')
	if end < 0 {
		return "", errJSON
	}
	if bytes.IndexByte(d.b[:end], '\\') < 0 {
		s := string(d.b[:end])
		d.b = d.b[end+1:]
		return strings.ToValidUTF8(s, "\ufffd"), nil
	}
	for end = 0; end < len(d.b) && d.b[end] != '"'; end++ {
		if d.b[end] == '\\' {
			end++
		}
	}
	if end >= len(d.b) {
		return "", errJSON
	}
	var s string
	if json.Unmarshal(append([]byte{'"'}, d.b[:end+1]...), &s) != nil {
		return "", errJSON
	}
	d.b = d.b[end+1:]
	return s, nil
}

func (d *decoder) int(into *int64) error {
	end := 0
	for end < len(d.b) && (d.b[end] == '-' || d.b[end] >= '0' && d.b[end] <= '9') {
		end++
	}
	n, err := strconv.ParseInt(string(d.b[:end]), 10, 64)
	if err != nil {
		return errJSON
	}
	d.b = d.b[end:]
	*into = n
	return nil
}

func decodeInt[T int | int32 | uint32](d *decoder, into *T) error {
	var n int64
	if err := d.int(&n); err != nil {
		return err
	}
	*into = T(n)
	if int64(*into) != n {
		return fmt.Errorf("%d is out of range", n)
	}
	return nil
}

func (d *decoder) hex(into *uint64) error {
	s, err := d.string()
	if err != nil {
		return err
	}
	digits, ok := strings.CutPrefix(s, "0x")
	n, err := strconv.ParseUint(digits, 16, 64)
	if err != nil || !ok {
		return fmt.Errorf("%q is no hexadecimal number such as 0x100000001", s)
	}
	*into = n
	return nil
}

func (d *decoder) hexInt(into *int64) error {
	var n uint64
	err := d.hex(&n)
	*into = int64(n)
	return err
}

// named reads a name such as n3 or c0; plus is added to its number.
func (d *decoder) named(into *int, prefix byte, plus int) error {
	s, err := d.string()
	if err != nil {
		return err
	}
	if s != "" && s[0] == prefix {
		if n, err := strconv.Atoi(s[1:]); err == nil && n >= 1-plus && n < 1<<16 {
			*into = n + plus
			return nil
		}
	}
	return fmt.Errorf("%q is no name such as %c1", s, prefix)
}

func (d *decoder) peer(into *int) error {
	if len(d.b) > 1 && d.b[1] == 'c' {
		var n int
		err := d.named(&n, 'c', 1)
		*into = -n
		return err
	}
	return d.named(into, 'n', 0)
}
