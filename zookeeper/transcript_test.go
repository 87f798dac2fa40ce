package zookeeper

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/paxos"
)

// TestTranscripts runs the stories in testdata/transcripts/zookeeper at the top
// of the module. Rewrite them with -rewrite, and commit only changes you can
// explain.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, filepath.Join("..", "testdata", "transcripts", "zookeeper"), func(t *testing.T, path string) {
		s := &stage{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return s.command(t, d)
		})
	})
}

// stage is a lab under a transcript's commands.
type stage struct{ lab *lab }

// command carries out one command and prints what clients were told by it.
// Servers are n1, n2, …, clients c1, c2, …
func (s *stage) command(t *testing.T, d *datadriven.TestData) string {
	if s.lab != nil {
		s.lab.told = nil
	}
	ws := words(d)
	switch d.Cmd {
	case "ensemble": // ensemble 3 [last-counter=N] [spares=N]: servers that have elected a leader
		n, err := strconv.Atoi(ws[0])
		if err != nil {
			t.Fatal(err)
		}
		last, spares := 0, 0
		for _, a := range d.CmdArgs {
			if a.Key == "spares" {
				a.Scan(t, 0, &spares)
			}
			if a.Key == "last-counter" {
				a.Scan(t, 0, &last)
			}
		}
		s.lab = newLab(n, uint32(last), spares)
		s.lab.pass(t, 3*tick)
		return fmt.Sprintf("%v leads\n", s.lab.leader())
	case "client": // client c1 n1 n2 [timeout=1s]: tries the servers in that order
		timeout := 4 * time.Second
		for _, a := range d.CmdArgs {
			if a.Key == "timeout" {
				timeout = duration(t, a.Vals[0])
			}
		}
		var servers []paxos.ID
		for _, w := range ws[1:] {
			servers = append(servers, process(t, w))
		}
		s.lab.connect(process(t, ws[0]).ClientNumber(), servers, int64(timeout))
		s.lab.quiet(t)
	case "call": // call c1 set /a 1 [version=0] [watch]; its effects wait for `go`
		s.call(t, ws, d)
	case "go":
		s.lab.quiet(t)
	case "pass":
		s.lab.pass(t, int64(duration(t, ws[0])))
	case "cut", "heal": // cut c1-n1 n3>n2
		s.links(t, ws, d.Cmd == "cut")
	case "crash", "start":
		for _, w := range ws {
			if d.Cmd == "crash" {
				s.lab.crash(process(t, w))
			} else {
				s.lab.start(process(t, w))
			}
		}
	case "deliver": // deliver n1>c1 [3]: the first messages on that way
		from, to, _ := strings.Cut(ws[0], ">")
		count := 1
		if len(ws) > 1 {
			count, _ = strconv.Atoi(ws[1])
		}
		for range count {
			if !s.lab.deliver(process(t, from), process(t, to)) {
				return "nothing is on its way\n"
			}
		}
	case "leader":
		return fmt.Sprintf("%v\n", s.lab.leader())
	case "show":
		return s.show(t, ws)
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
	if len(s.lab.told) == 0 {
		return "ok\n"
	}
	return strings.Join(s.lab.told, "\n") + "\n"
}

func words(d *datadriven.TestData) []string {
	var ws []string
	for _, a := range d.CmdArgs {
		if len(a.Vals) == 0 {
			ws = append(ws, a.Key)
		}
	}
	return ws
}

func process(t *testing.T, name string) paxos.ID {
	n, err := strconv.Atoi(name[1:])
	if err != nil {
		t.Fatalf("%q is no process", name)
	}
	if name[0] == 'c' {
		return paxos.Client(n)
	}
	return paxos.ID(n)
}

func duration(t *testing.T, s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (s *stage) links(t *testing.T, ws []string, cut bool) {
	for _, w := range ws {
		i := strings.IndexAny(w, "->")
		a, b := process(t, w[:i]), process(t, w[i+1:])
		s.lab.cuts[[2]paxos.ID{a, b}] = cut
		if w[i] == '-' {
			s.lab.cuts[[2]paxos.ID{b, a}] = cut
		}
	}
}

// call c1 OP [PATH [DATA]] [version=N] [watch] [ephemeral] [sequential]
func (s *stage) call(t *testing.T, ws []string, d *datadriven.TestData) {
	number := process(t, ws[0]).ClientNumber()
	if ws[1] == "close" || ws[1] == "give-up" {
		s.lab.call(number, func(c *Client, out *paxos.Effects) {
			if ws[1] == "close" {
				c.Close(out)
			} else {
				c.GiveUp(out)
			}
		})
		return
	}
	r := Request{Op: Op(slices.Index(opNames[:], ws[1])), Version: -1}
	if len(ws) > 2 {
		r.Path = ws[2]
	}
	if len(ws) > 3 {
		r.Data = ws[3]
	}
	if r.Op == OpReconfig {
		r.Path, r.Reconfig = "", &Reconfig{From: AnyConfig}
	}
	for _, a := range d.CmdArgs {
		switch a.Key {
		case "version":
			var v int
			a.Scan(t, 0, &v)
			r.Version = int32(v)
		case "voters", "observers", "leaving":
			for _, name := range a.Vals {
				in := map[string]*paxos.Set{"voters": &r.Reconfig.Voters, "observers": &r.Reconfig.Observers, "leaving": &r.Reconfig.Leaving}[a.Key]
				*in = in.With(process(t, name))
			}
		case "from":
			var v int
			a.Scan(t, 0, &v)
			r.Reconfig.From = paxos.MakeZxid(uint32(v>>32), uint32(v))
		case "flags":
			r.Watch = slices.Contains(a.Vals, "watch")
			r.Ephemeral = slices.Contains(a.Vals, "ephemeral")
			r.Sequential = slices.Contains(a.Vals, "sequential")
		}
	}
	s.lab.call(number, func(c *Client, out *paxos.Effects) { c.Submit(r, out) })
}

// show n1: what it has applied, its znodes, its clients.
func (s *stage) show(t *testing.T, ws []string) string {
	var b strings.Builder
	for _, w := range ws {
		srv := s.lab.server(process(t, w))
		fmt.Fprintf(&b, "%s at %v:", w, srv.Consensus().Database().Zxid)
		srv.Tree().Each(func(path, data string, stat Stat) {
			if path != "/" {
				fmt.Fprintf(&b, " %s=%q", path, data)
			}
		})
		fmt.Fprintf(&b, "; %d connected, %d watches\n", len(srv.conns), len(srv.watches))
	}
	return b.String()
}
