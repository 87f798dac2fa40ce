package witness

import (
	"sort"

	"github.com/schismlab/schism/checker/certificate"
)

// candidate is one effect of a lost write: an operation and its part.
type candidate struct{ op, part int32 }

// lostWrites indexes the writes of unknown outcome by what they may have done.
// Lists are by call.
type lostWrites struct {
	count int
	used  map[int32]bool
	// sets, creates and deletes are by znode; nameless are sequential creates by
	// the path that was asked for.
	sets, creates, deletes map[int32][]candidate
	values                 map[value][]candidate // single sets
	placed                 map[value]bool        // whose zxid a Stat shows
	nameless               map[string][]candidate
	// free counts by znode the single sets that fill no hole yet.
	free map[int32]int
	// multis are the znodes that a lost multi touches; tricky those that one, or
	// a lost create or delete, does.
	multis, tricky map[int32]bool
	// kids counts by znode the lost writes that may change its children.
	kids map[int32]int
}

// value is what a set wrote.
type value struct {
	id   int32
	data string
}

func (l *lostWrites) init() {
	l.values, l.placed = map[value][]candidate{}, map[value]bool{}
	l.used = map[int32]bool{}
	l.sets, l.creates, l.deletes = map[int32][]candidate{}, map[int32][]candidate{}, map[int32][]candidate{}
	l.nameless, l.free, l.multis, l.tricky, l.kids = map[string][]candidate{}, map[int32]int{}, map[int32]bool{}, map[int32]bool{}, map[int32]int{}
}

func (j *judge) addLost(op int32) {
	l := &j.lost
	l.count++
	o := &j.in.Ops[op]
	for i, p := range j.parts(op) {
		c := candidate{op, int32(i)}
		path := o.Path
		if o.Op == "multi" {
			path = o.Parts[i].Path
			l.multis[max(p.id, 0)] = true
		}
		if o.Op == "multi" || p.verb != sets {
			l.tricky[max(p.id, 0)] = true
		}
		switch {
		case p.verb == sets:
			l.sets[p.id] = append(l.sets[p.id], c)
			if o.Op != "multi" {
				l.free[p.id]++
				l.values[value{p.id, p.data}] = append(l.values[value{p.id, p.data}], c)
			}
		case p.verb == creates && p.id < 0:
			l.nameless[path] = append(l.nameless[path], c)
			l.kids[p.up]++
		case p.verb == creates:
			l.creates[p.id] = append(l.creates[p.id], c)
			l.kids[p.up]++
		case p.verb == deletes:
			l.deletes[p.id] = append(l.deletes[p.id], c)
			l.kids[j.znodes[p.id].parent]++
		}
	}
}

// hidden is a transaction that no answer acknowledged: a lost write that took
// effect, a hole that some lost set must fill, the end of a session, or the
// removal of a znode by the servers.
type hidden struct {
	op      int32  // -1 until a hole is filled, and where nobody called it
	session int64  // that ends, if op is -1 and id is
	reaps   string // the znode that the servers remove, likewise
	id      int32  // of a hole: the znode
	version int32  // that the hole's set made
	data    string
	shown   bool // data is known
	due     int64
	at      int32 // its entry
}

func (j *judge) hide(h hidden) int32 {
	h.at = int32(len(j.entries))
	j.hidden = append(j.hidden, h)
	k := int32(len(j.hidden) - 1)
	j.entries = append(j.entries, -1-k)
	return k
}

// dueNow is by when what happens before the current item was called.
func (j *judge) dueNow() int64 { return j.due[min(j.now, len(j.due)-1)] }

// latest gives of the unused candidates that were called in time, that suit and
// that would succeed now, the one called last: what came earlier fits more of
// the later needs.
func (j *judge) latest(list []candidate, suits func(candidate) bool) (candidate, bool) {
	if len(list) == 0 {
		return candidate{}, false
	}
	due := j.dueNow()
	end := sort.Search(len(list), func(k int) bool { return j.in.Ops[list[k].op].Call > due })
	found, choices := candidate{}, 0
	var failing []candidate
	for k := end - 1; k >= 0 && choices < 2; k-- {
		switch c := list[k]; {
		case j.lost.used[c.op] || !suits(c):
		case !j.works(c):
			failing = append(failing, c)
		default:
			if choices++; choices == 1 {
				found = c
			}
		}
	}
	j.guessed = j.guessed || choices > 1
	if choices == 0 {
		return j.coax(failing)
	}
	return found, choices > 0
}

