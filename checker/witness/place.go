package witness

import "fmt"

// grade finds the best grade for the order of transactions that replay has
// made, and writes the certificate. A read may stand anywhere between the
// prefix that it names and the transaction that changes what it saw; the
// earliest place that its lower bounds allow is the best for all others, so one
// sweep over the calls decides each grade.
func (j *judge) grade() {
	pos := make([]int32, len(j.at))
	if j.sweep(Linearizable, nil, pos) {
		j.accept(Linearizable, j.certificate(Linearizable, pos))
		return
	}
	if g := j.group(); j.sweep(Linearizable, g, pos) {
		c := j.certificate(Linearizable, pos)
		j.merge(g, c)
		// An end of a session binds its writes in all groups; then the merged
		// order may not hold, and nothing is claimed.
		if c.Verify(j.in) == nil {
			j.accept(Linearizable, c)
			return
		}
	}
	for _, g := range []Grade{Ordered, Session} {
		if j.sweep(g, nil, pos) {
			j.accept(g, j.certificate(g, pos))
			return
		}
	}
}

// accept notes a grade. Where lost writes had to be guessed, one guess may stand
// against another, and only the verifier knows.
func (j *judge) accept(g Grade, c *Certificate) {
	if j.guessed {
		if err := c.Verify(j.in); err != nil {
			j.breach(Breach{Promise: Replay, Guessed: true, Why: fmt.Sprintf("The lost writes that were chosen from do not go together: %v.", err)})
			return
		}
	}
	j.result.Grade, j.result.Certificate = g, c
}

// completed is an operation that will have been answered at ret: what is called
// later comes behind after.
type completed struct {
	ret   int64
	after int32
	group int32
	// write is after for a write, and prefix is after for a read where it names
	// its own place; else they are 0.
	write, prefix int32
}

// queue is a heap of calls under way, by return. Each client has one at most.
type queue []completed

func (q *queue) push(c completed) {
	*q = append(*q, c)
	h := *q
	for i := len(h) - 1; i > 0 && h[(i-1)/2].ret > h[i].ret; i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
	}
}

