package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/sim"
)

// shortPlan is an ensemble of three with two clients that write, and the given
// steps.
func shortPlan(t *testing.T, steps ...string) *plan.Plan {
	t.Helper()
	p := &plan.Plan{
		Scenario: "short", Seed: 1,
		Topology: plan.Topology{
			Servers: 3, Tick: 250 * plan.Millisecond, InitLimit: 20, SyncLimit: 6, SessionTimeout: 2 * plan.Second,
			Settle: 100 * plan.Millisecond,
			Net:    plan.Net{Delay: 150 * plan.Microsecond, Jitter: 350 * plan.Microsecond, Loss: 200},
			Disk:   plan.Disk{Sync: plan.Millisecond, Jitter: 4 * plan.Millisecond},
		},
		Setup: []plan.Call{{Op: plan.Create, Path: "/r", Value: plan.Text("0"), Version: -1}},
	}
	for i := range 2 {
		c := plan.Client{Name: plan.ClientName(i + 1), Server: i + 1}
		for n := range 400 {
			c.Calls = append(c.Calls, plan.Call{
				After: 10 * plan.Millisecond, Op: plan.Set, Path: "/r", Value: plan.Text(fmt.Sprintf("c%d.%d", i+1, n)), Version: -1,
			})
		}
		p.Clients = append(p.Clients, c)
	}
	for _, text := range steps {
		s, err := plan.ParseStep(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Steps = append(p.Steps, s)
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	return p
}

// events is a log that keeps everything.
type events struct{ all []runlog.Event }

func (e *events) Put(ev *runlog.Event) int64 {
	e.all = append(e.all, *ev)
	return int64(len(e.all))
}

func carryOut(t *testing.T, p *plan.Plan) []runlog.Event {
	t.Helper()
	var log events
	if err := new(sim.World).Run(t.Context(), p, &log); err != nil {
		t.Fatal(err)
	}
	return log.all
}

// stepEvent finds the event of a step, by its number from 0.
func stepEvent(t *testing.T, all []runlog.Event, step int) int {
	t.Helper()
	for i := range all {
		if (all[i].Kind == runlog.Step || all[i].Kind == runlog.Await) && all[i].Num == step {
			return i
		}
	}
	t.Fatalf("step %d was not carried out; the run ended with %q", step, all[len(all)-1].Text)
	return 0
}

// TestProtocolPoints crashes a server at a protocol point: nothing happens
// between the two, and the run goes on to its end.
func TestProtocolPoints(t *testing.T) {
	for _, c := range []struct {
		point, target string
		want          func(e *runlog.Event, crashed int) bool
	}{
		{"leader sends PROPOSAL #3", "leader", func(e *runlog.Event, n int) bool {
			return e.Kind == runlog.Send && e.Msg == "PROPOSAL" && e.Node == n
		}},
		{"leader sends COMMIT with n2 #2", "leader", func(e *runlog.Event, n int) bool {
			return e.Kind == runlog.Send && e.Msg == "COMMIT" && e.Node == n && e.Peer == 2
		}},
		{"n1 receives PROPOSAL #2", "n1", func(e *runlog.Event, _ int) bool {
			return e.Kind == runlog.Recv && e.Msg == "PROPOSAL" && e.Node == 1
		}},
		{"n2 writes log #4", "n2", func(e *runlog.Event, _ int) bool {
			return e.Kind == runlog.Write && e.Text == "log" && e.Node == 2
		}},
		{"n2 logs log #4", "n2", func(e *runlog.Event, _ int) bool {
			return e.Kind == runlog.Synced && e.Text == "log" && e.Node == 2
		}},
		{"n1 applies #5", "n1", func(e *runlog.Event, _ int) bool { return e.Kind == runlog.Apply && e.Node == 1 }},
		{"n1 receives COMMIT with leader #1", "leader", func(e *runlog.Event, n int) bool {
			return e.Kind == runlog.Recv && e.Msg == "COMMIT" && e.Node == 1 && e.Peer == n
		}},
	} {
		t.Run(c.point, func(t *testing.T) {
			all := carryOut(t, shortPlan(t, "when "+c.point+": crash "+c.target, "+100ms await leader within 20s"))
			i := stepEvent(t, all, 0)
			crash := &all[i-1]
			if crash.Kind != runlog.Crash || !slices.Equal(all[i].Servers, []int{crash.Node}) {
				t.Fatalf("before the step is %v of n%d, the step is on %v", crash.Kind, crash.Node, all[i].Servers)
			}
			if point := &all[i-2]; !c.want(point, crash.Node) || point.T != crash.T {
				t.Errorf("before the crash of n%d at %d is %+v", crash.Node, crash.T, point)
			}
			for _, e := range all[i:] {
				if e.Kind == runlog.Start && e.Node == crash.Node {
					break
				}
				if e.Node == crash.Node && (e.Kind == runlog.Send || e.Kind == runlog.Recv || e.Kind == runlog.Write || e.Kind == runlog.Apply) {
					t.Errorf("n%d is down and does this: %+v", crash.Node, e)
				}
			}
			if end := all[len(all)-1]; end.Kind != runlog.End || end.Text != "" {
				t.Errorf("the run ended with %q", end.Text)
			}
		})
	}
}

// TestTargets resolves words and names at the time of their step.
func TestTargets(t *testing.T) {
	all := carryOut(t, shortPlan(t,
		"+10ms await leader within 10s", "+0s name L leader", "+0s name F follower", "+0s cut L -- others",
		"+0s await leader except L within 20s", "+0s name New leader", "+0s pause F,New", "+1s await no-leader except L within 20s",
		"+0s resume F,New", "+0s heal", "+0s await ready within 40s", "+0s restart all", "+0s await ready within 40s"))
	lead := all[stepEvent(t, all, 0)].Node
	servers := func(step int) []int { return all[stepEvent(t, all, step)].Servers }
	if got := servers(1); !slices.Equal(got, []int{lead}) {
		t.Errorf("leader is %v, want n%d", got, lead)
	}
	if got := servers(2); len(got) != 1 || got[0] == lead {
		t.Errorf("follower is %v, the leader n%d", got, lead)
	}
	if got := servers(3); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("the cut is between %v, want all three", got)
	}
	if got := servers(5); len(got) != 1 || got[0] == lead {
		t.Errorf("the new leader is %v, the old n%d", got, lead)
	}
	if got := servers(11); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("all are %v", got)
	}
	cut := 0
	for _, e := range all[stepEvent(t, all, 2):stepEvent(t, all, 3)] {
		if e.Kind == runlog.LinkState && e.Text == "cut" {
			if cut++; e.Node != lead && e.Peer != lead {
				t.Errorf("n%d to n%d is cut, and neither leads", e.Node, e.Peer)
			}
		}
	}
	if cut != 4 {
		t.Errorf("%d links are cut, want 4", cut)
	}
}

