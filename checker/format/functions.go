package format

import "strings"

var functions = map[string]Do{
	"read": Read, "write": Write, "cas": CAS, "get": Get, "put": Put, "append": Append,
	"acquire": Acquire, "lock": Acquire, "release": Release, "unlock": Release,
	"add": Add, "enqueue": Enqueue, "dequeue": Dequeue, "txn": Txn,
}

// models says which model has a function. A register and a set are both read,
// and a register that has a cas is a CASRegister.
var models = [...]Model{
	Write: Register, CAS: CASRegister, Get: KV, Put: KV, Append: KV, Acquire: Mutex, Release: Mutex, Add: Set, Enqueue: Queue, Dequeue: Queue,
	Txn: MultiRegister,
}

var wants = map[Model]string{
	Register: "read, write or cas", CASRegister: "read, write or cas", KV: "get, put or append",
	Mutex: "acquire or release", Set: "add or read", Queue: "enqueue or dequeue",
	MultiRegister: "txn",
	"":            "read, write, cas; txn of these; get, put, append; acquire, release; add; enqueue or dequeue",
}

// function tells what is called, and learns the model of the history from it.
func (r *recorder) function(e *event) (Do, error) {
	do, known := functions[e.f]
	switch {
	case !known:
		return 0, r.errorf(e.line, "unknown op %q; want %s", e.f, wants[r.h.Model])
	case do == Txn && r.steps(e.value, false) == nil:
		return 0, r.transactional(e)
	}
	m := models[do]
	switch have := r.h.Model; {
	case do == Read && (have == "" || have == Set || have == Register || have == CASRegister):
	case do == Read:
		return 0, r.errorf(e.line, "read in a history of a %s; want %s", have, wants[have])
	case have == "":
		r.h.Model, r.modelled = m, e.line
	case have == m, have == CASRegister && m == Register:
	case have == Register && m == CASRegister:
		r.h.Model = m
	default:
		return 0, r.errorf(e.line, "%s in a history that is of a %s since line %d; want %s", e.f, have, r.modelled, wants[have])
	}
	return do, nil
}

// transactional tells of a transaction that is another checker's.
func (r *recorder) transactional(e *event) error {
	what := "this txn"
	if e.value != nil {
		var b strings.Builder
		if e.value.write(&b); strings.Contains(b.String(), `[:append `) || strings.Contains(b.String(), `["append" `) {
			what = "list-append"
		}
	}
	return r.errorf(e.line, "%s: transactional; want reads and writes of registers, [[:read x nil] [:write y 2]]", what)
}

// split takes the key of an operation from the rest of its value.
func (r *recorder) split(e *event, o *Op) (*node, error) {
	how, v := none, e.value
	switch {
	case e.key != nil:
		how = inMember
	case o.Do == Txn, r.keys == none && o.Do != Read && o.Do != CAS:
		// a pair is a value like others
	case o.Do == Read && v.pair() && v.items[1].kind == nilNode,
		o.Do == CAS && v.pair() && v.items[1].pair(),
		o.Do != Read && o.Do != CAS && v.pair():
		how = inValue
	}
	if r.keys == undecided {
		r.keys, r.keyLine = how, e.line
	}
	if r.keys != how {
		if how == none {
			return nil, r.errorf(e.line, "a %v without a key, and line %d has one; want all with a key or none", o.Do, r.keyLine)
		}
		if r.keys == none {
			return nil, r.errorf(e.line, "a %v with a key, and line %d has none; want all with a key or none", o.Do, r.keyLine)
		}
		return nil, r.errorf(e.line, "a %v with its key in another place than in line %d; want it in the same", o.Do, r.keyLine)
	}
	switch how {
	case inMember:
		o.Key = r.word(string(e.key.value()))
	case inValue:
		o.Key = r.word(string(v.items[0].value()))
		v = &v.items[1]
	}
	return v, nil
}

// arguments takes what a call says.
func (r *recorder) arguments(e *event, o *Op, v *node) (err error) {
	switch o.Do {
	case Write, Add, Enqueue:
		if v == nil {
			return r.errorf(e.line, "a %v without a value; want one", o.Do)
		}
		o.Arg = r.value(v)
	case CAS:
		if !v.pair() {
			return r.errorf(e.line, "a cas without its two values; want [expected new]")
		}
		o.Arg, o.New = r.value(&v.items[0]), r.value(&v.items[1])
	case Put, Append:
		if v == nil || v.kind != text {
			return r.errorf(e.line, "a %v without a string; want one", o.Do)
		}
		o.Arg = Value(r.word(v.text))
	case Txn:
		o.Arg, o.Steps = v.value(), r.steps(v, false)
	}
	return nil
}

// result takes what the answer to a read, get, dequeue or txn says.
func (r *recorder) result(e *event, o *Op) error {
	if o.Do == Txn {
		return r.txnResult(e, o)
	}
	if o.Do != Read && o.Do != Get && o.Do != Dequeue {
		return nil
	}
	v := e.value
	if r.keys == inValue {
		if !v.pair() || string(v.items[0].value()) != o.Key {
			return r.errorf(e.line, "an answer for another key than that of line %d, %s; want [%s value]", o.Line, o.Key, o.Key)
		}
		v = &v.items[1]
	} else if e.key != nil && string(e.key.value()) != o.Key {
		return r.errorf(e.line, "an answer for key %s, and the call of line %d was for %s; want the same", e.key.value(), o.Line, o.Key)
	}
	switch {
	case v == nil:
		return r.errorf(e.line, "a %v that is ok without a value; want what it gave", o.Do)
	case o.Do == Dequeue && v.kind == nilNode:
		o.Outcome = Refused // the queue was empty
		return nil
	case o.Do == Get:
		if v.kind != text && v.kind != nilNode {
			return r.errorf(e.line, "a get that gives %s; want a string", v.value())
		}
		o.Out = Value(r.word(v.text))
		return nil
	case o.Do == Read && (v.kind == vector || v.kind == set):
		if o.Items = v.members(); o.Items == nil {
			o.Items = []Value{}
		}
		for i, item := range o.Items {
			o.Items[i] = Value(r.word(string(item)))
		}
	}
	o.Out = r.value(v)
	return nil
}

func (r *recorder) value(n *node) Value { return Value(r.word(string(n.value()))) }
