package sim

import "github.com/schismlab/schism/paxos"

// what says what a queued item is.
type what uint8

const (
	packetArrives what = iota // a: slot, b: its flight
	timerFires                // a: timer, b: its generation
	writeDone                 // a: stalls of the disk, b: life of the process; so the next two
	flushDone
	saveDone
	worldFires // a: which of the world's own timers, b: its argument
)

// item is one thing that will happen. Items are ordered by time, and those of
// the same time by the order in which they were put: so a run has one order.
type item struct {
	at   int64
	seq  uint64
	what what
	proc paxos.ID
	a, b uint32
}

// queue is a heap of items with four children a node, which costs fewer cache
// misses than two on the few hundred items that a run has pending.
type queue struct {
	items []item
	seq   uint64
}

func (q *queue) put(it item) {
	q.seq++
	it.seq = q.seq
	q.items = append(q.items, it)
	h := q.items
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !before(&it, &h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = it
}

func before(a, b *item) bool { return a.at < b.at || a.at == b.at && a.seq < b.seq }

func (q *queue) len() int { return len(q.items) }

// take removes the first item. The queue must not be empty.
func (q *queue) take() item {
	h := q.items
	first := h[0]
	last := h[len(h)-1]
	h = h[:len(h)-1]
	q.items = h
	if len(h) == 0 {
		return first
	}
	i := 0
	for {
		least := 4*i + 1
		if least >= len(h) {
			break
		}
		for c := least + 1; c < min(4*i+5, len(h)); c++ {
			if before(&h[c], &h[least]) {
				least = c
			}
		}
		if !before(&h[least], &last) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = last
	return first
}
