package incidents

import (
	"fmt"
	"testing"

	"github.com/schismlab/schism/plan"
)

// TestApplicationEndsUnderFaults: an application whose results are kept ends once, and
// every JobManager with it, whatever happens to its leader or to ZooKeeper's while it
// does so.
func TestApplicationEndsUnderFaults(t *testing.T) {
	faults := []struct{ name, begin, end string }{
		{"leader crashes", "crash J", "start J"},
		{"leader stands still", "pause J", "resume J"},
		{"leader is cut off from ZooKeeper", "cut J -- zookeeper", "heal"},
		{"leader is cut off from TaskManagers", "cut J -- taskmanagers", "heal"},
		{"leader cannot hear ZooKeeper", "cut zookeeper -> J", "heal"},
		{"ZooKeeper's leader crashes", "restart leader", "heal"},
		{"ZooKeeper loses its quorum", "crash all", "start all"},
		{"standby crashes", "crash S", "start S"},
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			for seed := range uint64(12) {
				d := plan.NewStream(seed, "application")
				after, lasts := d.Duration(0, 80*plan.Millisecond), d.Duration(100*plan.Millisecond, 9*plan.Second)
				i := *flink11813
				i.seed = seed
				i.script = slowFlinkClient + fmt.Sprintf(`steps
	at 1s await checkpoints 2 within 60s
	+0s name J jobleader
	+0s name S jobstandby
	+0s stop
	+%s %s
	+%s %s
`, after, f.begin, lasts, f.end)
				if o := judged(t, i.Repaired(), ""); !o.Verdict.Passes() {
					t.Errorf("seed %d, after %s for %s: verdict %v, signature %q, want none\n%s", seed, after, lasts, o.Verdict, o.Signature, reasons(o))
				}
			}
		})
	}
}
