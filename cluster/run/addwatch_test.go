package run

import (
	"slices"
	"testing"

	"github.com/schismlab/schism/zookeeper/wire"
)

// What stays is asked for again on the next connection, in one frame that answers
// no call, and nothing once it was taken away.
func TestStays(t *testing.T) {
	var s stays
	answered := func(code wire.Code, path string, mode, err int32) {
		s.note(&wire.Exchange{Request: wire.Request{Code: code, Path: path, Flags: mode}, Reply: wire.Reply{Header: wire.Header{Err: err}}})
	}
	if s.again() != nil {
		t.Error("nothing was left, and something is asked for again")
	}
	const noWatcher, lost = -121, -4
	answered(wire.AddWatch, "/a", 0, 0)
	answered(wire.AddWatch, "/a", 0, 0)
	answered(wire.AddWatch, "/b", 1, 0)
	answered(wire.AddWatch, "/c", 1, lost)
	answered(wire.RemoveWatches, "/x", 3, noWatcher)
	var split wire.Splitter
	var r wire.Request
	if err := split.Feed(s.again(), func(frame []byte) (err error) { r, err = wire.ReadRequest(frame); return err }); err != nil {
		t.Fatal(err)
	}
	if r.Code != wire.SetWatches2 || r.Xid >= 0 || !slices.Equal(r.Stays, []string{"/a"}) || !slices.Equal(r.StaysBelow, []string{"/b"}) {
		t.Errorf("asked %+v, want /a and all below /b", r)
	}
	answered(wire.RemoveWatches, "/a", 3, 0)
	answered(wire.RemoveWatches, "/b", 3, noWatcher)
	if s.again() != nil {
		t.Errorf("%+v is left after all was taken away", s)
	}
}
