package run

import (
	"sync"
	"time"

	"github.com/schismlab/schism/runlog"
)

// recorder puts events in a sink, from any goroutine. The time is read under
// the same lock that orders the events, so times never go back in the log.
type recorder struct {
	mu    sync.Mutex
	start time.Time
	sink  runlog.Sink
	ended bool
}

func newRecorder(sink runlog.Sink) *recorder {
	return &recorder{start: time.Now(), sink: sink}
}

// put stamps the event and returns its number. What comes after End is
// dropped, and has number 0: a connection may break while all is torn down.
func (r *recorder) put(e runlog.Event) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return 0
	}
	r.ended = e.Kind == runlog.End
	e.T = int64(time.Since(r.start))
	return r.sink.Put(&e)
}