func (q *queue) pop() completed {
	h := *q
	top := h[0]
	h[0] = h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	for i := 0; ; {
		least := i
		for _, k := range [2]int{2*i + 1, 2*i + 2} {
			if k < len(h) && h[k].ret < h[least].ret {
				least = k
			}
		}
		if least == i {
			return top
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// seat is what a session has behind it.
type seat struct {
	session int64
	last    int32 // its next operation comes at or behind this
	sync    int32 // what had been acknowledged when its last sync was called
}

// sweep places every read for a grade, and says whether all fit. With groups,
// only what is of one group binds each other.
func (j *judge) sweep(g Grade, by *groups, pos []int32) bool {
	s := &sweep{judge: j, grade: g, by: by, pos: pos, fits: true, floors: make([]int32, 1), seats: map[int]seat{}, left: map[[2]int64]seat{}}
	if by != nil {
		s.floors = make([]int32, len(j.znodes)+1)
	}
	for i, place := range j.at {
		if place < 0 {
			continue
		}
		call, ret, client, session, k := j.times(i)
		for len(s.open) > 0 && s.open[0].ret < call {
			c := s.open.pop()
			f := &s.floors[c.group]
			*f, s.written, s.seen = max(*f, c.after), max(s.written, c.write), max(s.seen, c.prefix)
		}
		at := s.seats[client]
		if at.session != session {
			// A client rarely changes its session, and never back; a log may say so.
			s.left[[2]int64{int64(client), at.session}] = at
			at = s.left[[2]int64{int64(client), session}]
			at.session = session
		}
		if c := (completed{ret: ret, group: s.group(i, k)}); k.isRead() {
			s.read(i, k, c, &at, call)
		} else {
			s.write(i, k, c, &at)
		}
		s.seats[client] = at
	}
	return s.fits
}

// sweep is one pass over the calls.
type sweep struct {
	*judge
	grade Grade
	by    *groups
	pos   []int32
	fits  bool

	open queue
	// floors is by group where what is called now comes at the earliest; written
	// is behind all writes answered so far, seen behind all that was read.
	floors        []int32
	written, seen int32
	seats         map[int]seat      // by client, of its session
	left          map[[2]int64]seat // by client and session, of earlier ones
}

// group is 0 where there are no groups, and for what binds nothing: a sync. A
// final read is of all groups, and is only held to what was written.
func (s *sweep) group(i int, k kind) int32 {
	if s.by == nil || k == syncs || i >= len(s.in.Ops) {
		return 0
	}
	return s.by.find(s.group0(int32(i))) + 1
}

func (s *sweep) read(i int, k kind, c completed, at *seat, call int64) {
	place := s.at[i]
	p := place
	if s.grade != Linearizable {
		p = max(p, at.last)
	}
	if i >= len(s.in.Ops) {
		p = max(p, s.written) // final reads come after a sync: they keep to real time
	}
	if s.grade == Linearizable {
		p = max(p, s.floors[c.group])
		s.judgeSync(i, k, place, at, s.written)
	}
	if p > s.until[i] {
		s.fits = false
		if s.grade == Linearizable && (s.by != nil || i >= len(s.in.Ops)) {
			s.stale(i, s.written, call)
		}
		p = place
	}
	s.pos[i], at.last = p, max(at.last, p)
	if s.by != nil && c.group == 0 {
		return
	}
	c.after, c.prefix = p, place
	s.open.push(c)
}

func (s *sweep) write(i int, k kind, c completed, at *seat) {
	place := s.at[i]
	late := s.grade != Linearizable && k != lost && place < at.last
	if late || s.grade > Session && place < s.floors[c.group] {
		s.fits = false
	}
	if s.by == nil && s.grade == Linearizable && place < max(s.written, s.seen) {
		s.disorder(i, place, s.written, s.seen)
	}
	s.pos[i] = place
	if k == lost {
		return
	}
	at.last = max(at.last, place+1)
	c.after, c.write = place+1, place+1
	s.open.push(c)
}

// times gives what the sweep needs of an operation or a final.
func (j *judge) times(i int) (call, ret int64, client int, session int64, k kind) {
	if n := len(j.in.Ops); i >= n {
		f := &j.in.Finals[i-n]
		return f.Call, f.Ret, -1 - f.Node, 0, gets
	}
	o := &j.in.Ops[i]
	return o.Call, o.Ret, o.Client, sessionOf(o), j.kinds[i]
}

// judgeSync holds a read to the last sync of its session.
func (j *judge) judgeSync(i int, k kind, place int32, s *seat, written int32) {
	switch {
	case k == syncs:
		s.sync = written
	case place < s.sync && j.result.StaleSync < 0 && i < len(j.in.Ops):
		j.result.StaleSync = i
	}
}

// stale notes a read that is older than what had been acknowledged.
func (j *judge) stale(i int, written int32, call int64) {
	st := &j.result.Stale
	if i >= len(j.in.Ops) {
		f := &j.in.Finals[i-len(j.in.Ops)]
		j.breach(Breach{
			Promise: Durable, Ops: []int{i},
			Why: fmt.Sprintf("The final read of n%d is of the zxid %#x, and later writes had been acknowledged.", f.Node, f.Zxid),
		})
		return
	}
	st.Reads++
	lag := int(written - j.at[i])
	if lag <= st.Lag {
		return
	}
	st.Worst, st.Lag, st.Missed = i, lag, -1
	// How long ago the first change that it misses was acknowledged.
	for e := j.until[i]; e < written; e++ {
		op := j.opOf(e)
		if op < 0 || j.kinds[op] == lost || j.in.Ops[op].Ret >= call {
			continue
		}
		st.Behind, st.Missed = call-j.in.Ops[op].Ret, int(op)
		return
	}
}

// opOf is the operation of an entry, -1 for the end of a session.
func (j *judge) opOf(e int32) int32 {
	if op := j.entries[e]; op >= 0 {
		return op
	}
	return j.hidden[-1-j.entries[e]].op
}

// disorder notes a write that stands before what had been answered when it was
// called.
func (j *judge) disorder(i int, place, written, seen int32) {
	o := &j.in.Ops[i]
	if place < seen {
		j.breach(Breach{
			Promise: PrefixReads, Path: o.Path, Ops: []int{i},
			Why: fmt.Sprintf("A read from the future: a read that was answered before %s had already seen it.", tell(o)),
		})
	}
	for e := written - 1; e > place; e-- {
		if op := j.opOf(e); op >= 0 && j.in.Ops[op].Ret < o.Call {
			w := &j.in.Ops[op]
			j.breach(Breach{
				Promise: WriteOrder, Path: o.Path, Ops: []int{int(op), i},
				Why: fmt.Sprintf("The zxids go against time: %s was called after %s.", tell(o), tell(w)),
			})
			return
		}
	}
}
