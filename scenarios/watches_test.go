package scenarios_test

import (
	"slices"
	"testing"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
)

// TestWatchEventsAreMissed takes watch events out of a log one by one, and tells
// others twice: the check watches finds the most of that. What it may not find is
// an event whose client was not heard of again before it reconnected.
func TestWatchEventsAreMissed(t *testing.T) {
	for _, name := range []string{"follower-crash", "caches"} {
		t.Run(name, func(t *testing.T) { spoilWatches(t, name) })
	}
}

func spoilWatches(t *testing.T, name string) {
	pick := slices.DeleteFunc(checker.All(), func(c checker.Check) bool { return c.Name != "watches" })
	s, err := scenarios.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	var events []runlog.Event
	r := &campaign.Runner{World: campaign.Sim, Watch: func(e *runlog.Event) { events = append(events, *e) }}
	if _, err := r.Run(t.Context(), drawn(t, s, 1, scenarios.Options{})); err != nil {
		t.Fatal(err)
	}
	if got := judged(t, events, pick); got.Verdict != checker.OK {
		t.Fatalf("%v: %s", got.Verdict, got.Why)
	}
	tried, dropped, doubled := 0, 0, 0
	for i := range events {
		if events[i].Kind != runlog.Watch || tried == 20 {
			continue
		}
		tried++
		if judged(t, slices.Delete(slices.Clone(events), i, i+1), pick).Verdict == checker.Violation {
			dropped++
		}
		if judged(t, slices.Insert(slices.Clone(events), i, events[i]), pick).Verdict == checker.Violation {
			doubled++
		}
	}
	t.Logf("of %d events, %d were missed and %d were one too many", tried, dropped, doubled)
	if tried < 20 || dropped < 15 || doubled < 15 {
		t.Errorf("of %d events only %d were missed and %d were one too many", tried, dropped, doubled)
	}
}
