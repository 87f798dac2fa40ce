package synod

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/paxos/internal/stage"
)

// TestTranscripts runs the stories in testdata/transcripts/synod at the top of
// the module. Each is read from top to bottom: a command, and what then holds.
// The commands are those of package stage, and
//
//	ensemble N [bug=NAME]   N servers start
//
// Rewrite them with -rewrite, and commit only changes you can explain.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, filepath.Join("..", "..", "testdata", "transcripts", "synod"), func(t *testing.T, path string) {
		var s *stage.Stage
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "ensemble" {
				s = ensembleOf(t, d)
				return s.Told()
			}
			return s.Command(t, d)
		})
	})
}

func ensembleOf(t *testing.T, d *datadriven.TestData) *stage.Stage {
	n, err := strconv.Atoi(stage.Words(d)[0])
	if err != nil {
		d.Fatalf(t, "ensemble needs a number of servers: %v", err)
	}
	var bugs Bugs
	for _, a := range d.CmdArgs {
		if a.Key == "bug" {
			bug, ok := BugNamed(a.Vals[0])
			if !ok {
				d.Fatalf(t, "no bug is named %q; there are %v", a.Vals[0], BugNames())
			}
			bugs |= bug
		}
	}
	return newStage(n, bugs)
}

func newStage(servers int, bugs Bugs) *stage.Stage {
	s := &stage.Stage{Timers: []string{"retry"}, Label: label, Tell: tell}
	for id := 1; id <= servers; id++ {
		s.Add(actorOf(&Config{ID: paxos.ID(id), Servers: servers, Retry: 1000, Bugs: bugs}))
	}
	return s
}

func actorOf(cfg *Config) stage.Actor {
	var disk Durable
	var server *Server
	return stage.Actor{
		Start: func() stage.Machine {
			server = New(cfg, disk.Clone())
			return server
		},
		Write:   disk.Do,
		Disk:    func() string { return fmt.Sprintf("promised %v accepted %v", disk.Promised, &disk) },
		Propose: func(w string, out *paxos.Effects) { server.Propose(word(w), out) },
	}
}

// label is a message with its ballot and its value.
func label(m *paxos.Message) string {
	b := Ballot(m.Epoch)
	switch m.Kind {
	case paxos.Promise:
		if m.Round == 0 {
			return fmt.Sprintf("PROMISE(%v)", b)
		}
		return fmt.Sprintf("PROMISE(%v, %v@%v)", b, m.Cmd, Ballot(m.Round))
	case paxos.AcceptValue:
		return fmt.Sprintf("ACCEPT(%v, %v)", b, m.Cmd)
	case paxos.Learn:
		return fmt.Sprintf("LEARN(%v)", m.Cmd)
	case paxos.Reject:
		return fmt.Sprintf("REJECT(%v, promised %v)", Ballot(m.Round), b)
	}
	return fmt.Sprintf("%v(%v)", m.Kind, b)
}

func tell(n *paxos.Note) string {
	if n.Kind == paxos.Proposed {
		return fmt.Sprintf("proposes in %v", Ballot(n.Epoch))
	}
	return "has learned what was chosen"
}
