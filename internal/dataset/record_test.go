//go:build record

package dataset

import (
	"context"
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

var record = flag.Duration("record-real", 0, "run real servers, for so long, and keep what clients saw")

// wishes are the runs of real servers that are recorded, the first that time
// allows. Where servers start again and elect, calls must last longer than in the
// model.
var wishes = []Entry{
	{Scenario: "incidents/zookeeper-4925", Version: "3.9.3", Incident: "zookeeper-4925"},
	{Scenario: "incidents/zookeeper-4925", Version: "3.9.4"},
	{Scenario: "leader-partition", Version: "3.9.5", Calls: 20, Slower: 10, Seed: 1},
	{Scenario: "leader-crash", Version: "3.9.5", Calls: 16, Slower: 45, Seed: 1},
	{Scenario: "minority-isolated", Version: "3.9.5", Calls: 20, Slower: 10, Seed: 1},
	{Scenario: "one-way-partition", Version: "3.9.5", Calls: 15, Slower: 13, Seed: 1},
	{Scenario: "leader-pause", Version: "3.9.5", Calls: 20, Slower: 10, Seed: 1},
	{Scenario: "quorum-loss", Version: "3.9.5", Calls: 15, Slower: 13, Seed: 1},
	{Scenario: "slow-links", Version: "3.9.5", Calls: 20, Slower: 10, Seed: 1},
	{Scenario: "session-expiry", Version: "3.9.5", Calls: 15, Slower: 13, Seed: 1},
	{Scenario: "leader-partition", Version: "3.8.0", Calls: 15, Slower: 13, Seed: 2},
	{Scenario: "leader-crash", Version: "3.8.0", Calls: 15, Slower: 45, Seed: 2},
	{Scenario: "follower-crash", Version: "3.9.5", Calls: 15, Slower: 45, Seed: 1},
	{Scenario: "full-restart", Version: "3.9.5", Calls: 15, Slower: 45, Seed: 1},
}

// TestRecord runs real servers, which takes minutes and Java, and gives another
// history each time: so what it writes is kept, and nothing repeats it. A file
// that is there stays.
func TestRecord(t *testing.T) {
	if *record == 0 {
		t.Fatal("nothing to do: say for how long, -record-real 3m")
	}
	end := time.Now().Add(*record)
	for i := range wishes {
		e := wishes[i]
		e.Source = Real
		same := func(o *Entry) bool {
			return o.Source == Real && o.Scenario == e.Scenario && o.Seed == e.Seed && o.Version == e.Version
		}
		if slices.ContainsFunc(entries(t), same) || time.Now().After(end) {
			continue
		}
		x := recorded(t, &e)
		if e.Label == checker.Violation && e.Incident == "" || e.Label > checker.Permitted && e.Label != checker.Violation {
			t.Logf("left out: %s is %v: %s", e.File, e.Label, e.Why)
			continue
		}
		keep(t, &e, x)
		keepIndex(t, append(entries(t), &e))
		t.Logf("%s: %s", e.File, e.Why)
	}
}

// recorded carries an entry's plan out on real servers.
func recorded(t *testing.T, e *Entry) *History {
	t.Helper()
	s, err := named(e.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	e.Story = s.Story
	p, err := e.Plan()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var got sink
	r := &campaign.Runner{
		World: campaign.Local, Version: e.Version, Out: t.TempDir(),
		Watch: func(ev *runlog.Event) { got.Put(ev) },
	}
	if _, err := r.Run(ctx, campaign.Job{Plan: p, Reproduce: "go test -tags record ./internal/dataset -run Record -record-real 3m"}); err != nil {
		t.Fatal(err)
	}
	x, err := judge(e.header(p), Keep(got.events))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.conclude(x); err != nil {
		t.Fatal(err)
	}
	return x
}
