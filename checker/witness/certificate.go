package witness

import "github.com/schismlab/schism/checker/certificate"

// certificate writes the order down: reads with pos p stand before entry p.
func (j *judge) certificate(g Grade, pos []int32) *Certificate {
	c := &Certificate{Grade: g, Names: j.names, Order: make([]int32, 0, len(j.items)+len(j.hidden))}
	start := make([]int32, len(j.entries)+2)
	isRead := func(i int) bool { return j.at[i] >= 0 && (i >= len(j.kinds) || j.kinds[i].isRead()) }
	for i := range pos {
		if isRead(i) {
			start[pos[i]+1]++
		}
	}
	for p := 1; p < len(start); p++ {
		start[p] += start[p-1]
	}
	reads := make([]int32, start[len(start)-1])
	for i := range pos {
		if isRead(i) {
			reads[start[pos[i]]] = int32(i)
			start[pos[i]]++
		}
	}
	next := int32(0)
	for e := range int32(len(j.entries)) {
		c.Order = append(c.Order, reads[next:start[e]]...)
		next = start[e]
		op := j.opOf(e)
		if op < 0 {
			h := &j.hidden[-1-j.entries[e]]
			c.Ends = append(c.Ends, certificate.End{Session: h.session, Path: h.reaps})
			op = -int32(len(c.Ends))
		}
		c.Order = append(c.Order, op)
	}
	c.Order = append(c.Order, reads[next:]...)
	return c
}
