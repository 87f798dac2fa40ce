package distinct

import "fmt"

// Never is the return time of an operation of unknown outcome.
const Never = 1<<63 - 1

// Kind is what an operation does.
type Kind uint8

// The kinds, by the objects that have them.
const (
	Read      Kind = iota + 1 // Register, Counter: showed Value; Blank: the initial value (Register), nothing (Counter)
	Write                     // Register: wrote Value
	Increment                 // Counter: by one, to the sum Value; Blank: the sum was not shown
	Insert                    // Set: put Value in, which was not there
	Remove                    // Set: took Value out; Blank: it was not there
	Contains                  // Set: Value is there; Blank: it is not
	Enqueue                   // Queue: put Value in
	Dequeue                   // Queue: took Value out; Blank: it was empty
	Acquire                   // Lock: the hold Value began
	Release                   // Lock: the hold Value ended
)

var kindNames = [...]string{
	Read: "read", Write: "write", Increment: "increment", Insert: "insert", Remove: "remove", Contains: "contains",
	Enqueue: "enqueue", Dequeue: "dequeue", Acquire: "acquire", Release: "release",
}

func (k Kind) String() string {
	if int(k) < len(kindNames) && k > 0 {
		return kindNames[k]
	}
	return fmt.Sprintf("kind%d", uint8(k))
}

// Op is one operation of a history.
type Op struct {
	Kind  Kind
	Blank bool // the answer shows no value: see the kinds
	Value int64
	Call  int64 // in any unit
	Ret   int64 // Never: the outcome is unknown
}

// Grade is what can be said of a history.
type Grade uint8

// The grades.
const (
	Linearizable Grade = iota + 1
	Broken
	NotApplicable
)

func (g Grade) String() string {
	return [...]string{"no grade", "linearizable", "broken", "not applicable"}[g]
}

// Result is what was found.
type Result struct {
	Grade Grade
	// Why is a sentence without the times, empty if the history is linearizable.
	Why string
	// Ops are the indices of the operations that it speaks of.
	Ops []int
}

func good() Result { return Result{Grade: Linearizable} }

func broken(ops []int, format string, args ...any) Result {
	return Result{Broken, fmt.Sprintf(format, args...), ops}
}

func notApplicable(ops []int, format string, args ...any) Result {
	return Result{NotApplicable, fmt.Sprintf(format, args...), ops}
}

// foreign is the result for an operation that the object does not have.
func foreign(i int, o *Op, object string) Result {
	return notApplicable([]int{i}, "a %s has no %v", object, o.Kind)
}
