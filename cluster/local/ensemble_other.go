//go:build !unix

package local

import (
	"context"
	"runtime"

	"github.com/schismlab/schism/cluster"
)

// Ensemble cannot be had on this system.
type Ensemble struct{ cluster.Ensemble }

// Start says that this system lacks the signals that faults are made of.
func Start(context.Context, cluster.Options) (*Ensemble, error) {
	return nil, &cluster.NotReady{
		What: "no world of local processes on " + runtime.GOOS,
		Do:   "use Linux or another Unix system",
	}
}
