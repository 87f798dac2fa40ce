package run

import "github.com/go-zookeeper/zk"

// hosts is a client's list of servers in its own fixed order. The library's
// own list is shuffled with a seed nobody knows, and a plan says which server
// a client goes to first.
type hosts struct {
	addrs []string
	next  int
	tried int // since the last success
}

var _ zk.HostProvider = (*hosts)(nil)

// Init is handed the library's shuffled list, which is ignored.
func (h *hosts) Init([]string) error { return nil }

func (h *hosts) Len() int { return len(h.addrs) }

// Next goes round. It reports true when all have been tried in vain, upon
// which the library fails what waits and pauses for a second.
func (h *hosts) Next() (string, bool) {
	addr := h.addrs[h.next]
	h.next = (h.next + 1) % len(h.addrs)
	again := h.tried > 0 && h.tried%len(h.addrs) == 0
	h.tried++
	return addr, again
}

func (h *hosts) Connected() { h.tried = 0 }

// rotated is addrs beginning with the one of server first, from 1; 0 is 1.
func rotated(addrs []string, first int) []string {
	at := max(first-1, 0)
	return append(append([]string{}, addrs[at:]...), addrs[:at]...)
}
