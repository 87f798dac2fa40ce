package mutants

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/paxos/multi"
	multischedule "github.com/schismlab/schism/paxos/multi/schedule"
	"github.com/schismlab/schism/paxos/synod"
	synodschedule "github.com/schismlab/schism/paxos/synod/schedule"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/sim"
)

// Synod is the name of single-decree Paxos, which no scenario runs on.
const Synod = "synod"

// Protocols lists the protocols that have mutants.
func Protocols() []string { return []string{sim.ZAB, Synod, sim.MultiPaxos} }

// Mutant is a small wrong change to a protocol, and who notices.
type Mutant struct {
	Protocol string `json:"protocol"`
	Name     string `json:"mutant"`
	// In is the scenario, "" random schedules.
	In string `json:"scenario,omitempty"`
	// By is the check that kills it, "" if none does; then Survives says why.
	By       string `json:"expected"`
	Survives string `json:"survives,omitempty"`
	Within   int    `json:"within"`
}

// Outcome is what became of a mutant.
type Outcome struct {
	Mutant
	// KilledBy is the first check that noticed, At in which try, and Why.
	KilledBy string `json:"killedBy"`
	At       int    `json:"at"`
	Why      string `json:"why"`
	// As says whether it is as the table says.
	As bool `json:"asExpected"`
}

// All is the table.
func All() []Mutant { return slices.Concat(ofZAB, ofSynod, ofMulti) }

// Of lists the mutants of one protocol.
func Of(protocol string) []Mutant {
	return slices.DeleteFunc(All(), func(m Mutant) bool { return m.Protocol != protocol })
}

// Each tries every mutant of the list, on all cores, and calls done with each
// outcome in the order of the list. It ends with the first error.
func Each(ctx context.Context, list []Mutant, done func(Outcome) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0) + 1) // and one that collects
	ready := make([]chan Outcome, len(list))
	for i := range ready {
		ready[i] = make(chan Outcome, 1)
	}
	group.Go(func() error {
		for _, r := range ready {
			select {
			case o := <-r:
				if err := done(o); err != nil {
					return err
				}
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	})
	for i, m := range list {
		group.Go(func() error {
			o, err := m.Try(ctx)
			ready[i] <- o
			return err
		})
	}
	return group.Wait()
}

// Try tries a mutant until something notices it.
func (m Mutant) Try(ctx context.Context) (Outcome, error) {
	o := Outcome{Mutant: m}
	for try := 1; try <= m.Within && o.KilledBy == ""; try++ {
		if err := ctx.Err(); err != nil {
			return o, context.Cause(ctx)
		}
		name, why, err := m.once(ctx, uint64(try))
		if err != nil {
			return o, err
		}
		o.KilledBy, o.Why, o.At = name, why, try
	}
	o.As = o.KilledBy == m.By
	return o, nil
}

// once makes one try and gives the check that noticed, "" if none did.
func (m Mutant) once(ctx context.Context, try uint64) (name, why string, err error) {
	switch m.Protocol {
	case Synod:
		bug, ok := synod.BugNamed(m.Name)
		if !ok {
			return "", "", unknown(m)
		}
		name, why = synodschedule.Run(try-1, bug)
		return name, why, nil
	case sim.MultiPaxos:
		bug, ok := multi.BugNamed(m.Name)
		if !ok {
			return "", "", unknown(m)
		}
		name, why = multischedule.Run(try-1, bug)
		return name, why, nil
	}
	return m.inModel(ctx, try)
}

func unknown(m Mutant) error { return fmt.Errorf("%s has no mutant %q", m.Protocol, m.Name) }

// errFault is what a run without a result ended with.
var errFault = errors.New("the run could not be made")

// inModel runs a scenario once.
func (m Mutant) inModel(ctx context.Context, seed uint64) (name, why string, err error) {
	s, err := scenarios.Named(m.In)
	if err != nil {
		return "", "", err
	}
	job, err := campaign.Draw(s, seed, scenarios.Options{Bug: m.Name, Protocol: m.Protocol}, campaign.Sim, "")
	if err != nil {
		return "", "", err
	}
	res, err := (&campaign.Runner{World: campaign.Sim, Forget: true}).Run(ctx, job)
	if err != nil {
		return "", "", fmt.Errorf("%s in %s, seed %d: %w: %w", m.Name, m.In, seed, errFault, err)
	}
	if res.Signature == "" {
		return "", "", nil
	}
	for _, c := range res.Checks {
		if c.Signature == res.Signature {
			return res.Signature, c.Why, nil
		}
	}
	return res.Signature, "", nil
}
