package recipes

import (
	"sync"
	"time"

	"github.com/schismlab/schism/runlog"
)

// Recorder writes the operations of recipes into a log. It is safe for use by
// several goroutines. The nil Recorder writes nothing.
type Recorder struct {
	mu    sync.Mutex
	sink  runlog.Sink
	begun time.Time
	lanes int
	over  bool
}

// NewRecorder writes to sink, from now on.
func NewRecorder(sink runlog.Sink) *Recorder { return &Recorder{sink: sink, begun: time.Now()} }

// Done writes down that all objects are idle: no operation comes later.
func (r *Recorder) Done() { r.put(runlog.Event{Kind: runlog.Done}) }

// Held writes down what a server holds at the end: a znode and its last change. It
// comes between Done and End.
func (r *Recorder) Held(server int, path, data string, version int32, mzxid int64) {
	r.put(runlog.Event{Kind: runlog.Final, Node: server, Path: path, Data: data, Version: version, Mzxid: uint64(mzxid)})
	r.put(runlog.Event{Kind: runlog.Tree, Node: server, Num: 1})
}

// End writes the last event. Nothing is recorded after it.
func (r *Recorder) End() {
	r.put(runlog.Event{Kind: runlog.End})
	if r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.over = true
	}
}

// put stamps an event and gives its number.
func (r *Recorder) put(e runlog.Event) int64 {
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return 0
	}
	e.T = int64(time.Since(r.begun))
	return r.sink.Put(&e)
}

// lane is a client in the log: one recipe object.
type lane struct {
	rec    *Recorder
	client int // number plus 1
	calls  int
	line   int64
}

func (r *Recorder) lane() *lane {
	l := &lane{rec: r}
	if r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lanes++
		l.client = r.lanes + 1
	}
	return l
}

// call writes down that an operation begins.
func (l *lane) call(e runlog.Event) {
	e.Kind, e.Client, e.Num = runlog.Call, l.client, l.calls
	l.line = l.rec.put(e)
}

// ret writes down how it ended.
func (l *lane) ret(out string, e runlog.Event) {
	e.Kind, e.Client, e.Num, e.Out, e.Cause = runlog.Ret, l.client, l.calls, out, l.line
	l.calls++
	l.rec.put(e)
}

// expired writes down that the session is over, by the client's own word.
func (l *lane) expired(session int64) {
	l.rec.put(runlog.Event{Kind: runlog.Expired, Client: l.client, Session: session})
}
