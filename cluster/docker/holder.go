package docker

import (
	"io"

	"github.com/schismlab/schism/cluster"
)

// holder receives the packets of all slow or lossy links to one server from the
// kernel, a queue for each link, numbered as the server that sends.
type holder struct {
	lanes  map[int]*lane // by the server that sends
	queues []io.Closer
	stop   func()
}

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
