package campaign

import (
	"errors"
	"fmt"
	"strings"

	"github.com/schismlab/schism/scenarios"
)

// Draw makes the job of a scenario and a seed. Its error is a *BadInput: the
// scenario cannot be told with such options.
func Draw(s *scenarios.Scenario, seed uint64, o scenarios.Options, world, version string) (j Job, err error) {
	if o.Servers > 0 {
		defer func() {
			// A story of two halves has no words for a single server. Asked for
			// its own number of servers, a scenario that panics is a fault.
			if v := recover(); v != nil {
				j, err = Job{}, Badf("scenario %s cannot be told with --servers %d: %v", s.Name, o.Servers, v)
			}
		}()
	}
	o.OnServers = world != Sim
	p, err := s.Plan(seed, o)
	var step *scenarios.StepError
	if o.Servers > 0 && errors.As(err, &step) {
		return Job{}, Badf("scenario %s cannot be told with --servers %d: %v", s.Name, o.Servers, step)
	}
	if err != nil {
		return Job{}, Badf("%v", err)
	}
	if world != Sim && o.Variant == "" {
		p.Variant = "" // an incident names one for the model
	}
	return Job{Plan: p, Scenario: s, Reproduce: Command(s.Name, seed, o, world, version)}, nil
}

// Command is the command line that makes a run of one of our own scenarios.
func Command(scenario string, seed uint64, o scenarios.Options, world, version string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "schism run %s --seed %d --world %s", scenario, seed, world)
	if o.Servers > 0 {
		fmt.Fprintf(&b, " --servers %d", o.Servers)
	}
	if o.Application {
		b.WriteString(" --flink-mode application")
	}
	for _, f := range [][2]string{{"version", version}, {"protocol", o.Protocol}, {"variant", o.Variant}, {"bug", o.Bug}} {
		if f[1] != "" {
			fmt.Fprintf(&b, " --%s %s", f[0], f[1])
		}
	}
	return b.String()
}
