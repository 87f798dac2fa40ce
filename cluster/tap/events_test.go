package tap

import (
	"testing"

	"github.com/schismlab/schism/zookeeper/wire"
)

// TestModes: what may become of a znode without a call is in the mode of its
// create, for the checks to know.
func TestModes(t *testing.T) {
	for _, c := range []struct {
		code  wire.Code
		flags int32
		want  string
	}{
		{wire.Create, 0, ""},
		{wire.Create2, 1, "ephemeral"},
		{wire.Create2, 3, "ephemeral sequential"},
		{wire.CreateContainer, 4, "container"},
		{wire.CreateTTL, 5, "ttl"},
		{wire.CreateTTL, 6, "sequential ttl"},
	} {
		r := &wire.Request{Code: c.code, Path: "/a", Flags: c.flags}
		if e, known := callEvent(r); !known || e.Op != "create" || e.Mode != c.want {
			t.Errorf("%v with flags %d is %q of mode %q, want a create of mode %q", c.code, c.flags, e.Op, e.Mode, c.want)
		}
		multi := &wire.Request{Code: wire.Multi, Parts: []wire.Request{*r}}
		if e, _ := callEvent(multi); e.Parts[0].Mode != c.want {
			t.Errorf("%v with flags %d in a multi is of mode %q, want %q", c.code, c.flags, e.Parts[0].Mode, c.want)
		}
	}
}
