package distinct

import (
	"cmp"
	"slices"
	"sort"
)

// span is an open interval of time, lo < hi, in which something certainly held:
// from after the return of operation first until before the call of last.
type span struct {
	lo, hi      int64
	first, last int
}

// moment is something that held for an instant, anywhere from lo to hi.
type moment struct {
	lo, hi      int64
	first, last int
}

func sortSpans(spans []span) {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi)) })
}

// overlap finds two of the spans, sorted, that overlap.
func overlap(sorted []span) (a, b *span) {
	for i := 1; i < len(sorted); i++ {
		if sorted[i].lo < sorted[i-1].hi {
			return &sorted[i-1], &sorted[i]
		}
	}
	return nil, nil
}

// around is the span that the interval from lo to hi lies wholly inside of, nil
// if there is none. The spans are sorted and disjoint.
func around(sorted []span, lo, hi int64) *span {
	i := sort.Search(len(sorted), func(i int) bool { return sorted[i].lo >= lo }) - 1
	if i >= 0 && hi < sorted[i].hi {
		return &sorted[i]
	}
	return nil
}

// union joins sorted spans that overlap. Two that only touch leave a moment
// free between them.
func union(sorted []span) []span {
	joined := sorted[:0:0]
	for _, s := range sorted {
		if n := len(joined); n > 0 && s.lo < joined[n-1].hi {
			if s.hi > joined[n-1].hi {
				joined[n-1].hi, joined[n-1].last = s.hi, s.last
			}
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// exclusive judges things of which only one can hold at a time: the spans must
// not overlap, and each moment must find room outside of all spans. It returns
// two that exclude each other, by their operations.
func exclusive(spans []span, moments []moment) (one, other []int) {
	sortSpans(spans)
	if a, b := overlap(spans); a != nil {
		return []int{a.first, a.last}, []int{b.first, b.last}
	}
	for _, m := range moments {
		if s := around(spans, m.lo, m.hi); s != nil {
			return []int{s.first, s.last}, []int{m.first, m.last}
		}
	}
	return nil, nil
}

// together lists operations, each once.
func together(one, other []int) []int {
	var list []int
	for _, i := range append(append([]int(nil), one...), other...) {
		if i >= 0 && !slices.Contains(list, i) {
			list = append(list, i)
		}
	}
	return list
}
