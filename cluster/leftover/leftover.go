package leftover

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

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

func (l Left) String() string {
	return fmt.Sprintf("%s %s of run %s (process %d, gone)", l.Thing.Kind, l.Thing.ID, l.Run, l.Owner.PID)
}

// Kind knows one sort of thing. Its methods are called for things whose owner
// is known to be dead, and must not touch anything else.
type Kind interface {
	// Remove takes away the thing with this ID. That nothing is there any more
	// is a success.
	Remove(ctx context.Context, id string) error
}

var kinds = struct {
	sync.Mutex
	byName map[string]Kind
}{byName: map[string]Kind{}}

// Register makes a kind known, usually from an init function. A second kind of
// the same name is a mistake in the program and panics.
func Register(name string, k Kind) {
	kinds.Lock()
	defer kinds.Unlock()
	if kinds.byName[name] != nil {
		panic("leftover: kind " + name + " registered twice")
	}
	kinds.byName[name] = k
}

func lookup(name string) (Kind, error) {
	kinds.Lock()
	defer kinds.Unlock()
	if k := kinds.byName[name]; k != nil {
		return k, nil
	}
	return nil, fmt.Errorf("this program cannot remove %s, only %v", name, slices.Sorted(maps.Keys(kinds.byName)))
}

// Find lists what dead runs have left, and changes nothing. An entry may list
// things that were never made, or are gone with their owner.
func Find() ([]Left, error) {
	entries, err := readAll()
	var all []Left
	for _, e := range entries {
		if e.Owner.Alive() {
			continue
		}
		for _, t := range e.Things {
			all = append(all, Left{Run: e.Run, Owner: e.Owner, Thing: t})
		}
	}
	return all, err
}

// Clean removes what dead runs have left, and then their entries, and returns
// what it removed. It goes on after an error; the entry of a thing that could
// not be removed stays, for the next try. Two processes may clean at once.
func Clean(ctx context.Context) ([]Left, error) {
	entries, err := readAll()
	errs := []error{err}
	var gone []Left
	for _, e := range entries {
		if e.Owner.Alive() {
			continue
		}
		removed, err := e.remove(ctx)
		gone = append(gone, removed...)
		errs = append(errs, err)
	}
	return gone, errors.Join(errs...)
}

// remove goes backwards: what was made last may lean on what was made before,
// as containers lean on their network.
func (e entry) remove(ctx context.Context) ([]Left, error) {
	var gone []Left
	for _, t := range slices.Backward(e.Things) {
		k, err := lookup(t.Kind)
		if err == nil {
			err = k.Remove(ctx, t.ID)
		}
		if err != nil {
			return gone, fmt.Errorf("left by run %s: %s %s: %w", e.Run, t.Kind, t.ID, err)
		}
		gone = append(gone, Left{Run: e.Run, Owner: e.Owner, Thing: t})
	}
	return gone, drop(e.path)
}
