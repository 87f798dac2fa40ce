package run_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/local"
	"github.com/schismlab/schism/cluster/run"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// The tests here run against real servers, so they hold what is true of every
// run, and no times.

// ensemble starts three servers, or skips.
func ensemble(t *testing.T, p *plan.Plan) cluster.Ensemble {
	t.Helper()
	top := p.Topology
	e, err := local.Start(t.Context(), cluster.Options{
		Servers: top.Servers, Dir: t.TempDir(), Tick: time.Duration(top.Tick), InitLimit: top.InitLimit, SyncLimit: top.SyncLimit, Seed: p.Seed,
	})
	var lacks *cluster.NotReady
	if errors.As(err, &lacks) {
		t.Skip("not ready: " + lacks.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// drawn is a plan of three clients with calls of every kind, and the steps.
func drawn(t *testing.T, calls int, steps ...string) *plan.Plan {
	t.Helper()
	var b strings.Builder
	b.WriteString("schism plan 1\nscenario test\nseed 7\nservers 3\ntick 500ms\ninit-limit 10\nsync-limit 4\nsession-timeout 4s\nsettle 500ms\n" +
		"net delay 0s jitter 0s loss 0ppm dup 0ppm slow 0ppm 0s\ndisk sync 0s jitter 0s\n" +
		"setup\n+0s create /r \"0\"\n+0s create /counter \"0\"\n+0s create /set \"\"\n+0s create /eph \"\"\n")
	kinds := []string{
		"get /r watch", "set /r \"%d.%d\" any", "get /counter", "set /counter seen+1 seen", "create /set/%d-%d \"v\"", "children /set",
		"exists /none", "multi { create /set/m%d-%d \"m\" ; set /r \"m\" any }", "multi { check /r 0 ; set /r \"never\" any }",
		"sync /r", "create /set/q- \"s\" sequential", "delete /set/%d-%d any",
	}
	for c := 1; c <= 3; c++ {
		fmt.Fprintf(&b, "client c%d n%d\n+0s create /eph/c%d \"\" ephemeral\n", c, c, c)
		for i := range calls {
			k := kinds[(i+c)%len(kinds)]
			if strings.Contains(k, "%") {
				k = fmt.Sprintf(k, c, i)
			}
			fmt.Fprintf(&b, "+%dms %s\n", 5+(i*7+c)%20, k)
		}
	}
	b.WriteString("steps\n" + strings.Join(steps, "\n") + "\n")
	p, err := plan.Parse("drawn", b.String())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// carried runs p and returns its log, read back from its text.
func carried(ctx context.Context, t *testing.T, p *plan.Plan, e cluster.Ensemble) ([]runlog.Event, error) {
	t.Helper()
	var text bytes.Buffer
	w := runlog.NewWriter(&text, runlog.Header{Scenario: p.Scenario, Seed: p.Seed, World: "local", Variant: e.Version(), Servers: 3, Clients: len(p.Clients)})
	err := run.Plan(ctx, p, e, w)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if name := os.Getenv("SCHISM_KEEP_LOG"); name != "" {
		if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
			t.Error(err)
		}
	}
	_, events, readErr := runlog.ReadAll("log", &text)
	if readErr != nil {
		t.Fatal(readErr)
	}
	return events, err
}

func of(events []runlog.Event, kind runlog.Kind) (found []runlog.Event) {
	for _, e := range events {
		if e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// wantWhole checks what every run that went as planned shows.
func wantWhole(t *testing.T, events []runlog.Event) runlog.History {
	t.Helper()
	if ends := of(events, runlog.End); len(ends) != 1 || ends[0].Text != "" {
		t.Errorf("ends %+v, want one without a reason", ends)
	}
	var last int64
	for i, e := range events {
		if e.T < last {
			t.Fatalf("event %d: time goes back from %d to %d", i+1, last, e.T)
		}
		last = e.T
	}
	wants, ready := []string{"start"}, []string(nil)
	for _, e := range of(events, runlog.Await) {
		if strings.HasPrefix(e.Text, "await ready ") {
			wants = append(wants, e.Text)
		}
	}
	for _, e := range of(events, runlog.Ready) {
		ready = append(ready, e.Text)
	}
	if wants = append(wants, "end"); !slices.Equal(ready, wants) {
		t.Errorf("health was proved as %q, want %q", ready, wants)
	}
	trees := of(events, runlog.Tree)
	if len(trees) != 3 || trees[0].Zxid != trees[1].Zxid || trees[0].Zxid != trees[2].Zxid {
		t.Errorf("final trees %+v, want three as of one zxid", trees)
	}
	for _, e := range of(events, runlog.Final) {
		if e.Owner != 0 {
			t.Errorf("n%d still has the ephemeral %s after all sessions were closed", e.Node, e.Path)
		}
	}
	history, err := runlog.NewHistory(events)
	if err != nil {
		t.Error(err)
	}
	return history
}

func counts(h runlog.History) map[string]int {
	n := map[string]int{}
	for _, o := range h {
		n[o.Out]++
	}
	return n
}

func TestRunLeaderCrash(t *testing.T) {
	p := drawn(t, 250, "at 500ms name L leader", "+0s await in-flight within 30s", "+0s crash L", "+0s await leader except L within 30s", "+300ms start L",
		"+0s await ready within 30s", "+0s await calls 250 within 120s")
	events, err := carried(t.Context(), t, p, ensemble(t, p))
	if err != nil {
		t.Fatal(err)
	}
	h := wantWhole(t, events)
	n := counts(h)
	t.Logf("outcomes %v in %v", n, time.Duration(events[len(events)-1].T))
	if n[runlog.OK] < 300 || n[runlog.Fail] == 0 {
		t.Errorf("outcomes %v: want at least 300 ok, and some refused", n)
	}
	if len(of(events, runlog.Crash)) != 1 || len(of(events, runlog.Start)) != 4 || len(of(events, runlog.Watch)) == 0 {
		t.Errorf("%d crashes, %d starts, %d watches", len(of(events, runlog.Crash)), len(of(events, runlog.Start)), len(of(events, runlog.Watch)))
	}
	wantCounter(t, h, events)
}

// wantCounter holds the counter between what was acknowledged and what may
// have happened: if calls were sent twice, or refusals were none, it is off.
func wantCounter(t *testing.T, h runlog.History, events []runlog.Event) {
	t.Helper()
	least, most := 0, 0
	for _, o := range h {
		if o.Op != "set" || o.Path != "/counter" {
			continue
		}
		if o.Out == runlog.OK {
			least++
		}
		if o.Out != runlog.Fail {
			most++
		}
	}
	for _, e := range of(events, runlog.Final) {
		if v := int(e.Version); e.Path == "/counter" && (v < least || v > most || e.Data != fmt.Sprint(v)) {
			t.Errorf("n%d: /counter is %s in version %d; want %d to %d, and the same as its version", e.Node, e.Data, v, least, most)
		}
	}
}

func TestRunLeaderCutOff(t *testing.T) {
	p := drawn(t, 250, "at 500ms name L leader", "+0s cut L -- others", "+0s await leader except L within 30s", "+500ms heal", "+0s await ready within 30s")
	events, err := carried(t.Context(), t, p, ensemble(t, p))
	if err != nil {
		t.Fatal(err)
	}
	h := wantWhole(t, events)
	wantCounter(t, h, events)
	t.Logf("outcomes %v in %v", counts(h), time.Duration(events[len(events)-1].T))
	links := map[string]int{}
	for _, e := range of(events, runlog.LinkState) {
		links[e.Text]++
	}
	if links["cut"] != 4 || links["up"] != 4 {
		t.Errorf("links %v, want both ways to two servers cut and healed", links)
	}
}

func TestRunSilencedClientLosesItsSession(t *testing.T) {
	p := drawn(t, 700, "at 300ms silence c2", "+6s unsilence c2", "+0s await expired c2 within 30s", "+0s await calls 20 within 30s")
	events, err := carried(t.Context(), t, p, ensemble(t, p))
	if err != nil {
		t.Fatal(err)
	}
	h := wantWhole(t, events)
	wantCounter(t, h, events)
	sessions := map[int64]bool{}
	for _, e := range of(events, runlog.Conn) {
		if e.Client == 3 {
			sessions[e.Session] = true
		}
	}
	if expired := of(events, runlog.Expired); len(expired) != 1 || expired[0].Client != 3 || len(sessions) != 2 || !sessions[expired[0].Session] {
		t.Errorf("expired %+v, sessions of c2 %v; want one of two expired", expired, sessions)
	}
}

func TestRunInterrupted(t *testing.T) {
	p := drawn(t, 2000, "at 1s crash leader", "+0s await calls 100000 within 300s")
	e := ensemble(t, p)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	// The crash is seen in the ensemble, which is when the user loses patience.
	events, err := carried(ctx, t, p, &onKill{e, cancel})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that the context was cancelled", err)
	}
	if last := events[len(events)-1]; last.Kind != runlog.End || last.Text != "interrupted" {
		t.Errorf("last event %+v, want an end that says interrupted", last)
	}
}

// onKill calls off a run when it kills a server.
type onKill struct {
	cluster.Ensemble
	then func()
}

func (e *onKill) Kill(ctx context.Context, n int) error {
	defer e.then()
	return e.Ensemble.Kill(ctx, n)
}
