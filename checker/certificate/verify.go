package certificate

import (
	"cmp"
	"fmt"
	"maps"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// Verify follows the order with a tree of znodes: each call must be answered as it
// was, keep its session's order, and keep to real time as far as the grade says.
func (c *Certificate) Verify(in Input) error {
	t, ended, placed := tree{"/": {}}, map[int64]bool{}, make([]bool, len(in.Ops)+len(in.Finals))
	last, latest := map[[2]int64]int64{}, int64(-1<<63) // calls: each session's, and of all that keep to time
	for _, at := range c.Order {
		if at < 0 && int(^at) < len(c.Ends) {
			t.end(c.Ends[^at])
			ended[c.Ends[^at].Session] = c.Ends[^at].Session != 0
			continue
		}
		if at < 0 || int(at) >= len(placed) || placed[at] {
			return fmt.Errorf("operation %d does not exist or stands twice in the order", at)
		}
		placed[at] = true
		o := in.call(at)
		ret, session, write := o.Ret, cmp.Or(o.Result.Session, o.Session), !reads[o.Op]
		who := [2]int64{int64(o.Client), session}
		if o.Out == runlog.Unknown {
			ret = 1<<63 - 1
		} else if before, known := last[who]; known && before > o.Call {
			return fmt.Errorf("operation %d stands behind a later call of its session", at)
		} else {
			last[who] = o.Call
		}
		if ret < latest {
			return fmt.Errorf("operation %d was answered before one that stands before it was called", at)
		}
		if c.Grade == Linearizable || c.Grade == Ordered && write {
			latest = max(latest, o.Call)
		}
		if ended[session] && write && o.Out != runlog.Fail {
			return fmt.Errorf("operation %d succeeds in a session that has ended", at)
		}
		if !t.answers(o, session, func(part int) string { return c.Names[Name{at, int32(part)}] }) {
			return fmt.Errorf("operation %d, %s of %q by client c%d, does not fit there", at, o.Op, o.Path, o.Client)
		}
	}
	for i := range placed {
		if !placed[i] && tells(in.call(int32(i))) {
			return fmt.Errorf("operation %d is missing in the order", i)
		}
	}
	return nil
}

var reads = map[string]bool{"get": true, "exists": true, "children": true, "sync": true}

// answers carries a call out and says whether its answer is right.
func (t tree) answers(o *runlog.Operation, session int64, name func(part int) string) bool {
	r, parts, shown, want := &o.Result, o.Parts, o.Result.Parts, ""
	switch o.Out {
	case runlog.Fail:
		want = r.Err
	case runlog.Unknown:
		r, shown = new(runlog.Event), nil
	}
	switch {
	case o.Op == "sync", o.Path == "/" && (o.Op == "get" || o.Op == "exists"):
		return true // the root's own data is not the history's
	case reads[o.Op]: // tests what it shows
		parts = []runlog.Part{{Op: o.Op, Path: o.Path, Data: r.Data, Version: r.Version}}
		if o.Op == "exists" && r.Version < 0 {
			want = "NoNode"
		}
	case o.Op == "multi" && o.Out == runlog.Fail:
		t = maps.Clone(t) // nothing of it stays
	case o.Op != "multi" && o.Op != final:
		parts = []runlog.Part{{Op: o.Op, Path: o.Path, Data: o.Data, Version: o.Version, Mode: o.Mode}}
		shown = []runlog.Part{{Path: r.Path, Version: r.Version, Err: r.Err}}
	}
	for i, p := range parts {
		got := runlog.Part{Err: want}
		if i < len(shown) {
			got = shown[i]
		}
		if strings.Contains(p.Mode, "sequential") {
			p.Path = cmp.Or(got.Path, name(i), p.Path+"\x00") // at worst a name that nobody saw
		}
		if err := t.do(&p, session, r.Kids); err != "" {
			return err == got.Err
		}
		if p.Op == "set" && got.Version > 0 && t[p.Path].version != got.Version {
			return false
		}
	}
	return want == "" && (o.Op != final || len(t) == len(parts)+1) // the root is in no final read
}
