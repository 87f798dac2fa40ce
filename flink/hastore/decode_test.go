package hastore

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestDecode plays testdata/decode: bytes that Java wrote, in hexadecimal, and
// what is read from them.
func TestDecode(t *testing.T) {
	datadriven.RunTest(t, "testdata/decode", func(t *testing.T, d *datadriven.TestData) string {
		data, err := hex.DecodeString(strings.Join(strings.Fields(d.Input), ""))
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		switch d.Cmd {
		case "stream":
			contents, err := decode(data)
			if err != nil {
				return err.Error() + "\n"
			}
			p := printer{seen: map[any]bool{}}
			for _, c := range contents {
				p.print("", "", c)
			}
			return p.String()
		case "leader":
			l, err := DecodeLeader(data)
			return said("address=%q token=%s none=%v", err, l.Address, l.Token, l.None())
		case "pointer":
			p, err := DecodePointer(data)
			file, local := p.File()
			return said("class %s\nuri=%q size=%d file=%q local=%v", err, p.Class, p.URI, p.Size, file, local)
		case "counter":
			n, err := DecodeCounter(data)
			return said("%d", err, n)
		}
		d.Fatalf(t, "unknown command")
		return ""
	})
}

func said(format string, err error, args ...any) string {
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	return fmt.Sprintf(format+"\n", args...)
}

// printer shows a decoded stream, two spaces for each depth.
type printer struct {
	strings.Builder
	seen map[any]bool
}

func (p *printer) print(indent, name string, value any) {
	fmt.Fprintf(p, "%s%s", indent, name)
	switch v := value.(type) {
	case *object:
		fmt.Fprintf(p, "%s", v.class)
		if p.seen[v] {
			fmt.Fprintln(p, " (again)")
			return
		}
		p.seen[v] = true
		fmt.Fprintln(p)
		for _, f := range v.fields {
			p.print(indent+"  ", f.name+": ", f.value)
		}
		for _, x := range v.extra {
			p.print(indent+"  ", "+ ", x)
		}
	case *array:
		fmt.Fprintln(p, "array")
		for _, x := range v.values {
			p.print(indent+"  ", "- ", x)
		}
	case blockData:
		fmt.Fprintf(p, "block %x\n", []byte(v))
	case []byte:
		fmt.Fprintf(p, "bytes %x\n", v)
	default:
		fmt.Fprintf(p, "%#v\n", v)
	}
}

// TestEveryPrefixFails: whatever is cut off is seen to be, without a panic.
func TestEveryPrefixFails(t *testing.T) {
	datadriven.RunTest(t, "testdata/decode", func(t *testing.T, d *datadriven.TestData) string {
		data, err := hex.DecodeString(strings.Join(strings.Fields(d.Input), ""))
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		if d.Cmd == "pointer" {
			for n := range data {
				if _, err := DecodePointer(data[:n]); err == nil {
					t.Errorf("%s: the first %d of %d bytes are taken for the whole", d.Pos, n, len(data))
				}
			}
		}
		return d.Expected
	})
}

// seeds are the inputs of testdata/decode.
func seeds(f *testing.F) {
	datadriven.RunTestAny(f, "testdata/decode", func(_ testing.TB, d *datadriven.TestData) string {
		if data, err := hex.DecodeString(strings.Join(strings.Fields(d.Input), "")); err == nil {
			f.Add(data)
		}
		return d.Expected
	})
}

func FuzzDecodeLeader(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := DecodeLeader(data)
		if err != nil {
			return
		}
		if l.None() != (len(data) == 0) {
			t.Errorf("%x: %+v", data, l)
		}
		if !l.None() && (len(l.Token) != 36 || strings.Count(l.Token, "-") != 4) {
			t.Errorf("%x: token %q", data, l.Token)
		}
	})
}

func FuzzDecodePointer(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := DecodePointer(data)
		if err != nil {
			return
		}
		if file, ok := p.File(); ok && !strings.HasPrefix(file, "/") {
			t.Errorf("%x: file %q", data, file)
		}
	})
}

func FuzzDecodeCounter(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := DecodeCounter(data); (err == nil) != (len(data) == 4) {
			t.Errorf("%x: %v", data, err)
		}
	})
}
