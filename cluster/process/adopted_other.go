//go:build !linux

package process

import (
	"context"
	"errors"
)

// Adopted is a process that somebody else has started. Only on Linux are those
// in containers within reach.
type Adopted struct{}

var errElsewhere = errors.New("processes in containers are out of reach here")

// Adopt fails.
func Adopt(int, string) (*Adopted, error) { return nil, errElsewhere }

// Release does nothing.
func (*Adopted) Release() error { return nil }

// Reachable says no.
func (*Adopted) Reachable() bool { return false }

// Kill fails.
func (*Adopted) Kill(context.Context) error { return errElsewhere }

// Pause fails.
func (*Adopted) Pause(context.Context) error { return errElsewhere }

// Resume fails.
func (*Adopted) Resume() error { return errElsewhere }
