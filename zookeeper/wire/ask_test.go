package wire

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What is written about watches that stay is one frame each, and is read as what
// was asked for.
func TestAppendWatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xid, path := rapid.Int32().Draw(t, "xid"), "/"+rapid.String().Draw(t, "path")
		recursive := rapid.Bool().Draw(t, "recursive")
		paths := rapid.SliceOfN(rapid.Just(path), 0, 3).Draw(t, "paths")
		b := AppendAddWatch([]byte{}, xid, path, recursive)
		b = AppendRemoveWatches(b, xid, path)
		b = AppendSetWatches(b, paths, nil)
		b = AppendSetWatches(b, nil, paths)
		var read []Request
		var s Splitter
		err := s.Feed(b, func(frame []byte) error {
			r, err := ReadRequest(frame)
			read = append(read, r)
			return err
		})
		if err != nil || len(s.kept) > 0 || len(read) != 4 {
			t.Fatalf("read %d frames with %v, %d bytes are left", len(read), err, len(s.kept))
		}
		if r := read[0]; r.Code != AddWatch || r.Xid != xid || r.Path != path || r.Recursive() != recursive {
			t.Errorf("read %+v", r)
		}
		if r := read[1]; r.Code != RemoveWatches || r.Xid != xid || r.Path != path || r.Recursive() {
			t.Errorf("read %+v", r)
		}
		if r := read[2]; r.Code != SetWatches2 || r.Xid >= 0 || !slices.Equal(r.Stays, paths) || len(r.StaysBelow) > 0 {
			t.Errorf("read %+v", r)
		}
		if r := read[3]; !slices.Equal(r.StaysBelow, paths) || len(r.Stays) > 0 {
			t.Errorf("read %+v", r)
		}
	})
}
