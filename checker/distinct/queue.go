package distinct

import (
	"cmp"
	"slices"
)

// item is one value's way through a queue. Without a dequeue its times are
// Never.
type item struct {
	put, putEnd   int64 // call and return of the enqueue
	take, takeEnd int64
	enqueue       int
	dequeue       int // -1: none, or one of unknown outcome
}

// Queue judges a FIFO queue, empty at first, into which distinct values are put.
// Time O(n log n), memory O(n).
func Queue(ops []Op) Result {
	items, empties, lost, found := itemsOf(ops)
	if found.Grade != Linearizable {
		return found
	}
	for i := range items {
		if it := &items[i]; it.takeEnd < it.put {
			return broken([]int{it.dequeue, it.enqueue}, "an item is taken before it is put in")
		}
	}
	items = settle(items, lost)
	if bad := judgeOrder(items); bad.Grade == Broken {
		return bad
	}
	return judgeEmpties(items, ops, empties)
}

// itemsOf sorts the operations out: items, dequeues that found nothing, and the
// calls of dequeues of unknown outcome.
func itemsOf(ops []Op) (items []item, empties []int, lost []int64, found Result) {
	items = make([]item, 0, len(ops)/2+1)
	at := make(map[int64]int32, len(ops)/2+1)
	for i := range ops {
		o := &ops[i]
		if o.Kind != Enqueue {
			continue
		}
		if n, again := at[o.Value]; again {
			return nil, nil, nil, notApplicable([]int{items[n].enqueue, i}, "one value is enqueued twice")
		}
		at[o.Value] = int32(len(items))
		items = append(items, item{o.Call, o.Ret, Never, Never, i, -1})
	}
	for i := range ops {
		switch o := &ops[i]; {
		case o.Kind == Enqueue:
		case o.Kind != Dequeue:
			return nil, nil, nil, foreign(i, o, "queue")
		case o.Ret == Never:
			lost = append(lost, o.Call)
		case o.Blank:
			empties = append(empties, i)
		default:
			n, known := at[o.Value]
			if !known {
				return nil, nil, nil, broken([]int{i}, "an item is taken that nobody put in")
			}
			it := &items[n]
			if it.dequeue >= 0 {
				return nil, nil, nil, broken([]int{it.dequeue, i}, "an item is taken twice")
			}
			it.take, it.takeEnd, it.dequeue = o.Call, o.Ret, i
		}
	}
	return items, empties, lost, good()
}

// settle drops items that need not have been put in, and gives those that
// nobody took to dequeues of unknown outcome: the earliest item, by the return
// of its enqueue, to the earliest call. An item wants to be gone before later
// items are taken; the earlier the item, the earlier that is. So if any matching
// will do, this one does.
func settle(items []item, lost []int64) []item {
	kept := items[:0]
	var left []int
	for _, it := range items {
		if it.dequeue < 0 && it.putEnd == Never {
			continue
		}
		if it.dequeue < 0 {
			left = append(left, len(kept))
		}
		kept = append(kept, it)
	}
	slices.SortFunc(left, func(a, b int) int { return cmp.Compare(kept[a].putEnd, kept[b].putEnd) })
	slices.Sort(lost)
	for i := range min(len(left), len(lost)) {
		kept[left[i]].take = lost[i]
	}
	return kept
}

// judgeOrder looks for an item that was put in after another and taken before it.
func judgeOrder(items []item) Result {
	ended, begun := make([]int, len(items)), make([]int, len(items))
	for i := range items {
		ended[i], begun[i] = i, i
	}
	slices.SortFunc(ended, func(a, b int) int { return cmp.Compare(items[a].putEnd, items[b].putEnd) })
	slices.SortFunc(begun, func(a, b int) int { return cmp.Compare(items[a].put, items[b].put) })
	next, latest := 0, -1 // of the items whose enqueue has ended, the one taken last
	for _, b := range begun {
		for ; next < len(ended) && items[ended[next]].putEnd < items[b].put; next++ {
			if latest < 0 || items[ended[next]].take > items[latest].take {
				latest = ended[next]
			}
		}
		if latest >= 0 && items[b].takeEnd < items[latest].take {
			first, second := &items[latest], &items[b]
			return broken(together([]int{first.enqueue, second.enqueue}, []int{second.dequeue, first.dequeue}), "the later item is taken before the earlier one")
		}
	}
	return good()
}

// judgeEmpties looks for a dequeue that found nothing while items were there at
// each moment of its time.
func judgeEmpties(items []item, ops []Op, empties []int) Result {
	if len(empties) == 0 {
		return good()
	}
	var spans []span
	for i := range items {
		if it := &items[i]; it.putEnd < it.take {
			spans = append(spans, span{it.putEnd, it.take, it.enqueue, it.dequeue})
		}
	}
	sortSpans(spans)
	filled := union(spans)
	for _, i := range empties {
		if s := around(filled, ops[i].Call, ops[i].Ret); s != nil {
			return broken(together([]int{i}, []int{s.first, s.last}), "the queue is found empty while items are in it")
		}
	}
	return good()
}
