package leftover

import "context"

// Thing is something that a run holds outside of its own memory and folder.
type Thing struct {
	// Kind says who knows how to remove it; see Register.
	Kind string `json:"kind"`
	// ID is what Kind finds it by: a run's marker, a container's label.
	ID string `json:"id"`
}

// Left is a thing whose owner is gone.
type Left struct {
	Run   string
	Owner Owner
	Thing Thing
}

// Kind knows one sort of thing. Its methods are called for things whose owner
// is known to be dead, and must not touch anything else.
type Kind interface {
	// Remove takes away the thing with this ID. That nothing is there any more
	// is a success.
	Remove(ctx context.Context, id string) error
}

// Register makes a kind known, usually from an init function. A second kind of
// the same name is a mistake in the program and panics.
func Register(name string, k Kind) { panic("not yet") }

// Record is the register's entry of one run.
type Record struct{ run string }

// Open makes the entry of a run. The name must be new: see NewRun.
func Open(run string) (*Record, error) { panic("not yet") }

// NewRun draws a name that no other run has: 16 hexadecimal digits.
func NewRun() string { panic("not yet") }

// Hold notes that the run is about to make the thing. It returns once the note
// would survive a crash, so call it before making the thing.
func (r *Record) Hold(t Thing) error { panic("not yet") }

// Close removes the entry: call it when all that was held is gone.
func (r *Record) Close() error { panic("not yet") }

// Find lists what dead runs have left.
func Find() ([]Left, error) { panic("not yet") }

// Clean removes what Find lists and returns what it removed.
func Clean(ctx context.Context) ([]Left, error) { panic("not yet") }

// Self is the calling process.
func Self() Owner { panic("not yet") }

// Alive says whether the process still runs. Of a process of another machine
// or process number space nothing can be known, so it counts as alive.
func (o Owner) Alive() bool { panic("not yet") }

// String gives a text without spaces, fit for a container's label;
// ParseOwner reads it.
func (o Owner) String() string { panic("not yet") }

// ParseOwner reads what Owner.String wrote.
func ParseOwner(s string) (Owner, error) { panic("not yet") }
