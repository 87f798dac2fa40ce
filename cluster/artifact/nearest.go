package artifact

import (
	"strconv"
	"strings"
)

// nearest picks from known, which is sorted, the release that somebody who
// wrote version most likely wants: the most parts alike from the left, then the
// smallest step in the first part that differs, then the newest.
func nearest(version string, known []string) string {
	best, bestAlike, bestStep := "", -1, 0
	for _, k := range known {
		alike, step := compareParts(parts(version), parts(k))
		if alike > bestAlike || alike == bestAlike && step <= bestStep {
			best, bestAlike, bestStep = k, alike, step
		}
	}
	return best
}

func compareParts(a, b []int) (alike, step int) {
	for alike < len(a) && alike < len(b) && a[alike] == b[alike] {
		alike++
	}
	if alike < len(a) && alike < len(b) {
		step = max(a[alike]-b[alike], b[alike]-a[alike])
	}
	return alike, step
}

// parts are the numbers of a version, up to the first part that is none.
func parts(version string) []int {
	var ns []int
	for s := range strings.SplitSeq(strings.TrimPrefix(version, "v"), ".") {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil {
			break
		}
		ns = append(ns, int(n))
	}
	return ns
}
