package zab

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/paxos"
)

// TestTranscripts runs the stories in testdata/transcripts/zab at the top of the
// module. Each is read from top to bottom: a command, and what then holds.
//
// Rewrite them with -rewrite, and commit only changes you can explain.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, filepath.Join("..", "..", "testdata", "transcripts", "zab"), func(t *testing.T, path string) {
		s := &stage{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return s.command(t, d)
		})
	})
}

// stage is a lab under a transcript's command.
type stage struct {
	lab *lab
}

// command carries out one command. Servers are n1, n2, …; a message between two
// is named by its type. What it prints is what servers told, then what the
// command asks for.
func (s *stage) command(t *testing.T, d *datadriven.TestData) string {
	if s.lab != nil {
		s.lab.notes = nil
	}
	switch d.Cmd {
	case "ensemble":
		return s.ensemble(t, d)
	case "settle":
		s.lab.settle(t)
	case "elect":
		s.elect(t, d)
	case "propose":
		for _, w := range words(d)[1:] {
			s.lab.propose(server(t, words(d)[0]), word(w))
		}
	case "reconfigure":
		s.reconfigure(t, d)
	case "deliver":
		return s.deliver(t, d)
	case "deliver-all":
		s.lab.quiet(t)
	case "crash", "start":
		for _, w := range words(d) {
			if d.Cmd == "crash" {
				s.lab.crash(server(t, w))
			} else {
				s.lab.start(server(t, w))
			}
		}
	case "cut", "heal":
		for _, w := range words(d) {
			from, to, _ := strings.Cut(w, "-")
			a, b := server(t, from), server(t, strings.TrimPrefix(to, ">"))
			s.lab.cuts[[2]paxos.ID{a, b}] = d.Cmd == "cut"
			if !strings.HasPrefix(to, ">") {
				s.lab.cuts[[2]paxos.ID{b, a}] = d.Cmd == "cut"
			}
		}
	case "lose":
		for _, w := range words(d) {
			from, to, _ := strings.Cut(w, "->")
			delete(s.lab.wires, [2]paxos.ID{server(t, from), server(t, to)})
		}
	case "hold-log", "hold-writes", "hold-threads", "hold-snapshots", "release":
		s.hold(t, d)
	case "write":
		return s.write(t, d)
	case "thread":
		for _, w := range words(d) {
			s.lab.thread(server(t, w))
		}
	case "vote-again":
		for _, w := range words(d) {
			s.lab.fire(server(t, w), timerElection)
		}
	case "tick":
		s.tick(t, d)
	case "wires":
		return s.wires()
	case "show":
		var b strings.Builder
		for _, w := range words(d) {
			fmt.Fprintln(&b, s.lab.describe(server(t, w)))
		}
		return b.String()
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
	return s.told()
}

func (s *stage) told() string {
	if len(s.lab.notes) == 0 {
		return "ok\n"
	}
	return strings.Join(s.lab.notes, "\n") + "\n"
}

// words are the arguments without values.
func words(d *datadriven.TestData) []string {
	var ws []string
	for _, a := range d.CmdArgs {
		if len(a.Vals) == 0 {
			ws = append(ws, a.Key)
		}
	}
	return ws
}

func server(t *testing.T, name string) paxos.ID {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "n"))
	if err != nil {
		t.Fatalf("%q is no server", name)
	}
	return paxos.ID(n)
}

// ensemble 3 [bug=NAME] [variant=NAME] [committed-log=N] [observers=N] [spares=N] [last-counter=N] [snap-every=N] [board]: servers that have just started and
// sent their first votes.
func (s *stage) ensemble(t *testing.T, d *datadriven.TestData) string {
	n, err := strconv.Atoi(words(d)[0])
	if err != nil {
		t.Fatal(err)
	}
	var bug, variant string
	committed, observers, spares, last, snapEvery := 5, 0, 0, 0, 1000
	empty := paxos.State(count(0))
	for _, a := range d.CmdArgs {
		switch a.Key {
		case "bug":
			bug = a.Vals[0]
		case "variant":
			variant = a.Vals[0]
		case "observers":
			a.Scan(t, 0, &observers)
		case "spares":
			a.Scan(t, 0, &spares)
		case "last-counter":
			a.Scan(t, 0, &last)
		case "board":
			empty = board(nil)
		case "snap-every":
			a.Scan(t, 0, &snapEvery)
		case "committed-log":
			a.Scan(t, 0, &committed)
		}
	}
	bugs, ok := BugNamed(bug)
	if !ok {
		t.Fatalf("unknown bug %q", bug)
	}
	quirks, ok := VariantNamed(variant)
	if !ok {
		t.Fatalf("unknown variant %q", variant)
	}
	s.lab = newLab(n, func(c *Config) {
		c.Bugs, c.Quirks, c.CommittedLog, c.LastCounter = bugs, quirks, committed, uint32(last)
		c.SnapEvery, c.Empty = snapEvery, empty
		c.Spares = paxos.Voters(n) &^ paxos.Voters(n-spares)
		c.Observers = paxos.Voters(n-spares) &^ paxos.Voters(n-spares-observers)
	})
	return s.told()
}

