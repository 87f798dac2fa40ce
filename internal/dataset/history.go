package dataset

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/checker/counterexample"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/sim"
)

// History is a log with what it says.
type History struct {
	Header runlog.Header
	Events []runlog.Event
	// Results are the checks' that apply.
	Results []checker.Result
	// Invariant is what the model saw broken first, in the whole run; "" if nothing.
	Invariant string

	run *checker.Run
}

// judge reads a log. It fails on one that no world writes.
func judge(h runlog.Header, events []runlog.Event) (*History, error) {
	run, err := checker.NewRun(h, events)
	if err != nil {
		return nil, err
	}
	results := checker.Judge(run, checker.All(), checker.DefaultBudget)
	return &History{Header: h, Events: events, Results: results, run: run}, nil
}

// sink keeps a run's events.
type sink struct{ events []runlog.Event }

// Put keeps a copy: the event, with the slices in it, is the world's again.
func (s *sink) Put(e *runlog.Event) int64 {
	c := *e
	c.Kids, c.Parts, c.Servers = slices.Clone(e.Kids), slices.Clone(e.Parts), slices.Clone(e.Servers)
	s.events = append(s.events, c)
	return int64(len(s.events))
}

// header is a log's first line for an entry's plan.
func (e *Entry) header(p *plan.Plan) runlog.Header {
	world := "sim"
	if e.Source == Real {
		world = "local"
	}
	scenario := p.Scenario
	if e.Calls > 0 {
		// The scenario itself asks for more calls than there are.
		scenario = "small/" + scenario
	}
	t := &p.Topology
	return runlog.Header{
		Scenario: scenario, Seed: p.Seed, World: world, Variant: cmp.Or(e.Variant, e.Version, p.Variant), Bug: p.Bug,
		Servers: t.Servers, Clients: len(p.Clients), Session: int64(t.SessionTimeout), Join: int64(t.Tick) * int64(t.InitLimit),
	}
}

// Run makes the run of a model's entry, whole: its log, with what the model alone
// sees. The same entry gives the same log.
func (e *Entry) Run(ctx context.Context) (runlog.Header, []runlog.Event, error) {
	p, err := e.Plan()
	if err != nil {
		return runlog.Header{}, nil, err
	}
	var s sink
	if err := (&sim.World{}).Run(ctx, p, &s); err != nil {
		return runlog.Header{}, nil, fmt.Errorf("%s: %w", cmp.Or(e.File, e.Scenario), err)
	}
	return e.header(p), s.events, nil
}

// Make is the history of a model's entry: what clients saw of its run, and where
// the entry says so cut down to a counterexample.
func (e *Entry) Make(ctx context.Context) (*History, error) {
	h, events, err := e.Run(ctx)
	if err != nil {
		return nil, err
	}
	x, err := judge(h, Keep(events))
	if err == nil && e.Cut != "" {
		x, err = x.cut(e.Cut)
	}
	if err != nil {
		return nil, err
	}
	x.Invariant = invariant(events)
	return x, nil
}

// bounds are those of cutting: no single judgement comes near its budget, so the
// outcome is the same on every machine.
var bounds = counterexample.Bounds{Judgements: 3000, Undecided: 3, Each: checker.DefaultBudget}

// cut is the counterexample to what one check found.
func (x *History) cut(check string) (*History, error) {
	i := slices.IndexFunc(x.Results, func(r checker.Result) bool { return r.Name == check })
	if i < 0 {
		return nil, fmt.Errorf("%s %d: the check %s does not apply", x.Header.Scenario, x.Header.Seed, check)
	}
	c := counterexample.Of(x.run, &x.Results[i], bounds)
	if c == nil || c.Log == nil {
		return nil, fmt.Errorf("%s %d: the check %s gives no counterexample", x.Header.Scenario, x.Header.Seed, check)
	}
	return judge(x.Header, c.Log)
}

// Verdict is the worst of the checks'.
func (x *History) Verdict() checker.Verdict { return checker.Worst(x.Results) }

// worst is the first result of the worst verdict.
func (x *History) worst() *checker.Result {
	v := x.Verdict()
	return &x.Results[slices.IndexFunc(x.Results, func(r checker.Result) bool { return r.Verdict == v })]
}

// Text is the history as its file.
func (x *History) Text() ([]byte, error) {
	var b bytes.Buffer
	w := runlog.NewWriter(&b, x.Header)
	for i := range x.Events {
		w.Put(&x.Events[i])
	}
	err := w.Flush()
	return b.Bytes(), err
}

// describe fills in what an entry says of its history itself.
func (e *Entry) describe(x *History) error {
	e.Ops, e.Zxids = 0, false
	for i := range x.Events {
		switch ev := &x.Events[i]; {
		case ev.Kind == runlog.Call:
			e.Ops++
		case ev.Kind == runlog.Ret && ev.Zxid != 0:
			e.Zxids = true
		}
	}
	if !e.Zxids {
		return nil
	}
	by, err := x.byValues()
	e.ByValues = by
	return err
}

// byValues judges by the values alone.
func (x *History) byValues() (string, error) {
	events := slices.Clone(x.Events)
	for i := range events {
		if events[i].Kind == runlog.Ret {
			events[i].Zxid = 0
		}
	}
	run, err := checker.NewRun(x.Header, events)
	if err != nil {
		return "", err
	}
	only := slices.DeleteFunc(checker.All(), func(c checker.Check) bool { return c.Name != "linearizable" })
	results := checker.Judge(run, only, checker.DefaultBudget)
	if len(results) == 0 {
		return "", nil
	}
	return results[0].Verdict.String(), nil
}
