package scenarios

import (
	"fmt"

	"github.com/schismlab/schism/checker"
)

// Outcome is what became of a run.
type Outcome struct {
	Verdict   checker.Verdict
	Signature string
	Checks    []checker.Result
	// Probes count what had to happen, by name, in the scenario's order.
	Probes []Counted
}

// Counted is a probe's count.
type Counted struct {
	Name string
	N    int
}

// Judge reads a run: its checks, and then whether the story happened. A run that
// broke the contract is a violation even where the story did not come to its
// end; one that broke nothing and told nothing is vacuous.
func (s *Scenario) Judge(r *checker.Run, b checker.Budget) Outcome {
	o := Outcome{Checks: checker.Judge(r, append(checker.All(), s.Checks...), b)}
	probes := append([]Probe(nil), s.Probes...)
	if s.Exact == nil {
		probes = append(probes, completed)
	}
	for _, p := range probes {
		n := p.Count(r)
		o.Probes = append(o.Probes, Counted{p.Name, n})
		if n < p.Min {
			o.Checks = append(o.Checks, checker.Result{
				Name: "probe " + p.Name, Verdict: checker.Vacuous, Why: fmt.Sprintf("happened %d times, the story needs %d", n, p.Min),
			})
		}
	}
	o.Verdict = checker.Worst(o.Checks)
	o.Signature = checker.Signature(o.Checks)
	for _, c := range o.Checks {
		if c.Verdict == checker.Violation && c.Signature == s.Expect {
			o.Signature = s.Expect
		}
	}
	return o
}
