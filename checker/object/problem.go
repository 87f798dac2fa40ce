package object

import (
	"slices"
	"sort"

	"github.com/schismlab/schism/checker/format"
)

// problem is the question whether one object's operations have an order.
type problem struct {
	kind kind
	key  string
	ops  []op // by call
	// values gave the operations' values their codes.
	values coder
	// start is the state before them, and after the operation that tells of it,
	// nil at the beginning.
	start any
	after *op
}

// problems makes a problem of each object, the cheapest first: what they say
// counts even if the budget does not last for the others.
func problems(h *format.History, initial format.Value) []*problem {
	k, values, registers := kinds[h.Model], coder{}, map[string]code{}
	byKey := map[string]*problem{}
	var all []*problem
	sizes := map[string]int{}
	for i := range h.Ops {
		sizes[h.Ops[i].Key]++
	}
	for i := range h.Ops {
		o := &h.Ops[i]
		p := byKey[o.Key]
		if p == nil {
			p = &problem{kind: k, key: o.Key, values: values, ops: make([]op, 0, sizes[o.Key])}
			byKey[o.Key] = p
			all = append(all, p)
		}
		if says(o) {
			p.ops = append(p.ops, op{
				Op: o, arg: values.of(o.Arg), new: values.of(o.New), out: values.of(o.Out), items: values.sorted(o.Items), steps: values.parts(o, registers),
				vague: o.Outcome == format.Unknown, call: o.Call, ret: o.Ret,
			})
		}
	}
	costs := map[*problem]cost{}
	for _, p := range all {
		p.start = k.start(values, initial, len(registers))
		p.prune()
		costs[p] = p.cost()
	}
	sort.SliceStable(all, func(i, j int) bool { return costs[all[i]].less(costs[all[j]]) })
	return all
}

// parts are the steps of a transaction. Each register gets a number.
func (c coder) parts(o *format.Op, registers map[string]code) []part {
	if o.Steps == nil {
		return nil
	}
	parts := make([]part, len(o.Steps))
	for i, s := range o.Steps {
		n, seen := registers[s.Key]
		if !seen {
			n = code(len(registers))
			registers[s.Key] = n
		}
		parts[i] = part{write: s.Write, register: n, value: c.of(s.Value)}
	}
	return parts
}

// says leaves out what tells nothing: an operation without effect, and a look
// at the object whose answer was lost.
func says(o *format.Op) bool {
	return o.Outcome != format.Failed && (o.Outcome != format.Unknown || o.Do != format.Read && o.Do != format.Get)
}

// prune leaves out the writes of unknown outcome whose value no answer depends
// on: without such a write every order stays one, since nothing that was
// answered comes between it and the next write. A cas that found another value
// than it expected may depend on any write.
func (p *problem) prune() {
	seen := map[code]bool{}
	for i := range p.ops {
		switch o := &p.ops[i]; {
		case o.Do == format.Read:
			seen[o.out] = true
		case o.Do == format.CAS && o.Outcome == format.Refused:
			return
		case o.Do == format.CAS:
			seen[o.arg] = true
		case o.Do != format.Write:
			return
		}
	}
	p.ops = slices.DeleteFunc(p.ops, func(o op) bool { return o.vague && o.Do == format.Write && !seen[o.arg] })
}

// cuts takes a problem apart where its state is known: after an operation that
// nothing overlaps and whose answer tells the state. Every operation before
// comes before every one after, so there is an order of the whole if and only
// if there is one of each part.
func (p *problem) cuts() []*problem {
	var parts []*problem
	from, start, after := 0, p.start, (*op)(nil)
	latest := -1 // return of those before i
	for i := range p.ops {
		o := &p.ops[i]
		alone := latest < o.call && (i+1 == len(p.ops) || o.ret < p.ops[i+1].call)
		latest = max(latest, o.ret)
		if o.vague || !alone {
			continue
		}
		if state, known := p.kind.settles(o); known {
			parts = append(parts, &problem{kind: p.kind, key: p.key, values: p.values, ops: p.ops[from : i+1], start: start, after: after})
			from, start, after = i+1, state, o
		}
	}
	if from < len(p.ops) {
		parts = append(parts, &problem{kind: p.kind, key: p.key, values: p.values, ops: p.ops[from:], start: start, after: after})
	}
	return parts
}

// until is the problem as it was at a moment: what was answered later is of
// unknown outcome then.
func (p *problem) until(at int) *problem {
	q := &problem{kind: p.kind, key: p.key, values: p.values, start: p.start}
	for _, o := range p.ops {
		if o.call > at {
			break
		}
		if o.ret > at {
			if o.Do == format.Read || o.Do == format.Get {
				continue
			}
			o.ret, o.vague = format.Never, true
		}
		q.ops = append(q.ops, o)
	}
	return q
}

// cost is what a search may take: time is exponential in the first two.
type cost struct {
	// atOnce is the most operations that were open at one moment, with those
	// that never ended.
	atOnce, vague, ops int
}

func (c cost) less(d cost) bool {
	if c.atOnce != d.atOnce {
		return c.atOnce < d.atOnce
	}
	return c.ops < d.ops
}

// memory is the least that a search keeps, in bytes: for each operation a set
// of those that are placed.
func (c cost) memory() uint64 { return uint64(c.ops) * uint64(c.ops) / 8 }

func (p *problem) cost() cost {
	c := cost{ops: len(p.ops)}
	var rets []int
	for i := range p.ops {
		o := &p.ops[i]
		if o.vague {
			c.vague++
			continue
		}
		rets = append(rets, o.ret)
	}
	slices.Sort(rets)
	ended := 0
	for i := range p.ops {
		for ended < len(rets) && rets[ended] < p.ops[i].call {
			ended++
		}
		c.atOnce = max(c.atOnce, i+1-ended)
	}
	return c
}
