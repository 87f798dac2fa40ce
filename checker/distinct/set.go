package distinct

// element is what a history says about one element of a set. Times are the
// tightest that the operations allow.
type element struct {
	insert, remove int // -1: none
	// The element is there at some moment of each Contains that saw it: the least
	// return and the greatest call of these, and who.
	lo, hi      int64
	first, last int
}

// Set judges a set into which each value is inserted once, and removed once, at
// most. Elements are judged apart. Time O(n), memory O(n).
func Set(ops []Op) Result {
	elements, at, found := elementsOf(ops)
	if found.Grade != Linearizable {
		return found
	}
	stays := make([]span, len(elements))
	for n := range elements {
		e := &elements[n]
		if bad := e.judge(ops, &stays[n]); bad.Grade == Broken {
			return bad
		}
	}
	for i := range ops {
		o := &ops[i]
		if !o.Blank || o.Ret == Never {
			continue
		}
		n, known := at[o.Value]
		if !known {
			continue
		}
		if s := &stays[n]; s.lo < o.Call && o.Ret < s.hi {
			return broken(together([]int{i}, []int{s.first, s.last}), "an element is not found while it is there")
		}
	}
	return good()
}

func elementsOf(ops []Op) ([]element, map[int64]int32, Result) {
	var elements []element
	at := make(map[int64]int32, len(ops)/4)
	for i := range ops {
		o := &ops[i]
		if o.Kind != Insert && o.Kind != Remove && o.Kind != Contains {
			return nil, nil, foreign(i, o, "set")
		}
		blank := o.Blank && o.Ret != Never // without an answer, nothing was shown
		if blank && o.Kind == Insert {
			return nil, nil, notApplicable([]int{i}, "a value is inserted twice: the set had it already")
		}
		if blank || o.Kind == Contains && o.Ret == Never {
			continue
		}
		n, known := at[o.Value]
		if !known {
			n = int32(len(elements))
			at[o.Value] = n
			elements = append(elements, element{insert: -1, remove: -1, lo: Never, hi: always, first: -1, last: -1})
		}
		e := &elements[n]
		switch {
		case o.Kind == Insert && e.insert >= 0:
			return nil, nil, notApplicable([]int{e.insert, i}, "one value is inserted twice")
		case o.Kind == Remove && e.remove >= 0:
			return nil, nil, notApplicable([]int{e.remove, i}, "one value is removed twice")
		case o.Kind == Insert:
			e.insert = i
		case o.Kind == Remove:
			e.remove = i
		default:
			if o.Ret < e.lo {
				e.lo, e.first = o.Ret, i
			}
			if o.Call > e.hi {
				e.hi, e.last = o.Call, i
			}
		}
	}
	return elements, at, good()
}

// judge finds the shortest time for which the element can have been there, and
// leaves it in stay; an empty one if a moment is enough, or it never was.
func (e *element) judge(ops []Op, stay *span) Result {
	in, out := Op{Call: Never, Ret: Never}, Op{Call: Never, Ret: Never}
	if e.insert >= 0 {
		in = ops[e.insert]
	}
	if e.remove >= 0 {
		out = ops[e.remove]
	}
	seen := e.first >= 0
	switch {
	case e.insert < 0 && seen:
		return broken([]int{e.first}, "an element is found that nobody inserted")
	case e.insert < 0 && out.Ret < Never:
		return broken([]int{e.remove}, "an element is removed that nobody inserted")
	case e.insert < 0 || in.Ret == Never && out.Ret == Never && !seen:
		return good() // an insert without an answer never happened: the best for all others
	case seen && e.lo < in.Call:
		return broken([]int{e.first, e.insert}, "an element is found before it is inserted")
	case out.Ret < in.Call:
		return broken([]int{e.remove, e.insert}, "an element is removed before it is inserted")
	case seen && e.hi > out.Ret:
		return broken([]int{e.last, e.remove}, "an element is found after it was removed")
	}
	*stay = span{in.Ret, out.Call, e.insert, e.remove}
	if e.lo < stay.lo {
		stay.lo, stay.first = e.lo, e.first
	}
	if e.hi > stay.hi {
		stay.hi, stay.last = e.hi, e.last
	}
	return good()
}
