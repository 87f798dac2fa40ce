package format

import "math"

// History is what clients asked of one kind of object, and what it answered.
type History struct {
	Format Name
	Model  Model
	// Keyed says that there are many such objects, one for each key.
	Keyed bool
	// Ops are in the order of their calls.
	Ops []Op
}

// Model is the object that a history is about, told from the functions in it.
type Model string

// The models, and what each answers.
const (
	// Register holds a value: read, write. It begins with nil.
	Register Model = "register"
	// CASRegister has cas too, which writes if it finds what it expects.
	CASRegister Model = "cas-register"
	// MultiRegister is many registers, of which a txn reads and writes some at one
	// moment.
	MultiRegister Model = "multi-register"
	// KV holds strings: get, put, append. It begins with "".
	KV Model = "kv"
	// Mutex is held or free: acquire, release. It begins free.
	Mutex Model = "mutex"
	// Set only grows: add, read. It begins empty.
	Set Model = "set"
	// Queue is first in, first out: enqueue, dequeue. It begins empty.
	Queue Model = "queue"
)

// Value is a value in one way of writing it, so that equal values are equal
// texts: nil, 3, "three", :three, [1 2], #{1 2}. A value of the model KV is the
// bare string.
type Value string

// Nil is the value of a register that was never written.
const Nil Value = "nil"

// Do is what an operation does.
type Do uint8

// The functions, by the names that histories use.
const (
	Read    Do = iota // read: gives Out, of a set Items
	Write             // write: Arg
	CAS               // cas: New, if it finds Arg
	Get               // get: gives Out
	Put               // put: Arg
	Append            // append: Arg, to the end
	Acquire           // acquire, or lock
	Release           // release, or unlock
	Add               // add: Arg
	Enqueue           // enqueue: Arg
	Dequeue           // dequeue: gives Out
	Txn               // txn: Steps
)

var doNames = [...]string{
	Read: "read", Write: "write", CAS: "cas", Get: "get", Put: "put", Append: "append", Acquire: "acquire", Release: "release",
	Add: "add", Enqueue: "enqueue", Dequeue: "dequeue", Txn: "txn",
}

func (d Do) String() string { return doNames[d] }

// Outcome is how an operation ended.
type Outcome uint8

const (
	// Unknown: nobody knows whether it took effect, or still will.
	Unknown Outcome = iota
	// OK: it took effect between call and answer.
	OK
	// Refused: the object said no between call and answer, since it was in no
	// state for it: a cas found another value, a queue was empty, a lock held.
	Refused
	// Failed: it had no effect, and nothing is said of why.
	Failed
)

// Never is the return of an operation that was not answered.
const Never = math.MaxInt

// Op is one operation.
type Op struct {
	Client string
	Do     Do
	Key    string // "" unless the history is Keyed
	// Arg is what was written, added or expected; New is what a cas writes.
	Arg, New Value
	// Out is what an answer gave, Items what it gave one by one.
	Out     Value
	Items   []Value
	Steps   []Step
	Outcome Outcome
	// Call and Ret count events of the history: an operation came before
	// another in real time if its Ret is less than the other's Call.
	Call, Ret int
	// Line is the call's in the file, RetLine the answer's, 0 without one.
	Line, RetLine int
}

// Count is how many operations ended in which way; Refused ones have failed.
func (h *History) Count() (ok, fail, unknown int) {
	for i := range h.Ops {
		switch h.Ops[i].Outcome {
		case OK:
			ok++
		case Unknown:
			unknown++
		default:
			fail++
		}
	}
	return ok, fail, unknown
}
