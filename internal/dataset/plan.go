package dataset

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/scenarios"
	"github.com/schismlab/schism/scenarios/incidents"
)

// drawnCalls is how many calls a scenario's clients make, one every twenty
// milliseconds, before its story has come to its end. So that fewer last as long,
// the pauses between them are longer.
const drawnCalls = 200

// named is the scenario, or the incident, that an entry is of.
func named(name string) (*scenarios.Scenario, error) {
	if strings.HasPrefix(name, incidents.Prefix) {
		i, err := incidents.Named(name)
		if err != nil {
			return nil, err
		}
		return i.Scenario(), nil
	}
	return scenarios.Named(name)
}

// Plan is the plan of an entry from the model, or from real servers: the
// scenario's, with e.Calls calls a client. An incident's plan is small as it is.
func (e *Entry) Plan() (*plan.Plan, error) {
	s, err := named(e.Scenario)
	if err != nil {
		return nil, err
	}
	p, err := s.Plan(e.Seed, scenarios.Options{Bug: e.Bug, Variant: e.Variant})
	if err != nil {
		return nil, err
	}
	if s.Exact != nil {
		// The story is fixed; the seed draws delays alone.
		p.Seed = e.Seed
		if e.Source == Real {
			p.Variant = ""
		}
		return p, nil
	}
	if e.Calls < 1 || e.Slower < 1 {
		return nil, fmt.Errorf("%s: %d calls a client, %d times slower: want at least 1", cmp.Or(e.File, e.Scenario), e.Calls, e.Slower)
	}
	shrink(p, e.Calls, e.Slower)
	return p, p.Validate()
}

// shrink leaves every client its first n calls, and makes the pauses between
// them longer. Where a step waits for calls to be answered, it waits for fewer.
func shrink(p *plan.Plan, n, slower int) {
	for i := range p.Clients {
		c := &p.Clients[i]
		c.Calls = c.Calls[:min(n, len(c.Calls))]
		for j := range c.Calls {
			c.Calls[j].After *= plan.Duration(slower)
		}
	}
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Action == plan.Await && s.For == plan.Calls {
			s.Count = max(1, s.Count/slower)
		}
	}
}
