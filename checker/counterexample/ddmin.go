package counterexample

// ddmin takes away from a list as long as what is left still holds: first large
// pieces, then ever smaller ones, in the end single elements. What it returns is
// 1-minimal: without any one element it does not hold. It asks at most
// O(n log n) times where one piece after the other can go, O(n²) at worst.
//
// This is the complement half of Zeller and Hildebrandt's algorithm, "Simplifying
// and Isolating Failure-Inducing Input" (2002).
func ddmin[T any](list []T, holds func([]T) bool) []T {
	for size := (len(list) + 1) / 2; size > 0 && len(list) > 0; {
		gone := false
		// From the end, since what came after the broken promise goes first.
		for end := len(list); end > 0; {
			from := max(0, end-size)
			less := append(append(make([]T, 0, len(list)), list[:from]...), list[end:]...)
			if holds(less) {
				list, gone = less, true
			}
			end = from
		}
		switch {
		case gone && size == 1:
			// What held a single element may be gone now.
		case size == 1:
			return list
		default:
			size = min(size/2, max(1, len(list)/2))
			size = max(size, 1)
		}
	}
	return list
}
