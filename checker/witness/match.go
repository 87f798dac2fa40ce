package witness

import (
	"fmt"
	"sort"
)

// match finds for every hole the lost set that filled it. Holes and sets of one
// znode are matched on their own. A hole's bound on the call only rises from
// one hole to the next, so the sets that fit one by time fit all later ones,
// and taking for each in turn the one called last leaves the others the most:
// the matching is complete whenever one exists. Holes whose value was seen
// choose first, since the others can take any value; a set with a guard fits
// one version only and so goes before one without.
func (j *judge) match() bool {
	holes := map[int32][]int32{} // by znode, indices of hidden
	var ids []int32
	for k := range j.hidden {
		if h := &j.hidden[k]; h.op < 0 && h.id >= 0 {
			if holes[h.id] == nil {
				ids = append(ids, h.id)
			}
			holes[h.id] = append(holes[h.id], int32(k))
		}
	}
	for _, id := range ids {
		if !j.matchZnode(id, holes[id]) {
			return false
		}
	}
	for k := range j.hidden {
		if op := j.hidden[k].op; op >= 0 {
			j.result.Applied++
		}
	}
	j.result.Open = j.lost.count - j.result.Applied
	for e, op := range j.entries {
		if op < 0 {
			if op = j.hidden[-1-op].op; op >= 0 {
				j.at[op] = int32(e)
			}
		}
	}
	return true
}

// purse is a group of lost sets that can stand for each other, by call. Unused
// ones are found by a path that is shortened as it is walked.
type purse struct {
	ops  []int32
	left []int32 // left[k+1] leads to the last unused one up to k, 0 is none
}

func (p *purse) add(op int32) {
	if len(p.left) == 0 {
		p.left = append(p.left, 0)
	}
	p.ops = append(p.ops, op)
	p.left = append(p.left, int32(len(p.ops)))
}

func (p *purse) find(k int32) int32 {
	root := k
	for p.left[root] != root {
		root = p.left[root]
	}
	for p.left[k] != root {
		p.left[k], k = root, p.left[k]
	}
	return root
}

// takeFrom gives the unused one that fits a hole by time and was called last, -1
// if there is none. Holes come in order: whose session was over before one, it
// was so before all later ones.
func (j *judge) takeFrom(p *purse, h *hidden) int32 {
	if p == nil {
		return -1
	}
	for {
		k := sort.Search(len(p.ops), func(k int) bool { return j.in.Ops[p.ops[k]].Call > h.due })
		if k == 0 {
			return -1
		}
		at := p.find(int32(k))
		if at == 0 {
			return -1
		}
		op := p.ops[at-1]
		p.left[at] = at - 1
		if j.over(op, h.at) {
			j.guessed = true
		} else if !j.lost.used[op] {
			j.lost.used[op] = true
			return op
		}
	}
}

func (j *judge) matchZnode(id int32, holes []int32) bool {
	type wish struct {
		data  string
		guard int32
	}
	byValue, byGuard := map[wish]*purse{}, map[int32]*purse{}
	wanted := map[string]bool{}
	for _, k := range holes {
		if h := &j.hidden[k]; h.shown {
			wanted[h.data] = true
		}
	}
	for _, c := range j.lost.sets[id] {
		o := &j.in.Ops[c.op]
		if o.Op != "set" || j.lost.used[c.op] {
			continue
		}
		w := wish{o.Data, max(o.Version, -1)}
		if wanted[o.Data] {
			if byValue[w] == nil {
				byValue[w] = &purse{}
			}
			byValue[w].add(c.op)
		}
		if byGuard[w.guard] == nil {
			byGuard[w.guard] = &purse{}
		}
		byGuard[w.guard].add(c.op)
	}
	for _, shown := range []bool{true, false} {
		for _, k := range holes {
			h := &j.hidden[k]
			if h.shown != shown {
				continue
			}
			op := int32(-1)
			for _, guard := range []int32{h.version - 1, -1} {
				if op >= 0 {
					break
				}
				if shown {
					op = j.takeFrom(byValue[wish{h.data, guard}], h)
				} else {
					op = j.takeFrom(byGuard[guard], h)
				}
			}
			if op < 0 {
				return j.unfilled(h)
			}
			h.op = op
		}
	}
	return true
}

func (j *judge) unfilled(h *hidden) bool {
	path, value := j.znodes[h.id].path, ""
	if h.shown {
		value = fmt.Sprintf(" with the value %q", h.data)
	}
	n := 0
	for _, c := range j.lost.sets[h.id] {
		if j.in.Ops[c.op].Call <= h.due {
			n++
		}
	}
	j.breach(Breach{
		Promise: Replay, Path: path, Guessed: j.doubtful(path),
		Why: fmt.Sprintf("Somebody set %s to version %d%s, before %.3f s. Of the %d lost writes to it that were called by then, none is left that can have done it.",
			path, h.version, value, float64(h.due)/1e9, n),
	})
	return false
}
