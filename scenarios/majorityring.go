package scenarios

import (
	"strings"

	"github.com/schismlab/schism/plan"
)

var majorityRing = &Scenario{
	Name:    "majority-ring",
	Servers: 5,
	Story: "Every server sees a majority, and no two see the same one. A leader that some followers cannot reach must not be " +
		"joined by another.",
	Probes: []Probe{cut(10), inFlight},
	Steps: func(d *Draw) {
		ring := d.Shuffled()
		n := len(ring)
		d.Wait(500*plan.Millisecond, 1500*plan.Millisecond)
		for i, name := range ring {
			// Each keeps its two neighbours on the ring, which with itself are a
			// majority of five. The pair is cut once, from its lower place.
			for away := 2; away <= n-2; away++ {
				if j := (i + away) % n; i < j {
					if len(d.steps) == 0 {
						d.Fault("cut %s -- %s", name, ring[j])
					} else {
						d.Step("cut %s -- %s", name, ring[j])
					}
				}
			}
		}
		d.Wait(3*plan.Second, 6*plan.Second)
		d.Step("heal")
		d.Step("await ready within 90s")
		d.Step("await calls 50 within 30s")
	},
}

func join(names []string) string { return strings.Join(names, ",") }
