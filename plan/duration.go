package plan

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Duration is a span of time in nanoseconds. It is a type of its own because
// the packages of the model import no clock, and package time is one.
type Duration int64

// The units.
const (
	Nanosecond  Duration = 1
	Microsecond          = 1000 * Nanosecond
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
)

var units = []struct {
	suffix string
	size   Duration
}{{"ns", Nanosecond}, {"us", Microsecond}, {"ms", Millisecond}, {"s", Second}}

// String prints d exactly, in the largest unit that needs no fraction: 1500ms,
// 2s, 0s. ParseDuration reads it back.
func (d Duration) String() string {
	for i := len(units) - 1; i > 0; i-- {
		if d%units[i].size == 0 {
			return strconv.FormatInt(int64(d/units[i].size), 10) + units[i].suffix
		}
	}
	return strconv.FormatInt(int64(d), 10) + "ns"
}

// ParseDuration reads a number and a unit: 250us, 1.5s, -3s. It refuses what a
// Duration cannot hold exactly.
func ParseDuration(s string) (Duration, error) {
	for _, u := range units {
		num, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		digits, negative := strings.CutPrefix(num, "-")
		if digits == "" || !digit(digits[len(digits)-1]) {
			continue // the s of 5ms is no unit; its ms is, and comes first
		}
		d, err := exact(digits, uint64(u.size), negative)
		if err != nil {
			return 0, fmt.Errorf("%q %w", s, err)
		}
		return d, nil
	}
	return 0, fmt.Errorf("%q %w", s, errNoDuration)
}

var (
	errNoDuration = errors.New("is no duration: want a number and ns, us, ms or s, such as 250ms")
	errTooLong    = errors.New("is too long: want at most 292 years, 9223372036s")
	errTooFine    = errors.New("is finer than a nanosecond")
)

// exact is digits, a decimal number without a sign, times size.
func exact(digits string, size uint64, negative bool) (Duration, error) {
	whole, frac, _ := strings.Cut(digits, ".")
	w, err := strconv.ParseUint(whole, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return 0, errTooLong
	}
	if err != nil {
		return 0, errNoDuration
	}
	if len(frac) > 9 {
		return 0, errTooFine
	}
	f, scale := uint64(0), uint64(1)
	for i := range len(frac) {
		if !digit(frac[i]) {
			return 0, errNoDuration
		}
		f, scale = f*10+uint64(frac[i]-'0'), scale*10
	}
	if f*size%scale != 0 {
		return 0, errTooFine
	}
	high, sum := bits.Mul64(w, size)
	sum, carry := bits.Add64(sum, f*size/scale, 0)
	limit := uint64(math.MaxInt64)
	if negative {
		limit++ // the least int64 is one further from zero than the largest
	}
	if high != 0 || carry != 0 || sum > limit {
		return 0, errTooLong
	}
	if negative {
		return Duration(-sum), nil
	}
	return Duration(sum), nil
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func itoa(i int) string { return strconv.Itoa(i) }
