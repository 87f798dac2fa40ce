package plan

import (
	"fmt"
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
		if !ok || num == "" || num[len(num)-1] < '0' || num[len(num)-1] > '9' {
			continue
		}
		whole, frac, _ := strings.Cut(num, ".")
		w, err := strconv.ParseInt(whole, 10, 64)
		if err != nil || len(frac) > 9 || abs(w) > int64(1<<62)/int64(u.size) {
			break
		}
		d := Duration(w) * u.size
		if frac != "" {
			f, scale := int64(0), int64(1)
			for _, c := range frac {
				if c < '0' || c > '9' {
					return 0, fmt.Errorf("%q is no duration", s)
				}
				f, scale = f*10+int64(c-'0'), scale*10
			}
			if f*int64(u.size)%scale != 0 {
				return 0, fmt.Errorf("%q is finer than a nanosecond", s)
			}
			part := Duration(f * int64(u.size) / scale)
			if strings.HasPrefix(num, "-") {
				part = -part
			}
			d += part
		}
		return d, nil
	}
	return 0, fmt.Errorf("%q is no duration: want a number and ns, us, ms or s, such as 250ms", s)
}

func abs(i int64) int64 {
	if i < 0 {
		return -i
	}
	return i
}

func itoa(i int) string { return strconv.Itoa(i) }
