package campaign

import (
	"slices"

	"github.com/schismlab/schism/runlog"
)

// tee writes a log and keeps its events, so that nobody has to parse what was
// in memory a moment ago.
type tee struct {
	w      *runlog.Writer
	events []runlog.Event
	// watch is told of every event, nil for nobody.
	watch func(*runlog.Event)
	// live hands every event to the file at once, for those who follow it.
	live bool
}

// Put keeps a copy: the event, with the slices in it, is the world's again.
func (t *tee) Put(e *runlog.Event) int64 {
	t.events = append(t.events, *e)
	own := &t.events[len(t.events)-1]
	if e.Kids != nil {
		own.Kids = slices.Clone(e.Kids)
	}
	if e.Parts != nil {
		own.Parts = slices.Clone(e.Parts)
	}
	if e.Servers != nil {
		own.Servers = slices.Clone(e.Servers)
	}
	if t.watch != nil {
		t.watch(own)
	}
	n := t.w.Put(e)
	if t.live {
		// The writer keeps the first error, and the last Flush returns it.
		_ = t.w.Flush()
	}
	return n
}
