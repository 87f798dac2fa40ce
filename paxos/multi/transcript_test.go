package multi

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/internal/ledger"
	"github.com/schismlab/schism/paxos/internal/stage"
	"github.com/schismlab/schism/paxos/synod"
)

// TestTranscripts runs the stories in testdata/transcripts/multi at the top of
// the module. Each is read from top to bottom: a command, and what then holds.
// The commands are those of package stage, and
//
//	ensemble N [members=N] [bug=NAME] [alpha=N] [outstanding=N] [snap-every=N] [keep=N]
//	reconfigure n1 n2+n3
//
// Rewrite them with -rewrite, and commit only changes you can explain.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, filepath.Join("..", "..", "testdata", "transcripts", "multi"), func(t *testing.T, path string) {
		var p *play
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "ensemble":
				p = newPlay(t, d)
				return p.Told()
			case "reconfigure":
				return p.reconfigure(t, d)
			}
			return p.Command(t, d)
		})
	})
}

// play is a stage with multi-Paxos servers.
type play struct {
	stage.Stage
	actors []*actor
}

// actor is a server with its disk, and the layer above it.
type actor struct {
	cfg    *Config
	disk   Durable
	server *Server
	ledger.Primary
	reign synod.Ballot // in which Primary was set
	want  paxos.Set    // if not empty, Propose means Reconfigure
}

func newPlay(t *testing.T, d *datadriven.TestData) *play {
	n := number(t, d, stage.Words(d)[0])
	base := config(1, n)
	for _, a := range d.CmdArgs {
		switch a.Key {
		case "members":
			base.Members = paxos.Voters(number(t, d, a.Vals[0]))
		case "bug":
			bug, ok := BugNamed(a.Vals[0])
			if !ok {
				d.Fatalf(t, "no bug is named %q; there are %v", a.Vals[0], BugNames())
			}
			base.Bugs = bug
		case "alpha":
			base.Alpha = number(t, d, a.Vals[0])
			base.Outstanding = min(base.Outstanding, base.Alpha)
		case "outstanding":
			base.Outstanding = number(t, d, a.Vals[0])
		case "snap-every":
			base.SnapEvery = number(t, d, a.Vals[0])
		case "keep":
			base.Keep = number(t, d, a.Vals[0])
		case "lease":
			base.Lease = base.Timeout
		}
	}
	p := &play{Stage: stage.Stage{Timers: []string{"election", "heartbeat", "lease"}, Label: label, Tell: tell}}
	for id := 1; id <= n; id++ {
		cfg := *base
		cfg.ID = paxos.ID(id)
		a := &actor{cfg: &cfg, disk: NewDurable(&cfg)}
		p.actors = append(p.actors, a)
		p.Add(stage.Actor{Start: a.start, Write: a.disk.Do, Disk: a.show, Propose: a.propose})
	}
	return p
}

func number(t *testing.T, d *datadriven.TestData, s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		d.Fatalf(t, "%q is no number", s)
	}
	return n
}

func (a *actor) start() stage.Machine {
	a.server, a.reign = New(a.cfg, a.disk.Clone()), 0
	return a.server
}

// show is the disk, and what the state in memory has come to.
func (a *actor) show() string {
	l := a.server.DB.State.(*ledger.State)
	text := fmt.Sprintf("%v\n   state: %s", &a.disk, strings.TrimSpace("- "+l.Words))
	if l.Broken != "" {
		text += "\n   applied to a state it was not made for: " + l.Broken
	}
	return text
}

func (a *actor) propose(word string, out *paxos.Effects) {
	if a.want != 0 {
		a.server.Reconfigure(a.want, out)
		return
	}
	if a.reign != a.server.ballot {
		a.reign = a.server.ballot
		a.Began(a.server.DB)
	}
	a.server.Propose(a.Next(word), out)
}

// reconfigure n1 n2+n3: n1, which leads, proposes other members.
func (p *play) reconfigure(t *testing.T, d *datadriven.TestData) string {
	ws := stage.Words(d)
	a := p.actors[number(t, d, strings.TrimPrefix(ws[0], "n"))-1]
	for _, name := range strings.Split(ws[1], "+") {
		a.want = a.want.With(paxos.ID(number(t, d, strings.TrimPrefix(name, "n"))))
	}
	d.Cmd, d.CmdArgs = "propose", []datadriven.CmdArg{{Key: ws[0]}, {Key: "members"}}
	text := p.Command(t, d)
	a.want = 0
	return text
}

// label is a message with what it is about.
func label(m *paxos.Message) string {
	b := synod.Ballot(m.Epoch)
	switch m.Kind {
	case paxos.Promise:
		text := fmt.Sprintf("PROMISE(%v", b)
		if m.DB != nil {
			text += fmt.Sprintf(", state of %d", m.DB.Zxid)
		}
		for _, v := range m.Body.(*report).votes {
			if v.Ballot == Chosen {
				text += fmt.Sprintf(", %d=%v chosen", v.Slot, v.Cmd)
			} else {
				text += fmt.Sprintf(", %d=%v@%v", v.Slot, v.Cmd, v.Ballot)
			}
		}
		return text + ")"
	case paxos.AcceptValue:
		return fmt.Sprintf("ACCEPT(%v, %d=%v)", b, m.Zxid, m.Cmd)
	case paxos.Accepted:
		return fmt.Sprintf("ACCEPTED(%v, %d)", b, m.Zxid)
	case paxos.Learn:
		if m.Cmd != nil {
			return fmt.Sprintf("LEARN(%d=%v)", m.Zxid, m.Cmd)
		}
		return fmt.Sprintf("LEARN(up to %d)", m.Zxid)
	case paxos.Reject:
		return fmt.Sprintf("REJECT(%v, there is %v)", synod.Ballot(m.Round), b)
	case paxos.Ping:
		return fmt.Sprintf("PING(%v, applied %d)", b, m.Zxid)
	case paxos.Prepare:
		return fmt.Sprintf("PREPARE(%v, after %d)", b, m.Zxid)
	}
	return fmt.Sprintf("%v(%d)", m.Kind, m.Zxid)
}

func tell(n *paxos.Note) string {
	b := synod.Ballot(n.Epoch)
	switch n.Kind {
	case paxos.RoleChanged:
		if b == 0 {
			return "looks for a leader"
		}
		return fmt.Sprintf("is %v in %v", n.Role, b)
	case paxos.Serving:
		return fmt.Sprintf("serves, %v, in %v, applied %d", n.Role, b, n.Zxid)
	case paxos.Proposed:
		return fmt.Sprintf("has a value for slot %d", n.Zxid)
	case paxos.Applied:
		return fmt.Sprintf("applies slot %d", n.Zxid)
	case paxos.Restored:
		if n.Zxid > 0 {
			return fmt.Sprintf("has its state from %s, up to slot %d", n.Text, n.Zxid)
		}
	}
	return ""
}
