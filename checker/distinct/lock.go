package distinct

// hold is one hold of a lock, by the indices of its operations; -1: none.
type hold struct{ acquire, release int }

// Lock judges a lock: between an acquire and the release with the same Value
// nobody else acquires it. A hold without a release lasts for ever. A release of
// unknown outcome may have come at any moment after its call. Time O(n log n),
// memory O(n).
func Lock(ops []Op) Result {
	holds, found := holdsOf(ops)
	if found.Grade != Linearizable {
		return found
	}
	var spans []span
	var moments []moment
	for _, h := range holds {
		from, to := Op{Ret: Never}, Op{Call: Never, Ret: Never}
		if h.acquire >= 0 {
			from = ops[h.acquire]
		}
		if h.release >= 0 {
			to = ops[h.release]
		}
		switch {
		case h.acquire < 0 && to.Ret == Never: // nothing to release: it did nothing
		case h.acquire < 0:
			return broken([]int{h.release}, "a hold is released that nobody acquired")
		case from.Ret == Never && to.Ret == Never: // it never happened: the best for all others
		case to.Ret < from.Call:
			return broken([]int{h.release, h.acquire}, "a hold is released before it is acquired")
		case from.Ret < to.Call:
			spans = append(spans, span{from.Ret, to.Call, h.acquire, h.release})
		default:
			moments = append(moments, moment{max(from.Call, to.Call), min(from.Ret, to.Ret), h.acquire, h.release})
		}
	}
	if one, other := exclusive(spans, moments); one != nil {
		return broken(together(one, other), "two hold the lock at one time")
	}
	return good()
}

// holdsOf pairs acquires with releases.
func holdsOf(ops []Op) ([]hold, Result) {
	holds := make([]hold, 0, len(ops)/2+1)
	at := make(map[int64]int32, len(ops)/2+1)
	for i := range ops {
		o := &ops[i]
		if o.Kind != Acquire && o.Kind != Release {
			return nil, foreign(i, o, "lock")
		}
		n, known := at[o.Value]
		if !known {
			n = int32(len(holds))
			at[o.Value] = n
			holds = append(holds, hold{-1, -1})
		}
		mine := &holds[n].acquire
		if o.Kind == Release {
			mine = &holds[n].release
		}
		if *mine >= 0 {
			return nil, notApplicable([]int{*mine, i}, "one hold has two operations %v", o.Kind)
		}
		*mine = i
	}
	return holds, good()
}
