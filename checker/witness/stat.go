package witness

import (
	"fmt"

	"github.com/schismlab/schism/runlog"
)

// shown holds the Stat in a set's answer to the tree right after it.
func (j *judge) shown(o *runlog.Operation) bool {
	if o.Op != "set" || o.Result.Mzxid == 0 {
		return true
	}
	return o.Result.Mzxid == o.Result.Zxid && j.stat(j.byPath[o.Path], &o.Result)
}

// stat holds a Stat to a znode, as far as the answer shows one. What hidden
// transactions did to the children may first show here; then it is taken as
// given, as long as there is anything that can have done it.
func (j *judge) stat(id int32, e *runlog.Event) bool {
	if e.Mzxid == 0 || id == 0 {
		return true
	}
	n := &j.znodes[id]
	if !n.czxid.admits(e.Czxid) || !n.mzxid.admits(e.Mzxid) || n.owner != e.Owner {
		return false
	}
	hidden := j.lost.kids[id] > 0 || j.fleeting(id)
	if e.Pzxid != 0 && !n.pzxid.admits(e.Pzxid) {
		if !hidden || e.Pzxid < n.pzxid.lo || e.Zxid != 0 && e.Pzxid > e.Zxid {
			return false
		}
		n.pzxid = exactly(e.Pzxid)
	}
	if e.Pzxid == 0 && e.Cversion == 0 {
		return true // a final read shows no child version where none was read
	}
	switch {
	case e.Cversion < n.clo:
		return false
	case e.Cversion > n.chi && !hidden:
		return false
	}
	// All above the least that was possible is a change still to be placed.
	n.pre += e.Cversion - n.clo
	n.clo, n.chi = e.Cversion, e.Cversion
	return true
}

// fleeting says whether a znode has children that go with their sessions.
func (j *judge) fleeting(id int32) bool {
	for kid := j.znodes[id].kid; kid >= 0; kid = j.znodes[kid].next {
		if n := &j.znodes[kid]; n.exists && n.owner != 0 {
			return true
		}
	}
	return false
}

func (j *judge) statWhy(id int32, e *runlog.Event) string {
	n := &j.znodes[id]
	return fmt.Sprintf("It shows %s with czxid %#x, mzxid %#x, pzxid %#x, child version %d, owner %#x; by the writes before it is czxid %v, mzxid %v, pzxid %v, child version %d to %d, owner %#x.",
		n.path, e.Czxid, e.Mzxid, e.Pzxid, e.Cversion, uint64(e.Owner), n.czxid, n.mzxid, n.pzxid, n.clo, n.chi, uint64(n.owner))
}

func (s stamp) String() string {
	if s.lo == s.hi {
		return fmt.Sprintf("%#x", s.lo)
	}
	return fmt.Sprintf("%#x to %#x", s.lo, s.hi)
}
