package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// seedFlag is a seed on the command line.
type seedFlag struct{ n uint64 }

func (f *seedFlag) String() string { return strconv.FormatUint(f.n, 10) }

func (*seedFlag) Type() string { return "N" }

// Set reads a seed.
func (f *seedFlag) Set(s string) error {
	n, err := seed(s)
	f.n = n
	return err
}

func seed(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no seed: want a whole number from 0 to %d", s, uint64(math.MaxUint64))
	}
	return n, nil
}

// maxSeeds bounds a campaign: more is a slip of the finger.
const maxSeeds = 100_000_000

// seedsFlag is a number of seeds, or a range of them.
type seedsFlag struct {
	text    string
	from    uint64
	count   int
	isRange bool
}

func (f *seedsFlag) String() string { return f.text }

func (*seedsFlag) Type() string { return "N|A..B" }

// Set reads "200", or "7..9".
func (f *seedsFlag) Set(s string) error {
	a, b, isRange := strings.Cut(s, "..")
	f.text, f.isRange = s, isRange
	if !isRange {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxSeeds {
			return fmt.Errorf("%q: want how many seeds, from 1 to %d, or a range such as 1..200", s, maxSeeds)
		}
		f.count = n
		return nil
	}
	from, err := seed(a)
	if err != nil {
		return err
	}
	to, err := seed(b)
	if err != nil {
		return err
	}
	if to < from || to-from >= maxSeeds {
		return fmt.Errorf("%q: want a range that goes up, by at most %d", s, maxSeeds)
	}
	f.from, f.count = from, int(to-from)+1
	return nil
}

// span is the first seed and how many there are, with --seed as the first.
func (f *seedsFlag) span(first seedFlag, firstGiven bool) (uint64, int, error) {
	switch {
	case f.isRange && firstGiven:
		return 0, 0, badInput{fmt.Sprintf("--seed %d with --seeds %s: the range already says where to begin", first.n, f.text)}
	case f.isRange:
		return f.from, f.count, nil
	case f.count == 0:
		return first.n, 1, nil
	case first.n > math.MaxUint64-uint64(f.count-1):
		return 0, 0, badInput{fmt.Sprintf("--seed %d with --seeds %d: there are not so many seeds after it", first.n, f.count)}
	}
	return first.n, f.count, nil
}
