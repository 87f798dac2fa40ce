package distinct

import (
	"fmt"
	"slices"

	"github.com/anishathalye/porcupine"
)

// object is one kind of object: how it is judged here, and a plain sequential
// one, apart from the code under test, that makes and re-judges histories.
type object struct {
	name  string
	kinds []Kind
	judge func([]Op) Result
	// step does what o asks for and gives the answer; it changes nothing where o
	// must not take effect, and says false.
	step func(s state, o Op) (state, Op, bool)
}

// state is a value of any of the objects: a register's only, a queue's items, a
// set's elements in order, the hold of a lock, a counter's sum.
type state struct{ list []int64 }

const nothing = -1 // the register's initial value, and a free lock

var objects = []object{
	{"register", []Kind{Read, Write}, Register, stepRegister},
	{"counter", []Kind{Read, Increment}, func(ops []Op) Result { return Counter(ops, 0) }, stepCounter},
	{"set", []Kind{Insert, Remove, Contains}, Set, stepSet},
	{"queue", []Kind{Enqueue, Dequeue}, Queue, stepQueue},
	{"lock", []Kind{Acquire, Release}, Lock, stepLock},
}

func one(s state) int64 {
	if len(s.list) == 0 {
		return nothing
	}
	return s.list[0]
}

func stepRegister(s state, o Op) (state, Op, bool) {
	if o.Kind == Write {
		return state{[]int64{o.Value}}, o, true
	}
	o.Value, o.Blank = one(s), len(s.list) == 0
	return s, o, true
}

func stepCounter(s state, o Op) (state, Op, bool) {
	sum := one(s)
	if len(s.list) == 0 {
		sum = 0
	}
	if o.Kind == Increment {
		sum++
		s = state{[]int64{sum}}
		if o.Blank {
			return s, o, true
		}
	}
	o.Value = sum
	return s, o, true
}

func stepSet(s state, o Op) (state, Op, bool) {
	i, there := slices.BinarySearch(s.list, o.Value)
	switch {
	case o.Kind == Contains:
		o.Blank = !there
		return s, o, true
	case o.Kind == Insert && !there:
		return state{slices.Insert(slices.Clone(s.list), i, o.Value)}, o, true
	case o.Kind == Remove && there:
		o.Blank = false
		return state{slices.Delete(slices.Clone(s.list), i, i+1)}, o, true
	}
	o.Blank = true
	return s, o, o.Kind == Remove
}

func stepQueue(s state, o Op) (state, Op, bool) {
	switch {
	case o.Kind == Enqueue:
		return state{append(slices.Clone(s.list), o.Value)}, o, true
	case len(s.list) == 0:
		o.Blank = true
		return s, o, true
	}
	o.Blank, o.Value = false, s.list[0]
	return state{slices.Clone(s.list[1:])}, o, true
}

func stepLock(s state, o Op) (state, Op, bool) {
	switch held := one(s); {
	case o.Kind == Acquire && held == nothing:
		return state{[]int64{o.Value}}, o, true
	case o.Kind == Release && held == o.Value:
		return state{}, o, true
	}
	return s, o, false
}

// search is porcupine's verdict. An operation of unknown outcome may be placed
// behind all others, where it does no harm.
func (obj *object) search(ops []Op) bool {
	model := porcupine.Model{
		Init: func() any { return state{} },
		Step: func(before, in, _ any) (bool, any) {
			o := in.(Op)
			asked := o
			if o.Kind == Contains || o.Kind == Dequeue || o.Kind == Remove {
				asked.Blank = false
			}
			after, got, took := obj.step(before.(state), asked)
			if o.Ret == Never {
				return true, after
			}
			// Where nothing is shown, values do not count.
			if o.Blank && got.Blank {
				got.Value = o.Value
			}
			return took && got == o, after
		},
		Equal: func(a, b any) bool { return slices.Equal(a.(state).list, b.(state).list) },
	}
	var history []porcupine.Operation
	for i, o := range ops {
		if o.Ret == Never && (o.Kind == Read || o.Kind == Contains) {
			continue
		}
		history = append(history, porcupine.Operation{ClientId: i, Input: o, Call: o.Call, Return: o.Ret})
	}
	return porcupine.CheckOperations(model, history)
}

func show(ops []Op) string {
	text := ""
	for i, o := range ops {
		ret := fmt.Sprint(o.Ret)
		if o.Ret == Never {
			ret = "?"
		}
		value := fmt.Sprint(o.Value)
		if o.Blank {
			value += " (blank)"
		}
		text += fmt.Sprintf("%d: %d-%s %v %s\n", i, o.Call, ret, o.Kind, value)
	}
	return text
}
