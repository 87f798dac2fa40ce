package plan

import "math/bits"

// Stream is a stream of random numbers, a small value that can be copied: a
// copy gives the same numbers again. Streams are split by purpose, so that
// drawing more for one purpose moves nothing of another: with a fault taken
// out of a plan, the network still draws the same latencies.
//
// It is xoroshiro128++ (Blackman and Vigna 2019), seeded by SplitMix64 from the
// seed and the purpose's name. Its numbers are part of what a seed means: they
// must never change.
type Stream struct{ a, b uint64 }

// NewStream is the stream of the given seed and purpose.
func NewStream(seed uint64, purpose string) Stream {
	h := seed
	for i := range len(purpose) {
		h = splitMix(h ^ uint64(purpose[i]))
	}
	return Stream{splitMix(h), splitMix(h + 0x9e3779b97f4a7c15)}
}

func splitMix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Split is a stream of its own for part i of this stream's purpose. It draws
// nothing from s.
func (s *Stream) Split(i int) Stream {
	h := splitMix(s.a ^ splitMix(uint64(i)))
	return Stream{h, splitMix(h ^ s.b)}
}

// Uint64 draws 64 even bits.
func (s *Stream) Uint64() uint64 {
	a, b := s.a, s.b
	r := bits.RotateLeft64(a+b, 17) + a
	b ^= a
	s.a = bits.RotateLeft64(a, 49) ^ b ^ b<<21
	s.b = bits.RotateLeft64(b, 28)
	return r
}

// Intn draws from [0, n). It panics when n is not positive.
func (s *Stream) Intn(n int) int {
	if n <= 0 {
		panic("plan: Intn of " + itoa(n))
	}
	hi, _ := bits.Mul64(s.Uint64(), uint64(n))
	return int(hi)
}

// Duration draws from [lo, hi); lo when the range is empty.
func (s *Stream) Duration(lo, hi Duration) Duration {
	if hi <= lo {
		return lo
	}
	return lo + Duration(s.Intn(int(hi-lo)))
}

// Chance is true for ppm of a million draws. It draws nothing when the answer
// does not depend on the draw.
func (s *Stream) Chance(ppm int) bool {
	return ppm > 0 && (ppm >= 1_000_000 || s.Intn(1_000_000) < ppm)
}

// Shuffle puts n elements into a random order.
func (s *Stream) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, s.Intn(i+1))
	}
}
