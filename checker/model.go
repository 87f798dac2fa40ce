package checker

import (
	"hash/maphash"
	"slices"
)

// cell is one znode in a state of the search; the zero value is a znode that
// does not exist.
type cell struct {
	exists  bool
	version int32
	owner   int64 // session of an ephemeral znode
	data    string
	// shown counts the reads placed at this version, where they are counted.
	shown int32
	// unread counts the unknown sets placed whose value nobody read.
	unread int32
}

// state is what the znodes of a problem hold between two operations. States
// are never changed, only replaced: the search keeps many of them.
type state struct {
	cells []cell
	// left counts the operations with an answer that are still to be placed.
	// At 0 all that remain are writes of unknown outcome, which may as well
	// never have happened.
	left int
	sum  uint64
}

var hashSeed = maphash.MakeSeed()

func cellHash(i int, c cell) uint64 {
	if c == (cell{}) {
		return 0
	}
	return maphash.Comparable(hashSeed, struct {
		i int
		c cell
	}{i, c})
}

// with is s with other cells. Sums are kept up cell by cell, since a problem
// may have thousands of them and a write touches few.
func (s *state) with(i int, c cell) *state {
	n := &state{slices.Clone(s.cells), s.left, s.sum ^ cellHash(i, s.cells[i]) ^ cellHash(i, c)}
	n.cells[i] = c
	return n
}

func (s *state) equal(o *state) bool {
	return s == o || s.sum == o.sum && s.left == o.left && slices.Equal(s.cells, o.cells)
}

// kind is what an operation of a problem is.
type kind uint8

const (
	reads    kind = iota // get
	looks                // exists
	lists                // children
	writes               // set, create, delete, multi
	snapshot             // the final reads of a server
	expires              // the end of a session, which deletes its ephemerals
)

// operation is a call as the search sees it, with znodes as indices of cells.
type operation struct {
	kind      kind
	call, ret int64
	client    int
	// vague: nobody knows whether it took effect.
	vague bool
	// refused is ZooKeeper's name of the error it gave, at part at of a multi;
	// at is -1 when the answer does not say which.
	refused string
	at      int

	path    string
	cell    int
	data    string
	version int32
	kids    []string
	parts   []part
	session int64
	seen    []sight
	// about describes it for people, lazily: most operations are never shown.
	about func() string
}

// part is one effect of a write.
type part struct {
	effect
	owner  int64 // of the znode that it makes: the session with which that ends, 0 if none
	cell   int
	parent int // -1: the parent certainly exists
}

// sight is one final read.
type sight struct {
	path string
	cell int
	want cell
}

// mayBe says whether o can be what happens next in state s, and gives the
// state after it.
func (p *problem) mayBe(s *state, o *operation) (bool, *state) {
	if o.vague {
		return p.mayHaveBeen(s, o)
	}
	after := s
	if o.kind == writes || o.kind == expires {
		next, err, at := p.apply(s, o)
		if err != o.refused || o.refused != "" && o.at >= 0 && at != o.at {
			return false, nil
		}
		if err == "" {
			if p.tooSoon(s, o) {
				return false, nil
			}
			after = next
		}
	} else if !p.shows(s, o) {
		return false, nil
	} else if p.counted(o) {
		c := s.cells[o.cell]
		c.shown++
		after = s.with(o.cell, c)
	}
	return true, &state{after.cells, s.left - 1, after.sum}
}

// mayHaveBeen places an operation whose outcome nobody knows. Where it would
// change nothing, or nothing that anybody saw, it is not placed: behind all
// others is room for it. That prunes the search from exponential to linear in
// nearly all runs.
func (p *problem) mayHaveBeen(s *state, o *operation) (bool, *state) {
	if s.left == 0 {
		return true, s
	}
	after, err, _ := p.apply(s, o)
	if err != "" || after == s || o.kind == writes && (p.tooSoon(s, o) || !p.explains(s, o)) {
		return false, nil
	}
	if rank, ranked := p.ranks[o]; ranked {
		i := o.parts[0].cell
		if rank != s.cells[i].unread {
			return false, nil
		}
		c := after.cells[i]
		c.unread++
		after = after.with(i, c)
	}
	return true, after
}

