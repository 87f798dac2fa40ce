//go:build unix

package local

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

// reports gathers what the proxy says must not happen. A run in which it did
// cannot be trusted, so Close fails with the first.
type reports struct {
	path string // a file for all of them
	mu   sync.Mutex
	got  []error
}

func (r *reports) add(err error) {
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

func (r *reports) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.got) == 0 {
		return nil
	}
	return fmt.Errorf("%w (%d reports in all, see %s)", errors.Join(r.got[0]), len(r.got), r.path)
}
