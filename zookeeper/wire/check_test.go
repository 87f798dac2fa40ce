package wire

import (
	"testing"

	"pgregory.net/rapid"
)

// What AppendCheck writes is one frame, and is read as what was asked for.
func TestAppendCheck(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Request{
			Code: Check, Xid: rapid.Int32().Draw(t, "xid"), Path: "/" + rapid.String().Draw(t, "path"), Version: rapid.Int32Min(-1).Draw(t, "version"),
		}
		before := rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "before")
		b := AppendCheck(before, want.Xid, want.Path, want.Version)
		var read []Request
		var s Splitter
		err := s.Feed(b[len(before):], func(frame []byte) error {
			r, err := ReadRequest(frame)
			read = append(read, r)
			return err
		})
		if err != nil || len(s.kept) > 0 {
			t.Fatalf("read with %v, %d bytes are left", err, len(s.kept))
		}
		if len(read) != 1 || read[0].Code != want.Code || read[0].Xid != want.Xid || read[0].Path != want.Path || read[0].Version != want.Version {
			t.Errorf("wrote %+v, read %+v", want, read)
		}
	})
}
