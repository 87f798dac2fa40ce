package docker

import (
	"context"
	"io"

	"github.com/schismlab/schism/cluster"
)

// holder receives the packets of all slow or lossy links to one machine from the
// kernel, a queue for each link, numbered as the machine that sends.
type holder struct {
	ns     *namespace
	lanes  map[int]*lane // by the machine that sends
	queues []io.Closer
	ctx    context.Context // of the queues
	stop   func()
}

func newHolder(ns *namespace) *holder {
	h := &holder{ns: ns, lanes: map[int]*lane{}}
	h.ctx, h.stop = context.WithCancel(context.Background())
	return h
}

// has says whether there is a lane for a sender; a nil holder has none.
func (h *holder) has(from int) bool { return h != nil && h.lanes[from] != nil }

// set tells a link's lane its state; a nil holder has no lanes.
func (h *holder) set(from int, state cluster.Link) {
	if h == nil {
		return
	}
	if l := h.lanes[from]; l != nil {
		l.set(state)
	}
}

// close stops taking packets; the kernel drops what is still queued.
func (h *holder) close() {
	if h == nil {
		return
	}
	h.stop()
	for _, l := range h.lanes {
		l.close()
	}
	for _, q := range h.queues {
		_ = q.Close()
	}
}
