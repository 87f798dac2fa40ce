package sim

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
)

// TestNetworkTranscripts runs the stories in testdata/transcripts/network at the top
// of the module: what election messages between servers come to, when, and over
// which connection. Every message takes a millisecond.
//
// Rewrite them with -rewrite, and commit only changes you can explain.
func TestNetworkTranscripts(t *testing.T) {
	datadriven.Walk(t, filepath.Join("..", "testdata", "transcripts", "network"), func(t *testing.T, path string) {
		var s *switchboard
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "servers" {
				s = newSwitchboard(t, d)
				return "ok\n"
			}
			return s.command(t, d)
		})
	})
}

// switchboard is a kernel whose servers say what they are told to, and only listen.
type switchboard struct {
	kernel
	told []string
}

// mute is a server that answers nothing.
type mute struct {
	s  *switchboard
	id paxos.ID
}

func (m *mute) Step(ev *paxos.Event, _ *paxos.Effects) {
	if ev.Kind == paxos.Arrived {
		m.s.tell("%v hears %v say that it votes for %v", m.id, ev.Msg.From, ev.Msg.Leader)
	}
}

func (s *switchboard) tell(format string, args ...any) {
	s.told = append(s.told, fmt.Sprintf("%4d ms  ", s.now/1_000_000)+fmt.Sprintf(format, args...))
}

// servers 3 [bug]
func newSwitchboard(t *testing.T, d *datadriven.TestData) *switchboard {
	n := 0
	if _, err := fmt.Sscan(d.CmdArgs[0].Key, &n); err != nil {
		t.Fatal(err)
	}
	s := &switchboard{}
	p := &plan.Plan{Topology: plan.Topology{Servers: n, Net: plan.Net{Delay: plan.Millisecond}}}
	s.init(p, n+1, s)
	s.net.noDialBack = d.HasArg("no-dial-back")
	for id := paxos.ID(1); int(id) <= n; id++ {
		s.procs[id].disk = &disk{}
		s.start(&s.procs[id], &mute{s, id})
	}
	return s
}

func (s *switchboard) command(t *testing.T, d *datadriven.TestData) string {
	s.told = nil
	for _, a := range d.CmdArgs {
		s.one(t, d, a.Key)
	}
	if len(s.told) == 0 {
		return "ok\n"
	}
	return strings.Join(s.told, "\n") + "\n"
}

// one carries out a command for one argument: say n1->n2:n2, run 10 (ms), cut
// n1->n2, heal n1->n2, crash n1, start n1, connected n1-n2.
func (s *switchboard) one(t *testing.T, d *datadriven.TestData, arg string) {
	var a, b, c int
	switch d.Cmd {
	case "say":
		fmt.Sscanf(arg, "n%d->n%d:n%d", &a, &b, &c)
		s.send(&s.procs[a], &paxos.Message{Kind: paxos.Notification, To: paxos.ID(b), Leader: paxos.ID(c)})
	case "run":
		fmt.Sscan(arg, &a)
		for until := s.now + int64(a)*1_000_000; ; {
			if s.queue.len() == 0 || s.queue.items[0].at > until {
				s.now = until
				return
			}
			s.step()
		}
	case "cut":
		fmt.Sscanf(arg, "n%d->n%d", &a, &b)
		s.net.link(paxos.ID(a), paxos.ID(b)).cut = true
		s.stop(paxos.ID(a), paxos.ID(b))
	case "heal":
		fmt.Sscanf(arg, "n%d->n%d", &a, &b)
		s.heal(paxos.ID(a), paxos.ID(b))
	case "crash":
		fmt.Sscanf(arg, "n%d", &a)
		s.crash(&s.procs[a])
	case "start":
		fmt.Sscanf(arg, "n%d", &a)
		s.start(&s.procs[a], &mute{s, paxos.ID(a)})
	case "connected":
		fmt.Sscanf(arg, "n%d-n%d", &a, &b)
		for _, end := range [][2]int{{a, b}, {b, a}} {
			if !s.net.cnx(paxos.ID(end[0]), paxos.ID(end[1])).up {
				s.tell("n%d has no connection to n%d", end[0], end[1])
			}
		}
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
}

// What the kernel tells an observer.

func (s *switchboard) sent(p *process, _ *paxos.Message) int64             { return p.cause }
func (s *switchboard) arrived(_ *process, _ *paxos.Message, c int64) int64 { return c }
func (s *switchboard) lost(m *paxos.Message, _ int64) {
	s.tell("what %v said to %v, a vote for %v, is lost", m.From, m.To, m.Leader)
}
func (s *switchboard) reached(*process, string, string, paxos.ID)         {}
func (s *switchboard) noted(*process, *paxos.Note)                        {}
func (s *switchboard) wrote(*process, string, uint32, paxos.Zxid, uint64) {}
func (s *switchboard) synced(*process, string, paxos.Zxid)                {}
func (s *switchboard) stepped(*process)                                   {}
func (s *switchboard) exited(*process)                                    {}
func (s *switchboard) fired(uint32, uint32)                               {}
