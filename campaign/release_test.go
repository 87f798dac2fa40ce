package campaign

import (
	"errors"
	"testing"

	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/plan"
)

func TestReleaseOf(t *testing.T) {
	without, with := &plan.Plan{}, &plan.Plan{Flink: plan.Flink{JobManagers: 1}}
	for _, c := range []struct {
		p                         *plan.Plan
		version, zooKeeper, flink string
		unknown                   string // product
	}{
		{without, "", artifact.Default, "", ""},
		{without, "3.8.0", "3.8.0", "", ""},
		{without, "2.2.1", "2.2.1", "", "ZooKeeper"},
		{with, "", artifact.Default, artifact.DefaultFlink, ""},
		{with, "2.2.1", artifact.Default, "2.2.1", ""},
		{with, "3.8.0", artifact.Default, "3.8.0", "Flink"},
	} {
		if z, f := releaseOf(c.p, c.version); z != c.zooKeeper || f != c.flink {
			t.Errorf("%q, Flink %v: ZooKeeper %q, Flink %q; want %q, %q", c.version, c.p == with, z, f, c.zooKeeper, c.flink)
		}
		err := CheckRelease(c.p, c.version)
		var unknown *artifact.UnknownVersion
		if errors.As(err, &unknown); (err != nil) != (c.unknown != "") || err != nil && unknown.Product != c.unknown {
			t.Errorf("%q, Flink %v: %v, want it unknown to %q", c.version, c.p == with, err, c.unknown)
		}
	}
}

// TestReleasesLieSideBySide: a run on one release does not overwrite that of another.
func TestReleasesLieSideBySide(t *testing.T) {
	p := &plan.Plan{Seed: 3}
	for want, r := range map[string]*Runner{
		"sim-3":         {World: Sim, Version: "3.9.4"},
		"local-3":       {World: Local},
		"local-3.9.4-3": {World: Local, Version: "3.9.4"},
	} {
		if got := r.leaf(Job{Plan: p}); got != want {
			t.Errorf("%+v: %s, want %s", r, got, want)
		}
	}
}
