package witness

import (
	"cmp"
	"slices"

	"github.com/schismlab/schism/runlog"
)

// pin is a hidden transaction whose zxid an answer has shown: it made, or set,
// the znode id at that zxid.
type pin struct {
	zxid    uint64
	id      int32
	create  bool
	version int32
	data    string
	shown   bool
	owner   int64
	op      int32 // that showed it
}

// pin gathers from the Stats in answers which hidden transactions there were.
func (j *judge) pin() {
	if j.lost.count == 0 {
		return
	}
	seen := map[int32]uint64{} // by znode the mzxid last looked up
	for _, it := range j.items {
		if int(it.op) >= len(j.in.Ops) {
			for _, e := range j.in.Finals[int(it.op)-len(j.in.Ops)].Znodes {
				j.pinStat(j.intern(e.Path), e, true, it.op, seen)
			}
			continue
		}
		o := &j.in.Ops[it.op]
		if k := j.kinds[it.op]; (k == gets || k == looks || k == lists) && !missing(o) || k == writes && o.Op == "set" {
			j.pinStat(j.zid[it.op], &o.Result, k == gets, it.op, seen)
		}
	}
	slices.SortStableFunc(j.pins, func(a, b pin) int {
		if c := cmp.Compare(a.zxid, b.zxid); c != 0 {
			return c
		}
		if a.create != b.create { // what a transaction makes comes first
			if a.create {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.id, b.id)
	})
	for i := range j.pins {
		if p := &j.pins[i]; p.shown {
			j.lost.placed[value{p.id, p.data}] = true
		}
	}
	j.pins = slices.CompactFunc(j.pins, func(a, b pin) bool { return a.zxid == b.zxid && a.id == b.id && a.create == b.create })
}

// pinStat adds what one Stat shows. An answer with the value comes to replace
// one without, so it is put first.
func (j *judge) pinStat(id int32, e *runlog.Event, withData bool, op int32, seen map[int32]uint64) {
	if e.Mzxid == 0 || id == 0 || seen[id] == e.Mzxid && !withData {
		return
	}
	again := seen[id] == e.Mzxid
	seen[id] = e.Mzxid
	fresh := e.Czxid == e.Mzxid || e.Version == 0
	if again {
		// The value may be what an earlier Stat of the same change lacked.
		for i := len(j.pins) - 1; i >= 0; i-- {
			if p := &j.pins[i]; p.id == id && p.zxid == e.Mzxid {
				p.data, p.shown = e.Data, true
				return
			}
		}
		return
	}
	if !j.known(e.Mzxid) {
		j.pins = append(j.pins, pin{e.Mzxid, id, fresh, e.Version, e.Data, withData, e.Owner, op})
	}
	if e.Czxid != 0 && !fresh && !j.known(e.Czxid) {
		j.pins = append(j.pins, pin{e.Czxid, id, true, 0, "", false, e.Owner, op})
	}
}

// pinned carries out a hidden transaction at the zxid that an answer showed.
func (j *judge) pinned(p *pin) bool {
	n := &j.znodes[p.id]
	z := exactly(p.zxid)
	if p.create {
		if n.exists && n.czxid.lo == p.zxid && n.czxid.hi == p.zxid {
			return true // made by the same multi as another one
		}
		if n.exists && j.remade(p, z) {
			return true
		}
		if n.exists && !j.remove(p.id) {
			return false
		}
		w := want{exists: true, version: 0, not: -1, data: p.data, shown: p.shown && p.version == 0, owner: p.owner}
		return j.createAt(p.id, w, z)
	}
	if n.exists && n.mzxid == z {
		return n.version == p.version
	}
	if !j.settle(p.id, exists.at(p.version-1)) {
		return false
	}
	return j.set(p.id, hidden{data: p.data, shown: p.shown}, z)
}

// remade looks for a lost multi that deletes a znode and makes it anew.
func (j *judge) remade(p *pin, z stamp) bool {
	due := j.dueNow()
	for _, c := range j.lost.creates[p.id] {
		if o := &j.in.Ops[c.op]; o.Op == "multi" && o.Call <= due && !j.lost.used[c.op] && j.works(c) {
			j.take(c, -1, p.owner, z)
			return j.znodes[p.id].exists
		}
	}
	return false
}
