package rest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/schismlab/schism/runlog"
)

const (
	ok      = runlog.OK
	fail    = runlog.Fail
	unknown = runlog.Unknown
)

// Error is a call that did not succeed. It prints as one line.
type Error struct {
	// Address is the JobManager's, Call the request's method and path.
	Address, Call string
	// Status is that of HTTP, 0 if there was no reply.
	Status int
	// Outcome is fail if the call certainly had no effect, and unknown otherwise:
	// it may have had one, or may have it yet.
	Outcome string
	// What went wrong. Said is all that the server said of it.
	What, Said string
	Err        error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %s", e.Address, e.Call, e.What) }

func (e *Error) Unwrap() error { return e.Err }

// Outcome is what an error says of the call: ok, fail or unknown, as in a run's
// history.
func Outcome(err error) string {
	if err == nil {
		return ok
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Outcome
	}
	return unknown
}

// NotFound says whether the server knows no such thing. A JobManager that does
// not lead, or has just begun to, may know less than there is.
func NotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// duplicate says whether a submission was refused since a job of that id is
// there, or was. Flink tells by its exception's name alone, and up to 2.2 the
// name was DuplicateJobSubmissionException.
func duplicate(err error) bool {
	var e *Error
	return errors.As(err, &e) &&
		(strings.Contains(e.Said, "DuplicateJobSubmissionException") || strings.Contains(e.Said, "DuplicateApplicationSubmissionException"))
}
