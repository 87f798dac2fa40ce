package proxy

import (
	"bytes"
	"testing"
)

// pieces feeds a stream to a filter, split at the given places.
func pieces(t *testing.T, f Filter, stream []byte, size int) ([]byte, error) {
	t.Helper()
	var out []byte
	for len(stream) > 0 {
		n := min(size, len(stream))
		b, err := f.Pass(bytes.Clone(stream[:n]))
		if err != nil {
			return out, err
		}
		out, stream = append(out, b...), stream[n:]
	}
	return append(out, f.End()...), nil
}

func TestIntroducerReplacesTheAddress(t *testing.T) {
	for name, v := range map[string]struct{ given, want introduction }{
		"3.4":       {introduction{Number: 2}, introduction{Number: 2}},
		"version 1": {introduction{version1, 2, "10.0.0.2:3888"}, introduction{version1, 2, "127.0.0.1:5"}},
		"version 2": {introduction{version2, 2, "a:1|b:2"}, introduction{version2, 2, "127.0.0.1:5"}},
	} {
		const notification = "\x00\x00\x00\x04vote"
		given, want := append(v.given.bytes(), notification...), append(v.want.bytes(), notification...)
		for size := 1; size <= len(given); size++ {
			got, err := pieces(t, &introducer{number: 2, address: "127.0.0.1:5"}, given, size)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, in pieces of %d: %q, %v; want %q", name, size, got, err, want)
			}
		}
	}
}

func TestIntroducerRefuses(t *testing.T) {
	for name, stream := range map[string][]byte{
		"another server":  introduction{version1, 3, "a:1"}.bytes(),
		"unknown version": introduction{-7, 2, "a:1"}.bytes(),
		"no address":      introduction{version1, 2, ""}.bytes(),
		"endless address": introduction{version1, 2, string(make([]byte, longestText+1))}.bytes(),
	} {
		if got, err := pieces(t, &introducer{number: 2, address: "b:2"}, stream, len(stream)); err == nil || len(got) > 0 {
			t.Errorf("%s: %q, %v; want nothing passed and an error", name, got, err)
		}
	}
}

func TestIntroducerDropsAnUnfinishedOne(t *testing.T) {
	whole := introduction{version1, 2, "a:1"}.bytes()
	got, err := pieces(t, &introducer{number: 2, address: "b:2"}, whole[:len(whole)-1], 4)
	if err != nil || len(got) > 0 {
		t.Errorf("%q, %v; want nothing", got, err)
	}
}

func FuzzIntroduction(f *testing.F) {
	f.Add(introduction{Number: 1}.bytes(), 3)
	f.Add(introduction{version1, 1, "127.0.0.1:3888"}.bytes(), 8)
	f.Add(introduction{version2, 1, "a:1|b:2"}.bytes(), 20)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		in, n, err := parseIntroduction(b)
		if err == nil && n > 0 && !bytes.Equal(in.bytes(), b[:n]) {
			t.Fatalf("%q came back as %q", b[:n], in.bytes())
		}
		if n < 0 || n > len(b) {
			t.Fatalf("length %d of %d bytes", n, len(b))
		}
		// However the stream falls into pieces, the same goes on.
		if size < 1 || size > len(b) {
			return
		}
		whole, errWhole := pieces(t, &introducer{number: 1, address: "x:1"}, b, len(b))
		split, errSplit := pieces(t, &introducer{number: 1, address: "x:1"}, b, size)
		if (errWhole == nil) != (errSplit == nil) || !bytes.Equal(whole, split) {
			t.Fatalf("whole: %q, %v; in pieces of %d: %q, %v", whole, errWhole, size, split, errSplit)
		}
	})
}