// shows says whether a read's answer is what state s holds.
func (p *problem) shows(s *state, o *operation) bool {
	if o.kind == snapshot {
		for _, w := range o.seen {
			if c := s.cells[w.cell]; c.exists != w.want.exists || c.exists && (c.data != w.want.data || c.version != w.want.version) {
				return false
			}
		}
		return true
	}
	c := s.cells[o.cell]
	if o.refused != "" || !c.exists {
		return o.refused == errNoNode && !c.exists
	}
	switch o.kind {
	case reads:
		return c.data == o.data && c.version == o.version
	case looks:
		return c.version == o.version
	}
	n := 0
	for _, kid := range p.kids[o.cell] {
		if !s.cells[kid].exists {
			continue
		}
		n++
		if _, listed := slices.BinarySearch(o.kids, p.paths[kid]); !listed {
			return false
		}
	}
	return n == len(o.kids)
}

// apply gives the state after a write, or the error and the part that has it.
// The order of the tests is ZooKeeper's.
func (p *problem) apply(s *state, o *operation) (*state, string, int) {
	if o.kind == expires {
		for i, c := range s.cells {
			if c.exists && c.owner == o.session && !p.hasKids(s, i) {
				s = s.with(i, cell{})
			}
		}
		return s, "", 0
	}
	for i := range o.parts {
		e := &o.parts[i]
		next, err := p.applyPart(s, o, e)
		if err != "" {
			return nil, err, i
		}
		s = next
	}
	return s, "", 0
}

func (p *problem) applyPart(s *state, o *operation, e *part) (*state, string) {
	c := s.cells[e.cell]
	if e.kind == opCreate {
		switch {
		case e.parent >= 0 && !s.cells[e.parent].exists:
			return nil, errNoNode
		case c.exists:
			return nil, errNodeExists
		}
		return s.with(e.cell, cell{exists: true, data: e.data, owner: e.owner}), ""
	}
	switch {
	case !c.exists:
		return nil, errNoNode
	case e.guard >= 0 && e.guard != c.version:
		return nil, errBadVersion
	}
	switch e.kind {
	case opDelete:
		if p.hasKids(s, e.cell) {
			return nil, errNotEmpty
		}
		return s.with(e.cell, cell{}), ""
	case opSet:
		c.data, c.version, c.shown = e.data, c.version+1, 0
		if !o.vague && o.refused == "" && e.version > 0 && e.version != c.version {
			return nil, "another version" // no error of ZooKeeper's: it fits nothing
		}
		return s.with(e.cell, c), ""
	}
	return s, "" // check
}

func (p *problem) hasKids(s *state, i int) bool {
	return slices.ContainsFunc(p.kids[i], func(kid int) bool { return s.cells[kid].exists })
}

// manyCells is where counting the reads of each version costs more than it
// saves: each placed read then copies all cells.
const manyCells = 64

// counted says whether a read counts for its version: it shows one, of a znode
// that never begins anew.
func (p *problem) counted(o *operation) bool {
	return len(p.paths) <= manyCells && (o.kind == reads || o.kind == looks) && o.refused == "" && p.slots[o.cell] != nil
}

// tooSoon says whether a write would leave a version behind that reads still
// have to show. A version never comes back, so the search need not try.
func (p *problem) tooSoon(s *state, o *operation) bool {
	if len(p.paths) > manyCells {
		return false
	}
	for i := range o.parts {
		e := &o.parts[i]
		if k := p.slots[e.cell]; e.kind == opSet && k != nil {
			if c := s.cells[e.cell]; c.shown < k.shows[c.version] {
				return true
			}
		}
	}
	return false
}

// slots is what the answers say about the versions of one znode.
type slots struct {
	// shows counts the reads that showed a version.
	shows map[int32]int32
	// writers counts the attempts to write a value, and home is the version at
	// which a value was read.
	writers map[string]int
	home    map[string]int32
	// taken are the versions that acknowledged sets were given, and data what
	// reads saw at a version.
	taken map[int32]bool
	data  map[int32]string
	// last is the highest version that any answer says something about.
	last int32
}

// explains says whether an unknown write, if it took effect now, could be what
// an answer saw: no acknowledged set was given the versions that it would
// make, no read saw them with another value or its value, which nobody else
// wrote, elsewhere, and they are not beyond all that was ever seen.
func (p *problem) explains(s *state, o *operation) bool {
	useful := false
	for i := range o.parts {
		e := &o.parts[i]
		k := p.slots[e.cell]
		switch {
		case e.kind == opCheck:
			continue
		case e.kind != opSet || k == nil:
			useful = true
			continue
		}
		v := s.cells[e.cell].version + 1
		if data, seen := k.data[v]; k.taken[v] || seen && data != e.data {
			return false
		}
		if home, seen := k.home[e.data]; seen && home != v && k.writers[e.data] == 1 {
			return false
		}
		useful = useful || v <= k.last
	}
	return useful
}
