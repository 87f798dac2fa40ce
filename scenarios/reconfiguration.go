package scenarios

import (
	"slices"

	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

var reconfiguration = &Scenario{
	Name: "reconfiguration",
	Story: "The ensemble changes while clients write: servers are taken in, let go, made observers and voters again, the leader " +
		"among them. Meanwhile servers crash and are cut off, at times two changes are asked for at once. No acknowledged write " +
		"may be lost on the way from one configuration to the next.",
	// Containers carry out such plans, too, but a ZooKeeper server that is in no
	// configuration does not start again ("My id 4 not in the peer list"), and here such
	// servers crash as well.
	Servers: 5, Spares: 2, ModelOnly: true, OnlyZAB: true,
	Probes: []Probe{reconfigured(4), inFlight},
	Steps: func(d *Draw) {
		e := &electorate{Draw: d}
		for n := 1; n <= d.Servers(); n++ {
			if n <= d.Servers()-2 {
				e.voters = append(e.voters, n)
			} else {
				e.outside = append(e.outside, n)
			}
		}
		d.Wait(300*plan.Millisecond, 1000*plan.Millisecond)
		for range 4 + d.Intn(3) {
			e.change()
			if d.Intn(5) == 0 {
				e.change()
			}
			e.disturb()
			d.Step("await reconfigured within 90s")
			d.Step("await ready within 90s")
			d.Step("await calls 20 within 60s")
			d.Wait(0, 300*plan.Millisecond)
		}
		d.Step("await calls 50 within 60s")
	},
}

// reconfigured counts changes of the ensemble that were granted.
func reconfigured(min int) Probe {
	return Probe{"reconfigurations", min, kinds(func(e *runlog.Event) bool { return e.Out == runlog.OK }, runlog.Reconfig)}
}

// electorate draws changes that can be granted, with three voters at the least. Of a
// change that names the leader it does not know whom that will be: the next takes
// everybody in.
type electorate struct {
	*Draw
	voters, observers, outside []int
	unknown                    bool
	leaders                    int // named so far
}

func (e *electorate) change() {
	switch k := e.Intn(10); {
	case e.unknown:
		e.everybody()
	case k == 9 && len(e.outside) == 2 && len(e.voters) == 3:
		e.absent()
	case k < 3 && len(e.voters) > 2:
		e.leaders++
		name := "L" + string(rune('a'+e.leaders-1))
		e.Step("name %s leader", name)
		if k == 0 {
			e.Step("reconfig observe %s", name)
		} else if len(e.outside) > 0 && k == 1 {
			e.Step("reconfig add %s remove %s", plan.ServerName(e.outside[0]), name)
		} else {
			e.Step("reconfig remove %s", name)
		}
		e.unknown = true
	case k < 5 && len(e.outside) > 0:
		n := e.take(&e.outside)
		e.Step("reconfig add %s", plan.ServerName(n))
		e.voters = append(e.voters, n)
	case k < 6 && len(e.observers) > 0:
		n := e.take(&e.observers)
		e.Step("reconfig add %s", plan.ServerName(n))
		e.voters = append(e.voters, n)
	case k < 7 && len(e.outside) > 0:
		n, gone := e.take(&e.outside), e.take(&e.voters)
		e.Step("reconfig add %s remove %s", plan.ServerName(n), plan.ServerName(gone))
		e.voters, e.outside = append(e.voters, n), append(e.outside, gone)
	case len(e.voters) > 3 && k < 9:
		n := e.take(&e.voters)
		e.Step("reconfig remove %s", plan.ServerName(n))
		e.outside = append(e.outside, n)
	case len(e.voters) > 3:
		n := e.take(&e.voters)
		e.Step("reconfig observe %s", plan.ServerName(n))
		e.observers = append(e.observers, n)
	default:
		e.everybody()
	}
}

// everybody asks for all servers to be voters.
func (e *electorate) everybody() {
	e.Step("reconfig add all")
	e.voters = append(append(e.voters, e.observers...), e.outside...)
	slices.Sort(e.voters)
	e.observers, e.outside, e.unknown = nil, nil, false
}

// absent asks for two who are away to be taken in for one that goes: before they are
// back that would be an ensemble without a quorum, and must be refused.
func (e *electorate) absent() {
	a, b := plan.ServerName(e.outside[0]), plan.ServerName(e.outside[1])
	e.Step("crash %s,%s", a, b)
	e.Step("restart leader")
	e.Step("await leader within 30s")
	gone := e.take(&e.voters)
	e.Step("reconfig add %s,%s remove %s", a, b, plan.ServerName(gone))
	e.Wait(200*plan.Millisecond, 1000*plan.Millisecond)
	e.Step("start %s,%s", a, b)
	e.voters, e.outside = append(e.voters, e.outside...), []int{gone}
}

// take draws one from a list.
func (e *electorate) take(list *[]int) int {
	i := e.Intn(len(*list))
	n := (*list)[i]
	*list = slices.Delete(*list, i, i+1)
	return n
}

// disturb strikes one server while the change is under way.
func (e *electorate) disturb() {
	e.wait = e.stream.Duration(0, 8*plan.Millisecond) / (100 * plan.Microsecond) * (100 * plan.Microsecond)
	whom := e.Pick("leader", "leader", "follower", e.Shuffled()[0])
	name := "S" + string(rune('a'+e.jobs))
	e.jobs++
	e.Step("name %s %s", name, whom)
	switch e.Intn(5) {
	case 0:
		e.Step("cut %s -- others", name)
		e.Wait(500*plan.Millisecond, 3000*plan.Millisecond)
		e.Step("heal")
	case 1:
		e.Step("pause %s", name)
		e.Wait(500*plan.Millisecond, 3000*plan.Millisecond)
		e.Step("resume %s", name)
	case 2:
		e.Step("crash all")
		e.Wait(0, 300*plan.Millisecond)
		for _, n := range e.Shuffled() {
			e.Step("start %s", n)
			e.Wait(0, 200*plan.Millisecond)
		}
	default:
		e.Step("crash %s", name)
		e.Wait(0, 1500*plan.Millisecond)
		e.Step("start %s", name)
	}
}
