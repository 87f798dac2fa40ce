package counterexample

import (
	"cmp"
	"slices"

	"github.com/schismlab/schism/runlog"
)

// stalest is the read that was the furthest behind a change of its znode that had
// been acknowledged before it was called, and that change: the two operations
// that show best what is permitted. False if the zxids show none.
//
// It takes near-linear time: one pass over the calls of reads and the answers of
// writes, in the order of time.
func (s *subject) stalest() (missed, read int, found bool) {
	h := s.run.History
	var acked []int
	for i := range h {
		if h[i].Out == runlog.OK && h[i].Result.Zxid != 0 && len(changesOf(&h[i])) > 0 {
			acked = append(acked, i)
		}
	}
	slices.SortStableFunc(acked, func(a, b int) int { return cmp.Compare(h[a].Ret, h[b].Ret) })
	newest := map[string]int{} // by znode the acknowledged change of the highest zxid
	worst := uint64(0)
	for i := range h { // by call
		r := &h[i]
		for len(acked) > 0 && h[acked[0]].Ret < r.Call {
			w := acked[0]
			acked = acked[1:]
			for _, c := range changesOf(&h[w]) {
				if n, known := newest[c.path]; !known || h[n].Result.Zxid < h[w].Result.Zxid {
					newest[c.path] = w
				}
			}
		}
		if r.Op != "get" && r.Op != "exists" || r.Out == runlog.Unknown || r.Result.Zxid == 0 {
			continue
		}
		w, known := newest[r.Path]
		if known && h[w].Result.Zxid > r.Result.Zxid && h[w].Result.Zxid-r.Result.Zxid > worst {
			missed, read, found, worst = w, i, true, h[w].Result.Zxid-r.Result.Zxid
		}
	}
	return missed, read, found
}

// beginStale begins with the stalest read and what it missed, if these two are
// judged as the whole was.
func (m *search) beginStale() bool {
	missed, read, found := m.stalest()
	if !found {
		return false
	}
	items, paths := []item{{call, missed}, {call, read}}, map[string]bool{m.run.History[read].Path: true}
	if !m.holds(items, paths) {
		return false
	}
	m.items, m.paths = items, paths
	return true
}

// staleness is how many transactions there were between the state that a read saw
// and the last write that had been acknowledged before it was called; and the
// first of the acknowledged ones that changed what it read. Refused writes are
// transactions, too: they have a zxid. Without zxids in the answers the versions
// tell of the latter.
func (x *Counterexample) staleness(r *runlog.Operation) (lag int, missed *runlog.Operation) {
	h := x.subject.run.History
	if r.Result.Zxid == 0 {
		for _, c := range x.subject.changes[r.Path] {
			if w := &h[c.op]; c.acked && w.Ret < r.Call && c.version > r.Result.Version && r.Out == runlog.OK && (missed == nil || w.Ret < missed.Ret) {
				missed = w
			}
		}
		return 0, missed
	}
	last := uint64(0)
	for i := range h {
		w := &h[i]
		if !decided(w) || w.Ret >= r.Call || w.Result.Zxid <= r.Result.Zxid {
			continue
		}
		last = max(last, w.Result.Zxid)
		if w.Out != runlog.OK {
			continue
		}
		for _, c := range changesOf(w) {
			if (c.path == r.Path || r.Op == "children" && parent(c.path) == r.Path) && (missed == nil || w.Ret < missed.Ret) {
				missed = w
			}
		}
	}
	for i := range h {
		if w := &h[i]; decided(w) && w.Result.Zxid > r.Result.Zxid && w.Result.Zxid <= last {
			lag++
		}
	}
	return lag, missed
}

// decided says whether an operation is a write that the leader answered.
func decided(o *runlog.Operation) bool {
	switch o.Op {
	case "set", "create", "delete", "multi":
		return o.Out != runlog.Unknown
	}
	return false
}