func TestAwaits(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps []string
		end   string // what the run's end must say, "" for a whole run
	}{
		{"calls", []string{"+0s await calls 30 within 20s"}, ""},
		{"snapshot", []string{"+0s crash all", "+0s start all", "+0s await snapshot n3 within 20s"}, ""},
		{"snapshot of one that is down", []string{"+0s crash n3", "+0s await snapshot n3 within 5s"}, "step 2"},
		{"calls that nobody makes", []string{"+0s await calls 3000 within 60s"}, "step 1"},
		{"no leader", []string{"+0s crash all", "+0s await no-leader within 1s"}, ""},
		{"no leader while one leads", []string{"+0s await no-leader within 5s"}, "was not fulfilled"},
		{"a leader without a quorum", []string{"+0s crash n1,n2", "+0s await no-leader within 10s", "+0s await leader within 10s"}, "step 3"},
		{"in flight", []string{"+0s await in-flight within 5s"}, ""},
		{"expired", []string{"+0s await calls 20 within 20s", "+0s silence c1", "+10s unsilence c1", "+0s await expired c1 within 20s"}, ""},
		{"not expired", []string{"+0s await expired c1 within 5s"}, "was not fulfilled"},
		{"ready without the one that is down", []string{"+0s crash follower", "+0s await ready within 5s"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := carryOut(t, shortPlan(t, c.steps...))
			end := all[len(all)-1]
			if c.end == "" && end.Text != "" || !strings.Contains(end.Text, c.end) {
				t.Errorf("the run ended with %q, want %q", end.Text, c.end)
			}
		})
	}
}

func TestPlansThatTheModelCannotCarryOut(t *testing.T) {
	for _, c := range []struct{ bug, variant, want string }{
		{"no-such-bug", "", `unknown bug "no-such-bug" of zab`},
		{"", "zk-9.9.9", `unknown variant "zk-9.9.9" of zab: the model has `},
	} {
		p := shortPlan(t)
		p.Bug, p.Variant = c.bug, c.variant
		if err := new(sim.World).Run(t.Context(), p, &events{}); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("bug %q, variant %q: error %v, want %s", c.bug, c.variant, err, c.want)
		}
	}
}

// TestBar: a server that nobody can dial may win elections, for those pass, but
// never serves; one that is not barred any more does.
func TestBar(t *testing.T) {
	crash := []string{"+0s crash all", "+0s bar all", "+0s start all"}
	for _, c := range []struct {
		name  string
		steps []string
		ends  bool
	}{
		{"barred", []string{"+0s await leader within 20s"}, false},
		{"unbarred", []string{"+5s unbar all", "+0s await leader within 20s"}, true},
		{"one still barred", []string{"+5s unbar n1,n2", "+0s heal", "+0s await leader except n1,n2 within 20s"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := carryOut(t, shortPlan(t, append(slices.Clone(crash), c.steps...)...))
			end := all[len(all)-1]
			if whole := !strings.Contains(end.Text, "was not fulfilled"); end.Kind != runlog.End || whole != c.ends {
				t.Errorf("ends with %v %q, want whole: %t", end.Kind, end.Text, c.ends)
			}
		})
	}
}
