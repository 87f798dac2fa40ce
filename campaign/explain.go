package campaign

import (
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/counterexample"
	"github.com/schismlab/schism/report"
)

// Explain looks for the counterexample of a run that broke a promise, or of a
// stale read that is permitted. It lets go of the run,
// so the second time it does nothing.
func (r *Result) Explain() {
	if r.run != nil && (r.Verdict == checker.Violation || r.Verdict == checker.Permitted) {
		r.Counterexample = counterexample.Find(r.run, r.Checks, counterexample.DefaultBounds)
	}
	r.run = nil
}

// shown is a counterexample for the report.
func shown(x *counterexample.Counterexample) *report.Counterexample {
	if x == nil {
		return nil
	}
	c := &report.Counterexample{Title: x.Headline(), Zero: x.Story.Zero, Given: x.Story.Given, Broken: x.Story.Broken}
	for _, m := range x.Story.Moments {
		c.Moments = append(c.Moments, report.Moment(m))
	}
	for _, s := range x.Story.Spans {
		c.Spans = append(c.Spans, report.Span(s))
	}
	return c
}