// How many lost writes may be needed for one another's sake, and how many are
// tried for each need.
const (
	coaxDepth = 3
	coaxTries = 4
)

// coax looks for other hidden transactions that let one of the candidates
// succeed. Whether it was the right one to try nobody can say.
func (j *judge) coax(list []candidate) (candidate, bool) {
	if len(list) == 0 {
		return candidate{}, false
	}
	j.guessed = true
	if j.depth == coaxDepth {
		return candidate{}, false
	}
	j.depth++
	defer func() { j.depth-- }()
	for _, c := range list[:min(len(list), coaxTries)] {
		if j.over(c.op, int32(len(j.entries))) {
			continue
		}
		j.lost.used[c.op] = true // not for its own sake
		for range coaxTries {
			parts := j.parts(c.op)
			err, i := j.try(parts, sessionOf(&j.in.Ops[c.op]))
			over := j.over(c.op, int32(len(j.entries))) // by what was hidden for it
			if err == "" && !over {
				return c, true
			}
			if p := parts[i]; over || !j.enable(&p, err) {
				break
			}
		}
		delete(j.lost.used, c.op)
	}
	return candidate{}, false
}

// works says whether a whole lost write would succeed now. One whose session is
// over must have taken effect before that, and so was left out by mistake.
func (j *judge) works(c candidate) bool {
	if j.over(c.op, int32(len(j.entries))) {
		j.guessed = true
		return false
	}
	err, _ := j.try(j.parts(c.op), sessionOf(&j.in.Ops[c.op]))
	return err == ""
}

// take lets a lost write take effect now, under the given name if its part is
// a sequential create, and for the given owner if that is known.
func (j *judge) take(c candidate, name int32, owner int64, z stamp) {
	o := &j.in.Ops[c.op]
	j.lost.used[c.op] = true
	parts := j.parts(c.op)
	if name >= 0 && parts[c.part].id < 0 {
		parts[c.part].id, parts[c.part].up = name, j.znodes[name].parent
		j.named(c, name)
	}
	for i := range parts {
		p := &parts[i]
		if p.verb == sets && o.Op != "multi" {
			j.lost.free[p.id]--
		}
		if p.verb == creates && p.id < 0 {
			j.guessed = true // it has made a znode of a name that nobody saw
		}
	}
	if owner == 0 {
		owner = sessionOf(o)
	}
	j.hiding, j.doing = true, c.op
	j.apply(parts, owner, z)
	j.hiding, j.doing = false, noOp
	j.hide(hidden{op: c.op, id: -1})
}

// doubtful says whether what became of a znode rests on choices among lost writes
// that no matching decides: then a contradiction there proves nothing.
func (j *judge) doubtful(path string) bool {
	id, known := j.byPath[path]
	if j.guessed || !known {
		return j.guessed || len(j.lost.tricky) > 0
	}
	up := max(j.znodes[id].parent, 0)
	nameless := len(path) > sequenceDigits && len(j.lost.nameless[path[:len(path)-sequenceDigits]]) > 0
	return nameless || j.lost.tricky[id] || up > 0 && j.lost.tricky[up] || j.lost.kids[id] > 0
}

// over says whether a lost write's session had ended before an entry.
func (j *judge) over(op, entry int32) bool {
	end, ended := j.ended[sessionOf(&j.in.Ops[op])]
	return ended && end < entry
}

func (j *judge) named(c candidate, name int32) {
	if j.names == nil {
		j.names = map[certificate.Name]string{}
	}
	j.names[certificate.Name{Op: c.op, Part: c.part}] = j.znodes[name].path
}
