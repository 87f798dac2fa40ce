package cluster

import "context"

type strikeKey struct{}

// OnStrike returns a context for Kill and Pause of an Ensemble, or of one process
// beside it, which calls struck at the moment when the fault strikes: when its
// signal was sent. Both return later, when it is in force throughout, and what
// the fault was to meet on its way may be over by then. A world that cannot tell
// the moment never calls it. Whoever asked for it further out is told first.
func OnStrike(ctx context.Context, struck func()) context.Context {
	return context.WithValue(ctx, strikeKey{}, func() {
		Strike(ctx)
		struck()
	})
}

// Strike is for what carries faults out: it says that one strikes now.
func Strike(ctx context.Context) {
	if struck, ok := ctx.Value(strikeKey{}).(func()); ok {
		struck()
	}
}
