package tap

import (
	"sync"
	"time"

	"github.com/schismlab/schism/runlog"
)

// Recorder makes a run log of what passes all its taps. It is safe for use by
// several goroutines.
type Recorder struct {
	mu       sync.Mutex
	start    time.Time
	sink     runlog.Sink
	sessions map[int64]*session
	clients  int
	broken   error
	over     bool
}

// session is a session's lanes, in the order in which they were needed.
type session struct {
	lanes []*lane
	node  int // the server it was seen at last
}

// NewRecorder writes to sink, from now on.
func NewRecorder(sink runlog.Sink) *Recorder {
	return &Recorder{start: time.Now(), sink: sink, sessions: map[int64]*session{}}
}

// End writes the last events and says whether all that passed was understood.
// Nothing is recorded after it.
func (r *Recorder) End() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.put(runlog.Event{Kind: runlog.Done})
		e := runlog.Event{Kind: runlog.End}
		if r.broken != nil {
			e.Text = r.broken.Error()
		}
		r.put(e)
		r.over = true
	}
	return r.broken
}

// put stamps an event and returns its number; r.mu is held.
func (r *Recorder) put(e runlog.Event) int64 {
	if r.over {
		return 0
	}
	e.T = int64(time.Since(r.start))
	return r.sink.Put(&e)
}

// session is that of an id, made when it is first seen; r.mu is held.
func (r *Recorder) session(id int64) *session {
	s := r.sessions[id]
	if s == nil {
		s = &session{}
		r.sessions[id] = s
		r.lane(s)
	}
	return s
}

// lane adds a lane to a session; r.mu is held.
func (r *Recorder) lane(s *session) *lane {
	r.clients++
	l := &lane{client: r.clients + 1, watched: map[watch]bool{}} // 1 is c0, the setup's
	s.lanes = append(s.lanes, l)
	return l
}

// put writes what happened to a session, which is to say to each of its lanes;
// r.mu is held.
func (s *session) put(r *Recorder, e runlog.Event) {
	for _, l := range s.lanes {
		e.Client = l.client
		r.put(e)
	}
}
