package sim_test

import (
	"slices"
	"testing"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/sim"
)

// TestObserversHaveNoVoice runs five servers of which two observe. Clients of the
// observers write and read. Two voters keep the ensemble going; the observers never
// lead, and are asked to log nothing that is not committed; with one voter left
// nobody leads, though three servers run.
func TestObserversHaveNoVoice(t *testing.T) {
	p := shortPlan(t,
		"+100ms crash n3",
		"+0s await leader except n3 within 20s",
		"+0s await calls 20 within 20s",
		"+0s start n3",
		"+0s await ready within 20s",
		"+0s crash n1,n2",
		"+0s await no-leader within 20s",
		"+1s start n1,n2",
		"+0s await ready within 20s",
		"+0s await calls 20 within 20s",
	)
	p.Topology.Servers, p.Topology.Observers = 5, 2
	for i := range p.Clients {
		p.Clients[i].Server = 4 + i
	}
	log := carryOut(t, p)
	if end := log[len(log)-1]; end.Text != "" {
		t.Fatalf("the run ended: %s", end.Text)
	}
	observes := func(n int) bool { return n > 3 }
	var led, informed []int
	var serving [6]bool
	writes := 0
	for i := range log {
		e := &log[i]
		if e.Kind == runlog.Role {
			serving[e.Node] = e.Text == "serving"
		}
		switch {
		case e.Kind == runlog.Role && e.Text == "serving" && e.Msg == paxos.Leading.String():
			led = append(led, e.Node)
		case e.Kind == runlog.Send && e.Msg == paxos.Inform.String():
			informed = append(informed, e.Peer)
		case e.Kind == runlog.Recv && serving[e.Node] && (e.Msg == paxos.Proposal.String() || e.Msg == paxos.Commit.String()) && observes(e.Node):
			t.Errorf("event %d: the observer n%d, which serves, is sent a %s", i+1, e.Node, e.Msg)
		case e.Kind == runlog.Ret && e.Client > 1 && e.Out == runlog.OK && observes(e.Node):
			writes++
		case e.Kind == runlog.Violated:
			t.Errorf("event %d: %s: %s", i+1, e.Msg, e.Text)
		}
	}
	if len(led) < 3 || slices.ContainsFunc(led, observes) {
		t.Errorf("leaders were %v, want at least three and no observer", led)
	}
	if len(informed) == 0 || !slices.ContainsFunc(informed, observes) {
		t.Error("nobody was informed")
	}
	if i := slices.IndexFunc(informed, func(n int) bool { return !observes(n) }); i >= 0 {
		t.Errorf("the voter n%d was informed", informed[i])
	}
	if writes == 0 {
		t.Error("no write succeeded through an observer")
	}
}

// TestOnlyZABHasObservers: a plan with observers is refused for another protocol.
func TestOnlyZABHasObservers(t *testing.T) {
	p := shortPlan(t)
	p.Topology.Observers, p.Protocol = 1, sim.MultiPaxos
	if _, err := sim.ProtocolOf(p); err == nil {
		t.Error("multipaxos takes observers")
	}
	p.Protocol = plan.Plan{}.Protocol
	if _, err := sim.ProtocolOf(p); err != nil {
		t.Error(err)
	}
}
