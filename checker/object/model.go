package object

import (
	"slices"
	"strings"

	"github.com/schismlab/schism/checker/distinct"
	"github.com/schismlab/schism/checker/format"
)

// op is an operation of one object, with its values as codes.
type op struct {
	*format.Op
	arg, new, out code
	items         codes
	steps         []part
	// vague says that nothing is known of the outcome: it may take effect at any
	// time after its call, and what comes last of all has never happened.
	vague     bool
	call, ret int
	// class and rank are of a vague operation: which of those that do the same,
	// and how many of these were called before.
	class, rank int
}

// part is a step of a transaction.
type part struct {
	write           bool
	register, value code
}

// code stands for a value, so that states are small.
type code int32

// codes are values in a row, four bytes each.
type codes string

func (c code) row() codes {
	return codes([]byte{byte(c >> 24), byte(c >> 16), byte(c >> 8), byte(c)})
}

// coder gives each value a code.
type coder map[format.Value]code

func (c coder) of(v format.Value) code {
	n, seen := c[v]
	if !seen {
		n = code(len(c))
		c[v] = n
	}
	return n
}

// sorted writes a set of values as the state of a set does.
func (c coder) sorted(values []format.Value) codes {
	rows := make([]string, len(values))
	for i, v := range values {
		rows[i] = string(c.of(v).row())
	}
	slices.Sort(rows)
	return codes(strings.Join(rows, ""))
}

// step says whether an operation with its answer is what the object would do in
// a state, and in which state that leaves it. States are comparable.
type step func(state any, o *op) (bool, any)

// kind is an object: how it begins, what it does, and what an operation's
// answer alone says about the state after it.
type kind struct {
	start func(c coder, initial format.Value, registers int) any
	step  step
	// settles gives the state after an acknowledged operation, if any state
	// before gives the same.
	settles func(o *op) (any, bool)
	// distinct judges the object where every value is written once, nil if none
	// does.
	distinct func([]distinct.Op) distinct.Result
}

var kinds = map[format.Model]kind{
	format.Register:      {start: valueAtStart, step: stepRegister, settles: settlesRegister, distinct: distinct.Register},
	format.CASRegister:   {start: valueAtStart, step: stepRegister, settles: settlesRegister, distinct: distinct.Register},
	format.KV:            {start: emptyString, step: stepKV, settles: settlesKV, distinct: distinct.Register},
	format.MultiRegister: {start: valuesAtStart, step: stepRegisters, settles: settlesNothing},
	format.Mutex:         {start: free, step: stepMutex, settles: settlesMutex},
	format.Set:           {start: empty, step: stepSet, settles: settlesSet},
	format.Queue:         {start: empty, step: stepQueue, settles: settlesQueue, distinct: distinct.Queue},
}

func valueAtStart(c coder, v format.Value, _ int) any { return c.of(v) }

func valuesAtStart(c coder, v format.Value, registers int) any {
	return codes(strings.Repeat(string(c.of(v).row()), registers))
}

func emptyString(coder, format.Value, int) any { return "" }
func free(coder, format.Value, int) any        { return false }
func empty(coder, format.Value, int) any       { return codes("") }

func stepRegister(state any, o *op) (bool, any) {
	v := state.(code)
	switch {
	case o.Do == format.Read:
		return v == o.out, state
	case o.Do == format.Write:
		return true, o.arg
	case v == o.arg:
		return o.vague || o.Outcome != format.Refused, o.new
	}
	return o.vague || o.Outcome == format.Refused, state
}

func settlesRegister(o *op) (any, bool) {
	switch {
	case o.Do == format.Read:
		return o.out, true
	case o.Do == format.Write:
		return o.arg, true
	}
	return o.new, o.Outcome == format.OK
}

// stepRegisters: the state is the values of all registers in a row.
func stepRegisters(state any, o *op) (bool, any) {
	row := state.(codes)
	for _, s := range o.steps {
		at := 4 * int(s.register)
		switch {
		case s.write:
			row = row[:at] + s.value.row() + row[at+4:]
		case !o.vague && row[at:at+4] != s.value.row():
			return false, nil
		}
	}
	return true, row
}

func settlesNothing(*op) (any, bool) { return nil, false }

func stepKV(state any, o *op) (bool, any) {
	s := state.(string)
	switch o.Do {
	case format.Get:
		return s == string(o.Out), state
	case format.Put:
		return true, string(o.Arg)
	}
	return true, s + string(o.Arg)
}

func settlesKV(o *op) (any, bool) {
	switch o.Do {
	case format.Get:
		return string(o.Out), true
	case format.Put:
		return string(o.Arg), true
	}
	return nil, false
}

// stepMutex asks not who holds the lock: where clients begin anew under other
// names after a lost answer, as Jepsen's do, nobody could release it.
func stepMutex(state any, o *op) (bool, any) {
	held, take := state.(bool), o.Do == format.Acquire
	if held != take {
		return o.vague || o.Outcome != format.Refused, take
	}
	return o.vague || o.Outcome == format.Refused, state
}

func settlesMutex(o *op) (any, bool) {
	// Acquired or refused, it is held; released or refused, it is free.
	return o.Do == format.Acquire, true
}

func stepSet(state any, o *op) (bool, any) {
	s := state.(codes)
	if o.Do == format.Read {
		return s == o.items, state
	}
	row := o.arg.row()
	for i := 0; i < len(s); i += 4 {
		switch at := s[i : i+4]; {
		case at == row:
			return true, state
		case at > row:
			return true, s[:i] + row + s[i:]
		}
	}
	return true, s + row
}

func settlesSet(o *op) (any, bool) { return o.items, o.Do == format.Read }

func stepQueue(state any, o *op) (bool, any) {
	s := state.(codes)
	switch {
	case o.Do == format.Enqueue:
		return true, s + o.arg.row()
	case s == "":
		return o.vague || o.Outcome == format.Refused, state
	case o.vague:
		return true, s[4:]
	}
	return o.Outcome == format.OK && s[:4] == o.out.row(), s[4:]
}

func settlesQueue(o *op) (any, bool) {
	return codes(""), o.Do == format.Dequeue && o.Outcome == format.Refused
}
