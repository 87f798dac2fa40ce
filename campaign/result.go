package campaign

import (
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/counterexample"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/scenarios"
)

// Result is what came of a run. As JSON it is what scripts read, so the names
// stay.
type Result struct {
	Scenario string `json:"scenario"`
	Seed     uint64 `json:"seed"`
	World    string `json:"world"`
	// Variant is the model's, Version the real servers'; the other is empty.
	Protocol  string           `json:"protocol,omitempty"` // "" ZAB
	Variant   string           `json:"variant,omitempty"`
	Version   string           `json:"version,omitempty"`
	Bug       string           `json:"bug"`
	Verdict   checker.Verdict  `json:"verdict"`
	Signature string           `json:"signature"`
	Checks    []checker.Result `json:"checks"`
	Ops       Ops              `json:"ops"`
	Events    int              `json:"events"`
	Probes    map[string]int   `json:"probes"`
	// WallMs is how long the run and its judgement took, in milliseconds.
	WallMs int64 `json:"wallMs"`
	// Log is the path of the run log, empty when it was not kept. LogSha256 is
	// of its bytes in either case.
	Log       string `json:"log"`
	LogSha256 string `json:"logSha256"`
	Reproduce string `json:"reproduce"`
	// Counterexample is the little of the run that suffices to break its promise;
	// nil if there is none, or nobody looked for it: of many runs in the model it
	// is looked for in those that leave a folder.
	Counterexample *counterexample.Counterexample `json:"-"`

	// run is what was judged, until it has been explained.
	run *checker.Run
}

// Ops counts the clients' calls by outcome.
type Ops struct {
	OK      int `json:"ok"`
	Fail    int `json:"fail"`
	Unknown int `json:"unknown"`
}

// Judged judges a log. The scenario may be nil; then nothing can be said of
// whether its story happened. It fails on a log that no world writes.
func Judged(h runlog.Header, events []runlog.Event, s *scenarios.Scenario, b checker.Budget) (*Result, error) {
	run, err := checker.NewRun(h, events)
	if err != nil {
		return nil, err
	}
	var o scenarios.Outcome
	if s != nil {
		o = s.Judge(run, b)
	} else {
		o.Checks = checker.Judge(run, checker.All(), b)
		o.Verdict, o.Signature = checker.Worst(o.Checks), checker.Signature(o.Checks)
	}
	r := &Result{
		Scenario: h.Scenario, Seed: h.Seed, World: h.World, Bug: h.Bug, Verdict: o.Verdict, Signature: o.Signature,
		Checks: o.Checks, Events: len(events), Probes: map[string]int{}, run: run,
	}
	if h.World == Sim {
		r.Protocol, r.Variant = h.Protocol, h.Variant
	} else {
		r.Version = h.Variant
	}
	for _, p := range o.Probes {
		r.Probes[p.Name] = p.N
	}
	for i := range run.History {
		switch run.History[i].Out {
		case runlog.OK:
			r.Ops.OK++
		case runlog.Fail:
			r.Ops.Fail++
		default:
			r.Ops.Unknown++
		}
	}
	return r, nil
}
