package campaign

import "fmt"

// BadInput is an error in what the user asked for. Its text is one line.
type BadInput struct{ Msg string }

func (e *BadInput) Error() string { return e.Msg }

// Badf makes a *BadInput.
func Badf(format string, args ...any) error { return &BadInput{fmt.Sprintf(format, args...)} }

// Fault is an error of our own: the model or a check came to a state that
// cannot be.
type Fault struct {
	// Reproduce is the command line that comes to it again.
	Reproduce string
	Value     any
	Stack     []byte
}

func (e *Fault) Error() string {
	return fmt.Sprintf("internal fault: %v\n%s\nreproduce: %s", e.Value, e.Stack, e.Reproduce)
}
