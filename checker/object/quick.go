package object

import (
	"github.com/schismlab/schism/checker/distinct"
	"github.com/schismlab/schism/checker/format"
)

// quick decides in time O(n log n), where every value is written once: registers
// without cas, key-value stores without append, and queues. It says whether it
// could.
func (p *problem) quick() (answer, bool) {
	if p.kind.distinct == nil {
		return 0, false
	}
	ops := make([]distinct.Op, len(p.ops))
	for i := range p.ops {
		o := &p.ops[i]
		d := &ops[i]
		d.Call, d.Ret = int64(o.call), int64(o.ret)
		switch o.Do {
		case format.Read, format.Get:
			d.Kind, d.Value, d.Blank = distinct.Read, int64(o.out), o.out == p.first()
		case format.Write, format.Put:
			d.Kind, d.Value = distinct.Write, int64(o.arg)
			if o.arg == p.first() {
				return 0, false // it may be the first value or this one that is read
			}
		case format.Enqueue:
			d.Kind, d.Value = distinct.Enqueue, int64(o.arg)
		case format.Dequeue:
			d.Kind, d.Value, d.Blank = distinct.Dequeue, int64(o.out), o.Outcome == format.Refused
		default:
			return 0, false // cas and append: no value says where it came from
		}
	}
	switch p.kind.distinct(ops).Grade {
	case distinct.Linearizable:
		return found, true
	case distinct.Broken:
		return none, true
	}
	return 0, false
}

// first is the value that a register or a key begins with.
func (p *problem) first() code {
	if s, text := p.start.(string); text {
		return p.values.of(format.Value(s))
	}
	c, _ := p.start.(code)
	return c
}
