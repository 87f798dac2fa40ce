package counterexample

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestDdminFindsWhatIsNeeded: where a fixed set is needed and suffices, ddmin
// finds it, and asks no more than it should.
func TestDdminFindsWhatIsNeeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 300).Draw(t, "n")
		list := make([]int, n)
		for i := range list {
			list[i] = i
		}
		var needed []int
		if n > 0 {
			needed = slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 5).Draw(t, "needed"))))
		}
		asked := 0
		got := ddmin(list, func(some []int) bool {
			asked++
			for _, x := range needed {
				if !slices.Contains(some, x) {
					return false
				}
			}
			return true
		})
		if !slices.Equal(got, needed) {
			t.Fatalf("left %v, needed %v", got, needed)
		}
		if most := 4*(len(needed)+1)*12 + 8; asked > most {
			t.Fatalf("asked %d times for %d of %d, want at most %d", asked, len(needed), n, most)
		}
	})
}

// TestDdminIsOneMinimal: whatever is asked, without any one element what is left
// does not hold.
func TestDdminIsOneMinimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		list := make([]int, n)
		for i := range list {
			list[i] = i + 1
		}
		least := rapid.IntRange(0, n*(n+1)/2).Draw(t, "least")
		holds := func(some []int) bool { // not a fixed set: any that sum up to enough
			sum := 0
			for _, x := range some {
				sum += x
			}
			return sum >= least
		}
		got := ddmin(list, holds)
		if !holds(got) {
			t.Fatalf("%v does not hold", got)
		}
		for i := range got {
			if less := slices.Delete(slices.Clone(got), i, i+1); holds(less) {
				t.Fatalf("%v holds without its element %d", got, i)
			}
		}
	})
}
