package runlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decoder takes one line apart: exactly what appendEvent writes, and also with
// members in another order. Tests hold it to encoding/json.
type decoder struct {
	b []byte
	// clients is a member seen that only the clients' events have; the writer
	// writes it for no other kind, so it must not get lost here.
	clients []byte
	// flinks is the same for the members that only Flink's events have.
	flinks []byte
}

var errJSON = errors.New("not a line of a run log: want a JSON object as the writer makes it")

func (d *decoder) event(e *Event) (int64, error) {
	var n int64
	err := d.object(func(key []byte) error {
		switch string(key) {
		case "i":
			return d.int(&n)
		case "t":
			return d.int(&e.T)
		case "kind":
			s, err := d.bytes()
			if e.Kind = kinds[string(s)]; err == nil && e.Kind == 0 {
				return fmt.Errorf("unknown kind %q", s)
			}
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
	if err == nil && d.flinks != nil && !e.Kind.OfFlink() {
		err = fmt.Errorf("member %q does not go with kind %q", d.flinks, e.Kind)
	}
	if err == nil && d.clients != nil && !e.Kind.shows() {
		err = fmt.Errorf("member %q does not go with kind %q", d.clients, e.Kind)
	}
	return n, err
}

// kinds are the kinds by name.
var kinds = func() map[string]Kind {
	m := map[string]Kind{}
	for k, name := range kindNames {
		if k > 0 {
			m[name] = Kind(k)
		}
	}
	return m
}()

func (d *decoder) member(e *Event, key []byte) error {
	switch string(key) {
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
	case "zxid":
		return d.hex(&e.Zxid)
	case "chain":
		return d.hex(&e.Chain)
	case "msg":
		return d.text(&e.Msg)
	case "text":
		return d.text(&e.Text)
	case "proc":
		return d.text(&e.Proc)
	case "with":
		return d.text(&e.With)
	case "servers":
		e.Servers = []int{}
		return d.array(func() error {
			var n int
			err := decodeInt(d, &n)
			e.Servers = append(e.Servers, n)
			return err
		})
	}
	if ok, err := d.flink(e, key); ok {
		d.flinks = key
		return err
	}
	d.clients = key
	return d.client(e, key)
}

// client takes a member that only the clients' events have.
func (d *decoder) client(e *Event, key []byte) error {
	switch string(key) {
	case "version":
		return decodeInt(d, &e.Version)
	case "cversion":
		return decodeInt(d, &e.Cversion)
	case "op":
		return d.text(&e.Op)
	case "path":
		return d.text(&e.Path)
	case "data":
		return d.text(&e.Data)
	case "mode":
		return d.text(&e.Mode)
	case "out":
		return d.text(&e.Out)
	case "err":
		return d.text(&e.Err)
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
	}
	return unknownMember(key)
}

func unknownMember(key []byte) error { return fmt.Errorf("unknown member %q", key) }

func (d *decoder) part(parts *[]Part) error {
	var p Part
	err := d.object(func(key []byte) error {
		switch string(key) {
		case "version":
			return decodeInt(d, &p.Version)
		case "op":
			return d.text(&p.Op)
		case "path":
			return d.text(&p.Path)
		case "data":
			return d.text(&p.Data)
		case "mode":
			return d.text(&p.Mode)
		case "err":
			return d.text(&p.Err)
		}
		return unknownMember(key)
	})
	*parts = append(*parts, p)
	return err
}

func (d *decoder) text(into *string) error {
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

func (d *decoder) object(member func(key []byte) error) error {
	if !d.accept('{') {
		return errJSON
	}
	for first := true; !d.accept('}'); first = false {
		if !first && !d.accept(',') {
			return errJSON
		}
		key, err := d.bytes()
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

// string takes a JSON string. Words that most lines have cost no copy.
func (d *decoder) string() (string, error) {
	b, err := d.bytes()
	if w, common := words[string(b)]; common {
		return w, err
	}
	return string(b), err
}

var words = func() map[string]string {
	m := map[string]string{}
	for _, w := range []string{
		"", OK, Fail, Unknown, "get", "set", "create", "delete", "exists", "children", "sync", "check", "multi",
		"ephemeral", "sequential", "ephemeral sequential", WatchMode, OpAddWatch, OpRemoveWatches, Recursive, "NoNode", "BadVersion", "NodeExists", "NotEmpty", "ConnectionLoss",
		"PROPOSAL", "ACK", "COMMIT", "PING", "log", "currentEpoch", "acceptedEpoch", "snapshot",
	} {
		m[w] = w
	}
	return m
}()

// bytes takes a JSON string, for as long as the line is there.
func (d *decoder) bytes() ([]byte, error) {
	if !d.accept('"') {
		return nil, errJSON
	}
	end := bytes.IndexByte(d.b, '"')
	if end < 0 {
		return nil, errJSON
	}
	if plain(d.b[:end]) {
		s := d.b[:end]
		d.b = d.b[end+1:]
		return s, nil
	}
	for end = 0; end < len(d.b) && d.b[end] != '"'; end++ {
		if d.b[end] == '\\' {
			end++
		}
	}
	if end >= len(d.b) {
		return nil, errJSON
	}
	var s string
	if json.Unmarshal(append([]byte{'"'}, d.b[:end+1]...), &s) != nil {
		return nil, errJSON
	}
	d.b = d.b[end+1:]
	return []byte(s), nil
}

// plain says whether the inside of a JSON string stands for itself.
func plain(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == '\\' || c >= utf8.RuneSelf {
			return utf8.Valid(b) && bytes.IndexFunc(b, func(r rune) bool { return r < ' ' || r == '\\' }) < 0
		}
	}
	return true
}

func (d *decoder) int(into *int64) error {
	end := 0
	for end < len(d.b) && (d.b[end] == '-' || d.b[end] >= '0' && d.b[end] <= '9') {
		end++
	}
	n, err := strconv.ParseInt(string(d.b[:end]), 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("%s is out of range", d.b[:end])
	}
	if err != nil || !canonical(d.b[:end]) {
		return errJSON
	}
	d.b = d.b[end:]
	*into = n
	return nil
}

// canonical says whether a number begins as JSON wants it: without useless
// zeros.
func canonical(num []byte) bool {
	num = bytes.TrimPrefix(num, []byte{'-'})
	return len(num) == 1 || num[0] != '0'
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
	s, err := d.bytes()
	if err != nil {
		return err
	}
	n := uint64(0)
	for i, c := range s {
		digit := strings.IndexByte("0123456789abcdef", c)
		if i < 2 && c == "0x"[i] {
			continue
		}
		if i < 2 || digit < 0 || n >= 1<<60 {
			return fmt.Errorf("%q is no hexadecimal number such as 0x100000001", s)
		}
		n = n<<4 | uint64(digit)
	}
	if len(s) < 3 {
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
	s, err := d.bytes()
	if err != nil {
		return err
	}
	n, good := 0, len(s) > 1 && len(s) < 6 && s[0] == prefix
	for _, c := range s[min(1, len(s)):] {
		good = good && c >= '0' && c <= '9'
		n = n*10 + int(c-'0')
	}
	if good && n >= 1-plus && n < 1<<16 {
		*into = n + plus
		return nil
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
