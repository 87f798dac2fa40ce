package runlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"pgregory.net/rapid"
)

func drawText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"", "/r", "leader", "a\"b\\c\n\t\x00", "\u2028é😀", "\u007f"}), rapid.String())
}

func drawKind(t *rapid.T) Kind {
	return rapid.Map(rapid.IntRange(int(Start), int(Exit)-1), func(n int) Kind {
		if Kind(n) >= End {
			return Kind(n + 1)
		}
		return Kind(n)
	}).Draw(t, "kind")
}

// drawEvent draws any event that the writer keeps whole.
func drawEvent(t *rapid.T, n int64) Event {
	text := func(name string) string { return drawText().Draw(t, name) }
	some := func(name string) uint64 { return rapid.SampledFrom([]uint64{0, 1, 1 << 32, 1<<64 - 1}).Draw(t, name) }
	e := Event{
		T: rapid.Int64().Draw(t, "t"), Kind: drawKind(t),
		Cause: rapid.Int64Range(0, n-1).Draw(t, "cause"), Node: rapid.IntRange(0, 31).Draw(t, "node"),
		Peer: rapid.IntRange(-31, 31).Draw(t, "peer"), Client: rapid.IntRange(0, 9).Draw(t, "client"),
		Num: rapid.Int().Draw(t, "num"), Msg: text("msg"), Text: text("text"), Epoch: rapid.Uint32().Draw(t, "epoch"),
		Zxid: some("zxid"), Chain: some("chain"),
	}
	if rapid.Bool().Draw(t, "on servers") {
		e.Servers = append([]int{}, rapid.SliceOfN(rapid.IntRange(0, 31), 0, 3).Draw(t, "servers")...)
	}
	e.Proc, e.With = text("proc"), text("with")
	if e.Kind.OfFlink() {
		e.Token, e.Job, e.Ckpt = text("token"), text("job"), rapid.Int64().Draw(t, "ckpt")
		e.Attempt, e.Subtask = rapid.Int().Draw(t, "attempt"), rapid.Int().Draw(t, "subtask")
	}
	if !e.Kind.shows() {
		return e
	}
	e.Session, e.Owner = rapid.Int64().Draw(t, "session"), rapid.Int64().Draw(t, "owner")
	e.Op, e.Path, e.Data, e.Mode, e.Out, e.Err = text("op"), text("path"), text("data"), text("mode"), text("out"), text("err")
	e.Version, e.Cversion = rapid.Int32().Draw(t, "version"), rapid.Int32().Draw(t, "cversion")
	e.Czxid, e.Mzxid, e.Pzxid = some("czxid"), some("mzxid"), some("pzxid")
	if rapid.Bool().Draw(t, "with kids") {
		e.Kids = append([]string{}, rapid.SliceOfN(drawText(), 0, 3).Draw(t, "kids")...)
	}
	if rapid.Bool().Draw(t, "with parts") {
		e.Parts = []Part{}
		for range rapid.IntRange(0, 2).Draw(t, "parts") {
			e.Parts = append(e.Parts, Part{text("op"), text("path"), text("data"), rapid.Int32().Draw(t, "v"), text("mode"), text("err")})
		}
	}
	return e
}

func written(h Header, events []Event) []byte {
	var b bytes.Buffer
	w := NewWriter(&b, h)
	for i := range events {
		w.Put(&events[i])
	}
	if err := w.Flush(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestEveryLogComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := Header{
			drawText().Draw(t, "scenario"), rapid.Uint64().Draw(t, "seed"), drawText().Draw(t, "world"), drawText().Draw(t, "protocol"), drawText().Draw(t, "variant"), drawText().Draw(t, "bug"),
			rapid.IntRange(0, 31).Draw(t, "servers"), rapid.IntRange(0, 99).Draw(t, "clients"),
			rapid.Int64().Draw(t, "session"), rapid.Int64().Draw(t, "checkpoint"), rapid.Bool().Draw(t, "tolerant"), rapid.Bool().Draw(t, "application"), rapid.Int64().Draw(t, "join"), rapid.Int64().Draw(t, "window"), rapid.Int().Draw(t, "parties"),
		}
		var events []Event
		for i := range rapid.IntRange(0, 8).Draw(t, "n") {
			events = append(events, drawEvent(t, int64(i+1)))
		}
		events = append(events, Event{Kind: End})
		text := written(h, events)
		for line := range bytes.Lines(text) {
			if !json.Valid(line) {
				t.Fatalf("no JSON: %s", line)
			}
		}
		h2, events2, err := ReadAll("log", bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if h != h2 || !reflect.DeepEqual(events, events2) {
			t.Fatalf("came back as another log:\n%s\nwas\n%s", written(h2, events2), text)
		}
		if again := written(h2, events2); !bytes.Equal(again, text) {
			t.Fatalf("written twice, once\n%s\nonce\n%s", text, again)
		}
	})
}

// TestDecoderAgreesWithEncodingJSON compares, member by member, what the
// decoder reads with what encoding/json reads on the same line.
func TestDecoderAgreesWithEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEvent(t, 1)
		sameAsJSON(t, appendEvent(nil, 1, &e))
	})
}

type fataler interface{ Fatalf(string, ...any) }

