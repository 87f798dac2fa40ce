package run

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

func TestPlanRefusesWhatNeedsTheModel(t *testing.T) {
	for _, tc := range []struct{ step, want string }{
		{"jump n1 by 3s", "clock jumps are made only in the model"},
	} {
		f, log := three(), &kept{}
		p := smallPlan()
		p.Steps = []plan.Step{parseStep(t, tc.step)}
		err := Plan(t.Context(), p, f, log)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", tc.step, err, tc.want)
		}
		if got := onlyEnd(t, log); !strings.Contains(got, tc.want) || len(log.events) != 1 {
			t.Errorf("%s: %d events, end %q; want nothing but an end that says why", tc.step, len(log.events), got)
		}
	}
}

func TestPlanRefusesAnotherSize(t *testing.T) {
	p := smallPlan()
	p.Topology.Servers = 5
	err := Plan(t.Context(), p, three(), &kept{})
	if err == nil || err.Error() != "the plan is for 5 servers, the ensemble has 3" {
		t.Errorf("error %v", err)
	}
}

func TestPlanInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f, log := three(), &kept{}
	f.mute[2] = true
	cancel()
	if err := Plan(ctx, smallPlan(), f, log); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the context was cancelled", err)
	}
	if got := onlyEnd(t, log); got != "interrupted" {
		t.Errorf("the end says %q", got)
	}
}

func TestStepThatCannotBeMade(t *testing.T) {
	f := three()
	lack := &cluster.NotReady{What: "no java"}
	f.fails["kill n1"] = lack
	w, log := worldOf(t, f)
	s := parseStep(t, "crash leader")
	err := w.step(t.Context(), 0, s)
	if want := lack; !errors.Is(err, error(want)) {
		t.Errorf("error %v, want the ensemble's own", err)
	}
	if len(log.of(runlog.Crash))+len(log.of(runlog.Step)) != 0 {
		t.Error("a fault that was not made is in the log")
	}
}

// What clients see of a fault comes after it in the log, also when the ensemble
// needs a while to be done with it.
func TestFaultIsLoggedWhenItStrikes(t *testing.T) {
	f := three()
	w, log := worldOf(t, f)
	f.dying = func() { w.log.put(runlog.Event{Kind: runlog.Lost, Client: 1}) }
	if err := w.step(t.Context(), 0, parseStep(t, "crash leader")); err != nil {
		t.Fatal(err)
	}
	var kinds []runlog.Kind
	for _, e := range log.events {
		if e.Kind == runlog.Crash || e.Kind == runlog.Lost {
			kinds = append(kinds, e.Kind)
		}
	}
	if !slices.Equal(kinds, []runlog.Kind{runlog.Crash, runlog.Lost}) {
		t.Errorf("the log has %v, want the crash once, and then what came of it", kinds)
	}
}

func TestNamedServerIsKeptFromTheRoleAfterIt(t *testing.T) {
	f := three()
	w, log := worldOf(t, f)
	ctx := t.Context()
	if err := w.step(ctx, 0, parseStep(t, "name L leader")); err != nil {
		t.Fatal(err)
	}
	f.say(1, "follower", 5)
	f.say(2, "leader", 5)
	s := plan.Step{Action: plan.Crash, A: []string{"L"}}
	if err := w.step(ctx, 1, s); err != nil {
		t.Fatal(err)
	}
	if got := f.did; len(got) != 1 || got[0] != "kill n1" {
		t.Errorf("did %v, want n1 killed, which led when it was named", got)
	}
	if steps := log.of(runlog.Step); len(steps) != 2 || steps[1].Servers[0] != 1 {
		t.Errorf("steps %+v", steps)
	}
}

func TestAwaitCallsThatNobodyWillMake(t *testing.T) {
	w, _ := worldOf(t, three())
	w.good.Store(5)
	err := w.awaitStep(t.Context(), parseStep(t, "await calls 3 within 300s"))
	var short unfinished
	if !errors.As(err, &short) || !strings.Contains(short.why, "no client has a call left") {
		t.Errorf("error %v, want that there is nothing to wait for", err)
	}
}

func TestAwaitInFlightIsNotMetByAWriteBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := worldOf(t, three())
		s := parseStep(t, "await in-flight within 5s")
		select {
		case w.writing <- struct{}{}:
			t.Fatal("a write begun while nobody waits was taken")
		default:
		}
		if err := w.awaitStep(t.Context(), s); !errors.Is(err, errLate) {
			t.Errorf("error %v without a write, want that it was in vain", err)
		}
		go func() { w.writing <- struct{}{} }()
		if err := w.awaitStep(t.Context(), s); err != nil {
			t.Errorf("error %v with a write", err)
		}
	})
}
