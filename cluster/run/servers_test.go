package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

func TestViewLeaderOfNewestEpochLeads(t *testing.T) {
	f := three()
	f.say(3, "leader", 5)
	w, _ := worldOf(t, f)
	if got := w.servers.view().Leading(); got != 3 {
		t.Errorf("n%d leads; n3 leads in the newer epoch", got)
	}
	if err := w.servers.crash(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if got := w.servers.view().Leading(); got != 1 {
		t.Errorf("with n3 down n%d leads, want n1", got)
	}
}

func TestViewPausedServerIsNotUp(t *testing.T) {
	w, _ := worldOf(t, three())
	if err := w.servers.pause(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if v := w.servers.view(); v.Up(1) || v.Leading() != 0 {
		t.Errorf("a paused leader: up %v, leading n%d", v.Up(1), v.Leading())
	}
}

func TestRoleEventsOnlyForChanges(t *testing.T) {
	f := three()
	w, log := worldOf(t, f)
	w.servers.refresh(t.Context())
	f.mute[1] = true
	w.servers.refresh(t.Context())
	w.servers.refresh(t.Context())
	var got []string
	for _, e := range log.of(runlog.Role) {
		if e.Node == 1 {
			got = append(got, e.Text)
		}
	}
	if want := []string{"leading", "looking"}; !slices.Equal(got, want) {
		t.Errorf("n1's roles %v, want %v", got, want)
	}
}

func TestRoleAfterCrashIsNotTheOneBefore(t *testing.T) {
	f := three()
	w, log := worldOf(t, f)
	ctx := t.Context()
	if err := errors.Join(w.servers.crash(ctx, 1), w.servers.start(ctx, 1)); err != nil {
		t.Fatal(err)
	}
	w.servers.refresh(ctx)
	last := log.events[len(log.events)-1]
	if last.Kind != runlog.Role || last.Node != 1 || last.Text != "leading" {
		t.Errorf("last event %+v, want n1's role said anew after its start", last)
	}
}

func TestFaultsWhereThereIsNothingToDo(t *testing.T) {
	f := three()
	w, log := worldOf(t, f)
	ctx := t.Context()
	before := len(log.events)
	err := errors.Join(w.servers.start(ctx, 1), w.servers.resume(ctx, 1), w.servers.undo(ctx))
	if err != nil || len(f.did) != 0 || len(log.events) != before {
		t.Errorf("error %v, did %v, %d new events; want none", err, f.did, len(log.events)-before)
	}
}

func TestLinksKeepCutAndSlowApart(t *testing.T) {
	f := three()
	w, log := worldOf(t, f)
	ctx := t.Context()
	for _, text := range []string{"slow n1 -> n2 delay 20ms jitter 5ms loss 1000ppm", "cut n1 -- others", "heal n1 -> n2", "heal"} {
		s := parseStep(t, text)
		v := w.servers.view()
		a, b := plan.Resolve(v, s.A, s.Except, s.B), plan.Resolve(v, s.B, s.Except, s.A)
		if err := w.act(ctx, s, a, b); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, e := range log.of(runlog.LinkState) {
		got = append(got, plan.ServerName(e.Node)+">"+plan.ServerName(e.Peer)+" "+e.Text)
	}
	want := []string{
		"n1>n2 slow delay=20ms jitter=5ms loss=1000ppm",
		"n1>n2 cut", "n2>n1 cut", "n1>n3 cut", "n3>n1 cut",
		"n1>n2 up",
		"n1>n3 up", "n2>n1 up", "n3>n1 up",
	}
	slices.Sort(got[6:])
	if !slices.Equal(got, want) {
		t.Errorf("links\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func parseStep(t *testing.T, text string) plan.Step {
	t.Helper()
	p := smallPlan()
	p.Clients = []plan.Client{{Name: "c1"}}
	full, err := plan.Parse("test", p.String()+"\t+0s "+text+"\n")
	if err != nil {
		t.Fatal(err)
	}
	return full.Steps[0]
}

func TestElected(t *testing.T) {
	cut := func(w *world) {
		for _, n := range []int{2, 3} {
			if err := w.servers.setLink(t.Context(), n, 1, func(l *cluster.Link) { l.Cut = true }); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tc := range []struct {
		name   string
		before func(f *told)
		fault  func(w *world)
		except []int
		want   int
	}{
		{name: "leader with all followers", want: 1},
		{name: "one follower is a quorum", before: func(f *told) { f.mute[3] = true }, want: 1},
		{name: "leader without followers", before: func(f *told) { f.mute[2], f.mute[3] = true, true }},
		{name: "leader cut off still says it leads", fault: cut},
		{name: "excepted leader", except: []int{1}},
		{name: "old leader beside a new one", before: func(f *told) { f.say(2, "leader", 5); f.say(3, "follower", 5) }, fault: cut, want: 2},
		{name: "follower that shows the epoch before", before: func(f *told) { f.say(2, "leader", 5) }, fault: cut, want: 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := three()
			if tc.before != nil {
				tc.before(f)
			}
			w, _ := worldOf(t, f)
			if tc.fault != nil {
				tc.fault(w)
			}
			if got := w.servers.elected(time.Time{}, tc.except); got != tc.want {
				t.Errorf("elected n%d, want n%d", got, tc.want)
			}
			if got := w.servers.elected(time.Now(), tc.except); got != 0 {
				t.Errorf("n%d elected by answers from before the await", got)
			}
		})
	}
}

func TestReady(t *testing.T) {
	for _, tc := range []struct {
		name   string
		before func(f *told)
		want   health
	}{
		{name: "all follow one", want: wellAgain},
		{name: "one looks", before: func(f *told) { f.mute[2] = true }, want: sick},
		{name: "two lead", before: func(f *told) { f.say(2, "leader", 5) }, want: sick},
		{name: "nobody leads", before: func(f *told) { f.say(1, "follower", 4) }, want: sick},
		{name: "a follower shows the epoch before", before: func(f *told) { f.say(2, "follower", 3) }, want: unevenly},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := three()
			if tc.before != nil {
				tc.before(f)
			}
			w, _ := worldOf(t, f)
			if _, _, got := w.servers.ready(time.Time{}); got != tc.want {
				t.Errorf("ready: %d, want %d", got, tc.want)
			}
		})
	}
}

func TestLeaderlessWaitsForTheIsolatedLeader(t *testing.T) {
	f := three()
	w, _ := worldOf(t, f)
	if w.servers.leaderless(time.Time{}) {
		t.Error("leaderless while n1 says it leads")
	}
	f.mute[1] = true
	w.servers.refresh(t.Context())
	if !w.servers.leaderless(time.Time{}) {
		t.Error("not leaderless though nobody leads")
	}
}

// In a bubble of synctest the clock is virtual, so real limits can be waited out.
func TestPlanEndsWhenTheEnsembleIsNeverWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := three()
		f.mute[2] = true
		log := &kept{}
		if err := Plan(t.Context(), smallPlan(), f, log); err != nil {
			t.Fatalf("error %v; a sick ensemble is a result", err)
		}
		end := onlyEnd(t, log)
		if want := "n1 leading in epoch 4, n2 looking, n3 following in epoch 4"; !strings.HasSuffix(end, want) {
			t.Errorf("the end says %q, want the state of the servers: %s", end, want)
		}
	})
}

func onlyEnd(t *testing.T, log *kept) string {
	t.Helper()
	ends := log.of(runlog.End)
	if len(ends) != 1 || log.events[len(log.events)-1].Kind != runlog.End {
		t.Fatalf("%d ends, last event %v; want one, and last", len(ends), log.events[len(log.events)-1].Kind)
	}
	return ends[0].Text
}

// barrier is an ensemble that can bar a port.
type barrier struct{ *told }

func (b barrier) Bar(_ context.Context, n int, shut bool) error {
	return b.act(fmt.Sprintf("bar %d %t", n, shut))
}

func TestBarIsUndone(t *testing.T) {
	f := three()
	w, _ := worldOf(t, f)
	w.servers.ensemble = barrier{f}
	for range 2 { // the second time there is nothing to do
		if err := w.servers.bar(t.Context(), 3, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.servers.undo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"bar 3 true", "bar 3 false"}; !slices.Equal(f.did, want) {
		t.Errorf("did %v, want %v", f.did, want)
	}
}

func TestBarWhereItCannotBe(t *testing.T) {
	w, _ := worldOf(t, three())
	err := w.servers.bar(t.Context(), 3, true)
	if err == nil || !strings.Contains(err.Error(), "this world cannot refuse connections to one port") {
		t.Errorf("got %v, want a word about the world", err)
	}
}

func TestAwaitSnapshots(t *testing.T) {
	f := three()
	dir := t.TempDir()
	w, _ := worldOf(t, f)
	w.servers.ensemble = housed{f, dir}
	at := filepath.Join(dir, "data", "version-2")
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(at, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(at, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("snapshot.0", "old")
	put("log.1", "x")
	synctest.Test(t, func(t *testing.T) {
		if err := w.servers.awaitSnapshots(t.Context(), 2*time.Second, []int{3}); !errors.Is(err, errLate) {
			t.Errorf("nothing new: got %v, want %v", err, errLate)
		}
		done := make(chan error, 1)
		go func() { done <- w.servers.awaitSnapshots(t.Context(), 2*time.Second, []int{3}) }()
		synctest.Wait()
		put("snapshot.5", "")
		time.Sleep(time.Second) // of the bubble's clock: an empty file is none
		select {
		case err := <-done:
			t.Errorf("an empty file counted: %v", err)
		default:
		}
		put("snapshot.5", "new")
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// housed is an ensemble with a folder.
type housed struct {
	*told
	dir string
}

func (h housed) Dir(int) string { return h.dir }
