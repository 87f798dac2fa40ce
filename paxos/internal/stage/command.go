package stage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/paxos"
)

// endless is after how many messages deliver-all gives up.
const endless = 100_000

// Command carries out one command of a transcript and gives what it prints: what
// servers told, or what was asked for.
func (s *Stage) Command(t *testing.T, d *datadriven.TestData) string {
	t.Helper()
	s.told = nil
	ws := Words(d)
	switch d.Cmd {
	case "propose":
		n := s.actor(t, d, ws[0])
		for _, w := range ws[1:] {
			s.step(n, func() { n.Propose(w, &n.out) })
		}
	case "deliver", "again":
		return s.deliver(t, d, ws)
	case "deliver-all":
		s.deliverAll(t)
	case "lose":
		s.lose(t, d, ws)
	case "cut", "heal":
		for _, w := range ws {
			a, b, _ := strings.Cut(w, "-")
			from, to := s.actor(t, d, a).id, s.actor(t, d, b).id
			s.cuts[[2]paxos.ID{from, to}], s.cuts[[2]paxos.ID{to, from}] = d.Cmd == "cut", d.Cmd == "cut"
		}
	case "fire":
		s.fire(t, d, ws)
	case "crash", "start", "hold-writes", "write", "release":
		for _, w := range ws {
			s.disk(t, d, s.actor(t, d, w))
		}
	case "wires":
		return s.underWay()
	case "show":
		return s.show(t, d, ws)
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
	return s.Told()
}

// Told is what servers told since the last command.
func (s *Stage) Told() string {
	if len(s.told) == 0 {
		return "ok\n"
	}
	return strings.Join(s.told, "\n") + "\n"
}

// Words are the arguments of a command without their keys.
func Words(d *datadriven.TestData) []string {
	var ws []string
	for _, a := range d.CmdArgs {
		if len(a.Vals) == 0 {
			ws = append(ws, a.Key)
		}
	}
	return ws
}

func (s *Stage) actor(t *testing.T, d *datadriven.TestData, name string) *actor {
	t.Helper()
	id, err := strconv.Atoi(strings.TrimPrefix(name, "n"))
	if err != nil || id < 1 || id >= len(s.actors) {
		d.Fatalf(t, "%q is no server: they are n1 to n%d", name, len(s.actors)-1)
	}
	return s.actors[id]
}

func (s *Stage) direction(t *testing.T, d *datadriven.TestData, ws []string) (paxos.ID, paxos.ID, string) {
	t.Helper()
	from, to, ok := strings.Cut(ws[0], "->")
	if !ok {
		d.Fatalf(t, "%q is no direction: write n1->n2", ws[0])
	}
	kind := ""
	if len(ws) > 1 {
		kind = ws[1]
	}
	return s.actor(t, d, from).id, s.actor(t, d, to).id, kind
}

func (s *Stage) deliver(t *testing.T, d *datadriven.TestData, ws []string) string {
	t.Helper()
	from, to, kind := s.direction(t, d, ws)
	i := s.find(from, to, kind)
	if i < 0 {
		d.Fatalf(t, "no %s is under way from %v to %v", kind, from, to)
	}
	m := s.wires[i]
	if d.Cmd == "deliver" {
		s.take(i)
	}
	s.arrive(m)
	return s.Told()
}

func (s *Stage) deliverAll(t *testing.T) {
	t.Helper()
	for range endless {
		if len(s.wires) == 0 {
			return
		}
		s.arrive(s.take(0))
	}
	t.Fatal("the messages do not come to an end")
}

func (s *Stage) lose(t *testing.T, d *datadriven.TestData, ws []string) {
	t.Helper()
	from, to, kind := s.direction(t, d, ws)
	if s.find(from, to, kind) < 0 {
		d.Fatalf(t, "no %s is under way from %v to %v", kind, from, to)
	}
	for i := s.find(from, to, kind); i >= 0; i = s.find(from, to, kind) {
		s.take(i)
	}
}

// fire n1 [TIMER]: only a timer that runs can fire.
func (s *Stage) fire(t *testing.T, d *datadriven.TestData, ws []string) {
	t.Helper()
	n := s.actor(t, d, ws[0])
	timer := 0
	if len(ws) > 1 {
		timer = slices.Index(s.Timers, ws[1])
	}
	if timer < 0 || n.machine == nil || !n.timers[timer] {
		d.Fatalf(t, "no such timer of %v runs; there are %v", n.id, s.Timers)
	}
	n.timers[timer] = false
	s.step(n, func() { n.machine.Step(&paxos.Event{Kind: paxos.Fired, Timer: uint8(timer)}, &n.out) })
}

// disk carries out the commands that act on a server and its disk.
func (s *Stage) disk(t *testing.T, d *datadriven.TestData, n *actor) {
	t.Helper()
	switch d.Cmd {
	case "crash":
		s.crash(n)
	case "start":
		s.start(n)
	case "hold-writes":
		n.hold = true
	case "release":
		n.hold = false
		s.carryOut(n)
	case "write":
		if n.next == len(n.out.List) || n.out.List[n.next].Kind != paxos.Persist {
			d.Fatalf(t, "%v is writing nothing", n.id)
		}
		w := &n.out.Writes[n.out.List[n.next].Index]
		n.Write(w)
		n.next++
		s.told = append(s.told, fmt.Sprintf("%v has written %v", n.id, w.Kind))
		s.carryOut(n)
	}
}

// underWay lists the messages by direction, each in the order they were sent.
func (s *Stage) underWay() string {
	var b strings.Builder
	for from := range s.actors {
		for to := range s.actors {
			line := ""
			for i := range s.wires {
				if m := &s.wires[i]; int(m.From) == from && int(m.To) == to {
					line += " " + s.Label(m)
				}
			}
			if line != "" {
				fmt.Fprintf(&b, "n%d->n%d%s\n", from, to, line)
			}
		}
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}

func (s *Stage) show(t *testing.T, d *datadriven.TestData, ws []string) string {
	t.Helper()
	var b strings.Builder
	for _, w := range ws {
		n := s.actor(t, d, w)
		if n.machine == nil {
			fmt.Fprintf(&b, "%v down\n", n.id)
		} else {
			fmt.Fprintf(&b, "%v\n", n.machine)
		}
		fmt.Fprintf(&b, "   disk: %s\n", n.Disk())
	}
	return b.String()
}
