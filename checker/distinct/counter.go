package distinct

import (
	"cmp"
	"slices"
)

// sweep goes over a counter's history in the order of time.
type sweep struct {
	ops []Op
	sum int64
	// pins are the increments that showed the sum they made, by that sum.
	pins map[int64]int32
	// begun and done are, by operation, whether an increment has been called and
	// has been counted.
	begun, done []bool
	// free are the increments called, not counted and without a pin, those with
	// the earliest deadlines first.
	free heap
}

// Counter judges a counter that is incremented by one and read, from the sum
// start. Time O(n log n), memory O(n).
func Counter(ops []Op, start int64) Result {
	s := &sweep{ops: ops, sum: start, pins: map[int64]int32{}, begun: make([]bool, len(ops)), done: make([]bool, len(ops))}
	times := make([]edge, 0, 2*len(ops))
	for i := range ops {
		o := &ops[i]
		switch {
		case o.Kind == Read && (o.Blank || o.Ret == Never):
			continue // says nothing
		case o.Kind == Increment && s.pinned(o):
			if twin, again := s.pins[o.Value]; again {
				return broken([]int{int(twin), i}, "two increments made one sum")
			}
			s.pins[o.Value] = int32(i)
		case o.Kind != Read && o.Kind != Increment:
			return foreign(i, o, "counter")
		}
		times = append(times, edge{o.Call, false, int32(i)})
		if o.Ret < Never {
			times = append(times, edge{o.Ret, true, int32(i)})
		}
	}
	slices.SortFunc(times, compareEdges)
	for _, e := range times {
		if bad := s.at(e); bad.Grade == Broken {
			return bad
		}
	}
	return good()
}

// edge is the call or the return of an operation.
type edge struct {
	at  int64
	ret bool
	op  int32
}

// compareEdges puts calls before returns of the same moment: such operations
// are concurrent.
func compareEdges(a, b edge) int {
	if a.at != b.at || a.ret == b.ret {
		return cmp.Compare(a.at, b.at)
	}
	if b.ret {
		return -1
	}
	return 1
}

// pinned says whether an increment has a place of its own.
func (s *sweep) pinned(o *Op) bool { return !o.Blank && o.Ret != Never }

// at takes one edge. The sum is kept as small as it can be: nothing is counted
// before an answer demands it.
func (s *sweep) at(e edge) Result {
	o := &s.ops[e.op]
	reached := o.Value // the sum there must have been
	if o.Kind == Increment && s.pinned(o) {
		reached-- // just before it
	}
	shows := o.Kind == Read || s.pinned(o)
	switch {
	case !e.ret && shows && s.sum > reached:
		return broken([]int{int(e.op)}, "an answer shows a sum that was already exceeded when it was asked for")
	case !e.ret && o.Kind == Increment:
		s.begun[e.op] = true
		if !s.pinned(o) {
			s.free.push(deadline{o.Ret, e.op})
		}
	case e.ret && shows:
		return s.advance(e.op, func() bool { return s.sum >= o.Value })
	case e.ret:
		return s.advance(e.op, func() bool { return s.done[e.op] })
	}
	return good()
}

// advance counts until enough is true, for operation i, which returns now.
func (s *sweep) advance(i int32, enough func() bool) Result {
	for !enough() {
		next, taken := s.pins[s.sum+1]
		switch {
		case taken && !s.begun[next]:
			return broken([]int{int(i), int(next)}, "a sum must have been passed before the increment that made it was asked for")
		case !taken && s.free.empty():
			return broken([]int{int(i)}, "an answer shows more than can have been counted")
		case !taken:
			next = s.free.pop().op
		}
		s.done[next] = true
		s.sum++
	}
	return good()
}

// deadline is when an operation returns.
type deadline struct {
	at int64
	op int32
}

// heap is a binary heap of deadlines, the earliest on top.
type heap struct{ list []deadline }

func (h *heap) empty() bool { return len(h.list) == 0 }

func (h *heap) push(d deadline) {
	h.list = append(h.list, d)
	for i := len(h.list) - 1; i > 0 && h.list[i].at < h.list[(i-1)/2].at; i = (i - 1) / 2 {
		h.list[i], h.list[(i-1)/2] = h.list[(i-1)/2], h.list[i]
	}
}

func (h *heap) pop() deadline {
	top, last := h.list[0], len(h.list)-1
	h.list[0] = h.list[last]
	h.list = h.list[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if h.list[child].at < h.list[least].at {
				least = child
			}
		}
		if least == i {
			return top
		}
		h.list[i], h.list[least] = h.list[least], h.list[i]
		i = least
	}
}
