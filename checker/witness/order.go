package witness

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/schismlab/schism/checker/certificate"
	"github.com/schismlab/schism/runlog"
)

// item is an operation in the order of the zxids. Of one zxid the write comes
// first, then the reads by call.
type item struct {
	zxid uint64
	read bool
	op   int32
}

func compareItems(a, b item) int {
	switch {
	case a.zxid != b.zxid:
		return cmp.Compare(a.zxid, b.zxid)
	case a.read != b.read:
		if b.read {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.op, b.op)
}

// judge is the state of one judgement. Arrays by operation have int32 indices
// to keep a million of them small.
type judge struct {
	in     Input
	result *Result

	kinds  []kind
	items  []item // known operations and finals by zxid
	znodes []znode
	byPath map[string]int32
	zid    []int32 // by operation: its path's znode, where it has one
	// due is by item the least return of it and all behind: what is hidden
	// before the item must have been called by then. Empty without lost writes.
	due []int64

	lost lostWrites
	pins []pin
	// ended is by session the entry that is its end.
	ended map[int64]int32
	// lastWrite is by session the item of its last acknowledged write; kept only
	// if owners: somebody may have made ephemeral znodes.
	lastWrite map[int64]int
	owners    bool

	// fates are pairs of znodes that went with one session, and ends is for each
	// end of a session one of its znodes.
	fates [][2]int32
	ends  []int32

	// orphan is the session of an ephemeral znode that had to be gone while that
	// session wrote on, 0 if there was none.
	orphan int64

	// culprit is the operation that made a znode what an answer contradicts.
	culprit int32

	// entries are the transactions in order: an operation, or -1-k for hidden[k].
	entries []int32
	hidden  []hidden
	now     int // item that is replayed
	guessed bool
	depth   int
	doing   int32 // the operation that is carried out, or noOp
	hiding  bool  // what is applied now is hidden

	// at is by operation its place in entries: of a write its index, of a read
	// how many it has seen; -1 for one that is not placed. until is by read the
	// entry that changes what it saw. link chains reads by what they saw.
	at, until, link []int32

	// names are those that lost sequential creates were given.
	names map[certificate.Name]string

	scratch []part
	views   []view
}

func newJudge(in Input) *judge {
	n, size := len(in.Ops), 0 // size: at least how many znodes there are
	for i := range in.Finals {
		size = max(size, len(in.Finals[i].Znodes))
	}
	j := &judge{
		in: in, result: &Result{StaleSync: -1, Stale: Stale{Worst: -1, Missed: -1}},
		kinds: make([]kind, n), zid: make([]int32, n), items: make([]item, 0, n+len(in.Finals)),
		doing: noOp, culprit: noOp, byPath: make(map[string]int32, size), znodes: make([]znode, 0, size), ended: map[int64]int32{}, lastWrite: map[int64]int{},
	}
	j.intern("/")
	j.znodes[0].exists = true
	j.lost.init()
	total := n + len(in.Finals)
	j.at, j.until, j.link = make([]int32, total), make([]int32, total), make([]int32, total)
	for i := range j.at {
		j.at[i], j.until[i] = -1, forEver
	}
	for i := range in.Ops {
		o := &in.Ops[i]
		if i > 0 && o.Call < in.Ops[i-1].Call {
			panic(fmt.Sprintf("witness: operation %d is called before operation %d", i, i-1))
		}
		k := classify(o)
		j.kinds[i] = k
		if k != silent && strings.HasPrefix(o.Path, "/") {
			j.zid[i] = j.intern(o.Path)
		}
		j.owners = j.owners || o.Mode != "" && o.Mode != runlog.WatchMode || o.Op == "multi"
		switch {
		case k == lost:
			j.addLost(int32(i))
		case k != silent:
			j.items = append(j.items, item{o.Result.Zxid, k.isRead(), int32(i)})
		}
	}
	for i := range in.Finals {
		z := in.Finals[i].Zxid
		if z == 0 {
			z = 1<<64 - 1
		}
		j.items = append(j.items, item{z, true, int32(n + i)})
	}
	if !slices.IsSortedFunc(j.items, compareItems) {
		slices.SortFunc(j.items, compareItems)
	}
	j.entries = make([]int32, 0, len(j.items))
	return j
}

const (
	forEver = 1<<31 - 1
	noOp    = -1
)

func (j *judge) breach(b Breach) {
	if j.result.Breach(b.Promise) == nil {
		j.result.Breaches = append(j.result.Breaches, b)
	}
}

// unique looks for two transactions of one zxid.
func (j *judge) unique() {
	for k := 1; k < len(j.items); k++ {
		a, b := j.items[k-1], j.items[k]
		if !a.read && !b.read && a.zxid == b.zxid {
			x, y := &j.in.Ops[a.op], &j.in.Ops[b.op]
			j.breach(Breach{
				Promise: UniqueZxids, Path: y.Path, Ops: []int{int(a.op), int(b.op)},
				Why: fmt.Sprintf("Two transactions have the zxid %#x: %s, and %s.", a.zxid, tell(x), tell(y)),
			})
			return
		}
	}
}

// fifo holds the zxids of each session to the order of its calls.
func (j *judge) fifo() {
	type place struct {
		session int64
		op      int
	}
	last := map[int]place{}
	for i := range j.in.Ops {
		if k := j.kinds[i]; k == silent || k == lost {
			continue
		}
		o := &j.in.Ops[i]
		p, known := last[o.Client]
		if s := sessionOf(o); known && p.session == s && j.in.Ops[p.op].Result.Zxid > o.Result.Zxid {
			j.breach(Breach{
				Promise: SessionFIFO, Path: o.Path, Ops: []int{p.op, i},
				Why: fmt.Sprintf("A session went back in time: %s came after %s.", tell(o), tell(&j.in.Ops[p.op])),
			})
			return
		}
		last[o.Client] = place{sessionOf(o), i}
	}
}

// dueTimes reckons by when a hidden transaction must have been called.
func (j *judge) dueTimes() {
	if j.lost.count == 0 {
		return
	}
	j.due = make([]int64, len(j.items)+1)
	j.due[len(j.items)] = never
	for k := len(j.items) - 1; k >= 0; k-- {
		j.due[k] = min(j.due[k+1], j.ret(j.items[k].op))
	}
}

func (j *judge) ret(op int32) int64 {
	if n := len(j.in.Ops); int(op) >= n {
		return j.in.Finals[int(op)-n].Ret
	}
	return j.in.Ops[op].Ret
}

// known says whether a write that was answered has this zxid.
func (j *judge) known(zxid uint64) bool {
	k := sort.Search(len(j.items), func(k int) bool { return j.items[k].zxid >= zxid })
	return k < len(j.items) && j.items[k].zxid == zxid && !j.items[k].read
}
