package witness

import (
	"errors"
	"fmt"
	"strings"

	"github.com/schismlab/schism/runlog"
)

// Verify re-checks a certificate on its own; it shares no step with the judge.
// The order must hold every answered operation once, and beside them only lost
// writes and ends of sessions; each answer must be what a tree of znodes gives
// at that place; sessions must keep their order, and what the grade says must
// keep to real time. It takes time in proportion to the history.
func (c *Certificate) Verify(in Input) error {
	t := &tree{leaves: map[string]leaf{"/": {}}, over: map[int64]bool{}}
	placed := make([]bool, len(in.Ops)+len(in.Finals))
	latest, last := int64(-1<<63), map[[2]int64]int64{}
	for _, at := range c.Order {
		if at < 0 {
			t.end(c.Ends[-1-at])
			continue
		}
		if int(at) >= len(placed) || placed[at] {
			return fmt.Errorf("operation %d does not exist or stands twice in the order", at)
		}
		placed[at] = true
		var call, ret int64
		var write bool // or as strictly ordered as one
		if i := int(at) - len(in.Ops); i >= 0 {
			call, ret, write = in.Finals[i].Call, in.Finals[i].Ret, true
			if !t.holds(in.Finals[i].Znodes) {
				return fmt.Errorf("the final read of n%d shows another tree", in.Finals[i].Node)
			}
		} else {
			o := &in.Ops[at]
			who := [2]int64{int64(o.Client), sessionOf(o)}
			if before, known := last[who]; known && before > o.Call && o.Out != runlog.Unknown {
				return fmt.Errorf("%s stands behind a later call of its session", tell(o))
			}
			call, ret, write = o.Call, o.Ret, classify(o).isWrite()
			if o.Out == runlog.Unknown {
				ret, write = never, true
			} else {
				last[who] = call
			}
			if err := t.step(o, at, c.Names); err != nil {
				return fmt.Errorf("%s does not fit there: %w", tell(o), err)
			}
		}
		if ret < latest {
			return fmt.Errorf("operation %d was answered before one that stands before it was called", at)
		}
		if c.Grade == Linearizable || c.Grade == Ordered && write {
			latest = max(latest, call)
		}
	}
	for i := range placed {
		if !placed[i] && (i >= len(in.Ops) || in.Ops[i].Out != runlog.Unknown && classify(&in.Ops[i]) != silent) {
			return fmt.Errorf("operation %d is missing in the order", i)
		}
	}
	return nil
}

var errAnswer = errors.New("the tree would have answered otherwise")

// step holds one answer to the tree, and changes the tree as the operation says.
func (t *tree) step(o *runlog.Operation, at int32, names map[Name]string) error {
	n, there := t.leaves[o.Path]
	r, absent := &o.Result, missing(o)
	fits := there != absent || o.Path == "/"
	switch o.Op {
	case "sync":
		return nil
	case "get":
		fits = fits && (absent || n.data == r.Data && n.version == r.Version || o.Path == "/")
	case "exists":
		fits = fits && (absent || n.version == r.Version || o.Path == "/")
	case "children":
		fits = fits && (absent || t.lists(o.Path, n.kids, r.Kids))
	default:
		if t.over[sessionOf(o)] && o.Out != runlog.Fail {
			return fmt.Errorf("session %#x is over", uint64(sessionOf(o)))
		}
		fits = t.write(o, at, names)
	}
	if !fits || o.Out == runlog.Unknown && !classify(o).mayWrite() {
		return errAnswer
	}
	return nil
}

// write carries a write out and says whether its answer is right. Of a refused
// one nothing stays.
func (t *tree) write(o *runlog.Operation, at int32, names map[Name]string) bool {
	parts, failed := o.Parts, ""
	if o.Op != "multi" {
		parts = []runlog.Part{{Op: o.Op, Path: o.Path, Data: o.Data, Version: o.Version, Mode: o.Mode}}
	}
	t.undo = t.undo[:0]
	for i := range parts {
		p, given, shown := parts[i], o.Result.Path, o.Result.Version
		if o.Op == "multi" {
			if given, shown = "", 0; i < len(o.Result.Parts) {
				given, shown = o.Result.Parts[i].Path, o.Result.Parts[i].Version
			}
		}
		if strings.Contains(p.Mode, "sequential") {
			if o.Out != runlog.OK || given == "" {
				given = names[Name{at, int32(i)}]
			}
			if given == "" {
				given = p.Path + "\x00" // a name that nobody saw
			}
			p.Path = given
		}
		if failed = t.part(&p, sessionOf(o)); failed != "" {
			break
		}
		if p.Op == "set" && o.Out == runlog.OK && shown > 0 && t.leaves[p.Path].version != shown {
			return false
		}
	}
	if failed != "" {
		t.takeBack()
	}
	return failed == "" && o.Out != runlog.Fail || o.Out == runlog.Fail && failed == refusal(o)
}
