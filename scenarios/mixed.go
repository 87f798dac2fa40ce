package scenarios

import "github.com/schismlab/schism/plan"

var mixed = &Scenario{
	Name: "mixed",
	Story: "Everything at once, in no order that anybody has thought of: crashes, pauses, cuts one way and both, slow links and " +
		"silent clients come and go while others are in force. It has no story of its own; it looks for the ones that nobody has told.",
	Probes: []Probe{faulted(3), inFlight},
	Steps: func(d *Draw) {
		m := &mixer{Draw: d, state: make([]serverState, d.Servers()+1)}
		d.Wait(300*plan.Millisecond, 1000*plan.Millisecond)
		d.Step("name L leader")
		d.Fault("%s", m.fault())
		for range 4 + d.Intn(6) {
			d.Wait(0, 1200*plan.Millisecond)
			d.Step("%s", m.fault())
		}
		m.undo()
		d.Step("await ready within 60s")
		d.Step("await calls 200 within 60s")
	},
}

// faulted counts faults that were in force.
func faulted(min int) Probe { return Probe{"faults", min, kinds(isFault)} }

// mixer draws faults that make sense: it starts what is down.
type mixer struct {
	*Draw
	state  []serverState // by number
	silent [clients + 1]bool
	cuts   bool
}

type serverState uint8

const (
	runs serverState = iota
	down
	stopped
)

// fault is a step that changes something for certain.
func (m *mixer) fault() string {
	n := 1 + m.Intn(m.Servers())
	name := plan.ServerName(n)
	switch m.state[n] {
	case down:
		m.state[n] = runs
		return "start " + name
	case stopped:
		if m.Intn(3) == 0 {
			m.state[n] = down
			return "crash " + name
		}
		m.state[n] = runs
		return "resume " + name
	}
	switch k := m.Intn(10); {
	case k < 3:
		m.state[n] = down
		return "crash " + name
	case k < 4:
		return "restart " + name
	case k < 6:
		m.state[n] = stopped
		return "pause " + name
	case k < 7 && m.cuts:
		m.cuts = false
		return "heal"
	case k < 9:
		return m.link(name)
	}
	return m.hush()
}

// link cuts or slows what passes between a server and some others.
func (m *mixer) link(name string) string {
	m.cuts = true
	other := m.Pick("others", m.Shuffled()[0])
	if other == name {
		other = "others"
	}
	way := m.Pick("--", "--", "->")
	switch m.Intn(4) {
	case 0:
		return "slow " + name + " " + way + " " + other + " delay 10ms jitter 30ms loss 10000ppm"
	case 1:
		return "cut " + other + " -> " + name
	}
	return "cut " + name + " " + way + " " + other
}

// hush silences a client, or lets it be heard again.
func (m *mixer) hush() string {
	c := 1 + m.Intn(clients)
	m.silent[c] = !m.silent[c]
	if m.silent[c] {
		return "silence " + plan.ClientName(c)
	}
	return "unsilence " + plan.ClientName(c)
}

// undo brings everything back, in a drawn order of servers.
func (m *mixer) undo() {
	m.Step("heal")
	for _, name := range m.Shuffled() {
		switch m.state[plan.ServerNumber(name)] {
		case down:
			m.Wait(0, 300*plan.Millisecond)
			m.Step("start %s", name)
		case stopped:
			m.Wait(0, 300*plan.Millisecond)
			m.Step("resume %s", name)
		}
	}
	for c, silent := range m.silent {
		if silent {
			m.Step("unsilence %s", plan.ClientName(c))
		}
	}
}
