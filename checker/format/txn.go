package format

import "strings"

// Step is a part of a Txn.
type Step struct {
	Write bool
	Key   string
	// Value is what was written or read; what was read is "" without an answer.
	Value Value
}

// steps takes the parts of a transaction: [[:read x nil] [:write y 2]]. It gives
// nothing if these are others than reads and writes of registers.
func (r *recorder) steps(v *node, answered bool) []Step {
	if v == nil || v.kind != vector {
		return nil
	}
	var all []Step
	for i := range v.items {
		part := v.items[i].items
		if v.items[i].kind != vector || len(part) != 3 {
			return nil
		}
		s := Step{Key: r.word(string(part[1].value()))}
		switch strings.TrimPrefix(part[0].text, ":") {
		case "write", "w":
			s.Write, s.Value = true, r.value(&part[2])
		case "read", "r":
			if answered {
				s.Value = r.value(&part[2])
			}
		default:
			return nil
		}
		all = append(all, s)
	}
	return all
}

// txnResult takes what a transaction's answer says, which has the parts of its
// call with the values that were read.
func (r *recorder) txnResult(e *event, o *Op) error {
	got := r.steps(e.value, true)
	same := len(got) == len(o.Steps)
	for i := 0; same && i < len(got); i++ {
		a, b := &got[i], &o.Steps[i]
		same = a.Write == b.Write && a.Key == b.Key && (!a.Write || a.Value == b.Value)
	}
	if !same {
		return r.errorf(e.line, "an answer to other reads and writes than those of line %d; want the same with what was read", o.Line)
	}
	o.Steps, o.Out = got, e.value.value()
	return nil
}