// reconfigure n1 voters=n1+n2 [observers=n3]: the leader n1 proposes a configuration.
func (s *stage) reconfigure(t *testing.T, d *datadriven.TestData) {
	var c change
	for _, a := range d.CmdArgs {
		if len(a.Vals) == 0 {
			continue
		}
		for name := range strings.SplitSeq(a.Vals[0], "+") {
			if a.Key == "voters" {
				c.voters = c.voters.With(server(t, name))
			} else {
				c.observers = c.observers.With(server(t, name))
			}
		}
	}
	s.lab.propose(server(t, words(d)[0]), c)
}

// elect n1 n2: only these exchange votes, and wait for none better; the others'
// votes stay on their way.
func (s *stage) elect(t *testing.T, d *datadriven.TestData) {
	ids := words(d)
	for range 40 {
		moved := false
		for _, a := range ids {
			for _, b := range ids {
				if _, ok := s.lab.deliver(server(t, a), server(t, b)); ok {
					moved = true
				}
			}
		}
		if moved {
			continue
		}
		for _, a := range ids {
			n := s.lab.nodes[server(t, a)]
			if n.up && n.server.finalizing {
				s.lab.fire(n.id, timerElection)
				moved = true
			}
		}
		if !moved {
			return
		}
	}
	t.Fatal("the election does not come to an end")
}

// deliver n1->n2 [ACK] [n]: the next message, which must be of that type; or n
// of them.
func (s *stage) deliver(t *testing.T, d *datadriven.TestData) string {
	ws := words(d)
	from, to, _ := strings.Cut(ws[0], "->")
	count, want := 1, ""
	for _, w := range ws[1:] {
		if n, err := strconv.Atoi(w); err == nil {
			count = n
		} else {
			want = w
		}
	}
	for range count {
		p, ok := s.lab.deliver(server(t, from), server(t, to))
		if !ok {
			return "nothing is on its way\n"
		}
		if name := p.name(); want != "" && name != want {
			t.Fatalf("%s: the next message is %s", d.Pos, name)
		}
	}
	return s.told()
}

func (p *parcel) name() string {
	switch p.sign {
	case paxos.Dialled:
		return "dial"
	case paxos.Opened:
		return "open"
	case paxos.Closed:
		return "close"
	}
	return p.msg.Kind.String()
}

// hold-log n1: entries stay in the log's queue. hold-writes n1: synchronous
// writes wait. hold-threads n1: a leader's handlers do not come to NEWLEADER, nor a
// learner's thread to its acknowledgement, nor a snapshot's to its end. hold-snapshots
// n1: what such a thread has read does not get to disk. release n1: all go on.
func (s *stage) hold(t *testing.T, d *datadriven.TestData) {
	for _, w := range words(d) {
		n := s.lab.nodes[server(t, w)]
		switch d.Cmd {
		case "hold-log":
			n.holdLog = true
		case "hold-writes":
			n.hold = true
		case "hold-threads":
			n.holdThreads = true
		case "hold-snapshots":
			n.holdSnaps = true
		default:
			n.hold, n.holdLog, n.holdThreads, n.holdSnaps = false, false, false, false
			s.lab.carryOut(n)
		}
	}
}

// write n1: the synchronous write that is held is done, and the next one held.
func (s *stage) write(t *testing.T, d *datadriven.TestData) string {
	n := s.lab.nodes[server(t, words(d)[0])]
	if n.next == len(n.out.List) || n.out.List[n.next].Kind != paxos.Persist {
		return "nothing is being written\n"
	}
	w := n.out.Writes[n.out.List[n.next].Index]
	if w.Kind == paxos.Drain {
		n.drain()
	} else {
		n.disk.Do(&w)
	}
	n.next++
	s.lab.notes = append(s.lab.notes, fmt.Sprintf("%v has written %v", n.id, w.Kind))
	s.lab.carryOut(n)
	return s.told()
}

// tick n1 [n]: half ticks pass on one server; what it sends waits.
func (s *stage) tick(t *testing.T, d *datadriven.TestData) {
	ws := words(d)
	count := 1
	if len(ws) > 1 {
		count, _ = strconv.Atoi(ws[1])
	}
	for range count {
		s.lab.fire(server(t, ws[0]), TimerTick)
	}
}

// wires lists what is under way.
func (s *stage) wires() string {
	var b strings.Builder
	for from := range s.lab.nodes {
		for to := range s.lab.nodes {
			ps := s.lab.wires[[2]paxos.ID{paxos.ID(from), paxos.ID(to)}]
			if len(ps) == 0 {
				continue
			}
			fmt.Fprintf(&b, "n%d->n%d", from, to)
			for i := range ps {
				fmt.Fprintf(&b, " %s", ps[i].name())
				if z := ps[i].msg.Zxid; z != 0 && ps[i].msg.Kind != paxos.Notification {
					fmt.Fprintf(&b, "(%v)", z)
				}
			}
			b.WriteByte('\n')
		}
	}
	if b.Len() == 0 {
		return "nothing\n"
	}
	return b.String()
}
