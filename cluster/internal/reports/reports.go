// Package reports gathers what must not happen beside a run in a real world, as
// it happens. A run in which it did cannot be trusted.
package reports

import (
	"fmt"
	"os"
	"sync"
)

// Reports gathers errors from any goroutine.
type Reports struct {
	path string
	mu   sync.Mutex
	got  []error
}

// New writes every report to the file at path, too, which is made with the first.
func New(path string) *Reports { return &Reports{path: path} }

// Add takes a report.
func (r *Reports) Add(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, err)
	f, failed := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if failed != nil {
		return // it is still in got
	}
	fmt.Fprintln(f, err)
	f.Close()
}

// Err is the first report, and says where the others are; nil if there is none.
func (r *Reports) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.got) == 0 {
		return nil
	}
	return fmt.Errorf("%w (%d reports in all, see %s)", r.got[0], len(r.got), r.path)
}