// sameAsJSON fails if the decoder accepts a line that encoding/json refuses or
// reads otherwise.
func sameAsJSON(t fataler, line []byte) {
	var e Event
	d := decoder{b: bytes.TrimSuffix(line, []byte("\n"))}
	if _, err := d.event(&e); err != nil {
		return
	}
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		t.Fatalf("accepted %q, but encoding/json says: %v", line, err)
	}
	for key, got := range map[string]string{
		"msg": e.Msg, "text": e.Text, "op": e.Op, "path": e.Path, "data": e.Data, "mode": e.Mode, "out": e.Out, "err": e.Err,
		"proc": e.Proc, "with": e.With, "token": e.Token, "job": e.Job,
	} {
		if want, _ := m[key].(string); got != want {
			t.Fatalf("%s of %s: %q, encoding/json reads %q", key, line, got, want)
		}
	}
	kids, _ := m["kids"].([]any)
	if fmt.Sprint(kids...) != fmt.Sprint(anys(e.Kids)...) {
		t.Fatalf("kids of %s: %q, encoding/json reads %q", line, e.Kids, kids)
	}
	parts, _ := m["parts"].([]any)
	if len(parts) != len(e.Parts) {
		t.Fatalf("parts of %s: %d, encoding/json reads %d", line, len(e.Parts), len(parts))
	}
	for i, p := range parts {
		data, _ := p.(map[string]any)["data"].(string)
		if data != e.Parts[i].Data {
			t.Fatalf("part %d of %s: %q, encoding/json reads %q", i, line, e.Parts[i].Data, data)
		}
	}
}

func anys(s []string) []any {
	var a []any
	for _, v := range s {
		a = append(a, v)
	}
	return a
}

// FuzzRead holds the reader to this: no panic; errors name their place; what
// is accepted is JSON and is a fixed point of reading and writing.
func FuzzRead(f *testing.F) {
	head := "{\"schism\":\"run log\",\"format\":1,\"seed\":3}\n"
	f.Add([]byte(head + "{\"i\":1,\"t\":5,\"kind\":\"ret\",\"client\":\"c0\",\"peer\":\"c0\",\"out\":\"ok\",\"kids\":[\"a\",\"\\u00e9\"],\"parts\":[{\"op\":\"set\"}]}\n{\"i\":2,\"t\":6,\"kind\":\"end\"}\n"))
	f.Add([]byte(head + "{\"i\":1,\"t\":-0,\"kind\":\"end\",\"text\":\"\\ud800 \xff\"}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for line := range bytes.Lines(text) {
			sameAsJSON(t, line)
		}
		h, events, err := ReadAll("f", bytes.NewReader(text))
		if err != nil {
			var e *SyntaxError
			if !errors.As(err, &e) || e.Line < 1 {
				t.Fatalf("an error without a place: %#v", err)
			}
			return
		}
		again := written(h, events)
		h2, events2, err := ReadAll("f", bytes.NewReader(again))
		if err != nil || h != h2 || !reflect.DeepEqual(events, events2) {
			t.Fatalf("not a fixed point: %v\n%s\n%s", err, again, written(h2, events2))
		}
	})
}

// TestTranscripts runs testdata: "read" reads the input as a log, after the
// header unless it brings its own; "history" prints its operations.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			text := d.Input
			if !d.HasArg("whole") {
				text = "{\"schism\":\"run log\",\"format\":1}\n" + text + "\n"
			}
			h, events, err := ReadAll("log", strings.NewReader(text))
			if err != nil {
				return err.Error() + "\n"
			}
			if d.Cmd == "read" {
				return string(written(h, events))
			}
			history, err := NewHistory(events)
			if err != nil {
				return err.Error() + "\n"
			}
			var b strings.Builder
			for _, o := range history {
				fmt.Fprintf(&b, "c%d #%d %d-%d %s %s %q -> %s %s\n", o.Client, o.Num, o.Call, o.Ret, o.Op, o.Path, o.Data, o.Out, o.Result.Err)
			}
			return b.String()
		})
	})
}

func TestWriterKeepsTheFirstError(t *testing.T) {
	first := errors.New("first")
	w := NewWriter(&failing{[]error{first, errors.New("second")}}, Header{})
	for range 2 {
		if err := w.Flush(); err != first {
			t.Errorf("Flush says %v, want the first error", err)
		}
	}
	w.Put(&Event{Kind: End})
	if w.Flush() != first {
		t.Error("the first error is not kept after another Put")
	}
}

type failing struct{ errs []error }

func (f *failing) Write([]byte) (int, error) {
	err := f.errs[0]
	f.errs = f.errs[1:]
	return 0, err
}

var typical = Event{
	T: 123456789, Kind: Ret, Cause: 0, Client: 3, Num: 17, Node: 2, Session: 0x100000001, Out: OK, Data: "c2.17", Version: 41,
	Czxid: 1<<32 + 2, Mzxid: 1<<32 + 99, Pzxid: 1<<32 + 2, Zxid: 1<<32 + 99, Kids: []string{"a", "b"}, Servers: []int{1, 2},
	Parts: []Part{{Op: "set", Err: "BadVersion"}},
}

func TestPutDoesNotAllocate(t *testing.T) {
	w := NewWriter(io.Discard, Header{})
	if n := testing.AllocsPerRun(10_000, func() { w.Put(&typical) }); n != 0 {
		t.Errorf("Put allocates %v times", n)
	}
}

func BenchmarkPut(b *testing.B) {
	w := NewWriter(io.Discard, Header{})
	b.ReportAllocs()
	for b.Loop() {
		w.Put(&typical)
	}
	b.SetBytes(int64(len(appendEvent(nil, 1, &typical))))
}

func BenchmarkRead(b *testing.B) {
	line := appendEvent(nil, 1, &typical)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		var e Event
		d := decoder{b: line[:len(line)-1]}
		if _, err := d.event(&e); err != nil {
			b.Fatal(err)
		}
	}
}
