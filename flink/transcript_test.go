package flink

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/zookeeper"
)

// TestTranscripts runs the stories in testdata/transcripts/flink at the top of the
// module. Rewrite them with -rewrite, and commit only changes you can explain.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, filepath.Join("..", "testdata", "transcripts", "flink"), func(t *testing.T, path string) {
		s := &stage{}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string { return s.command(t, d) })
	})
}

// stage is a lab under a transcript's commands.
type stage struct{ lab *lab }

// command carries out one command and prints what happened by it. With the word
// calls it prints the calls to ZooKeeper, too, as they are answered.
func (s *stage) command(t *testing.T, d *datadriven.TestData) string {
	var ws []string
	calls := false
	for _, a := range d.CmdArgs {
		if calls = calls || a.Key == "calls"; len(a.Vals) == 0 && a.Key != "calls" {
			ws = append(ws, a.Key)
		}
	}
	if d.Cmd == "cluster" {
		s.cluster(t, d)
		return "ok\n"
	}
	l := s.lab
	l.told, l.calls = nil, calls
	switch d.Cmd {
	case "start", "crash": // start jm1 tm1; their first messages wait for pass
		for _, w := range ws {
			if d.Cmd == "start" {
				l.start(idOf(w))
			} else {
				l.crash(idOf(w))
			}
		}
	case "pass":
		l.pass(t, duration(t, ws[0]))
	case "cut", "heal": // cut jm1-n1 n1>jm1
		for _, w := range ws {
			s.link(w, func(wire [2]paxos.ID) { l.cuts[wire] = d.Cmd == "cut" })
		}
	case "slow": // slow 100ms jm1-n1
		for _, w := range ws[1:] {
			s.link(w, func(wire [2]paxos.ID) { l.delays[wire] = duration(t, ws[0]) })
		}
	case "create", "set", "erase": // create /in/k1/r- a, by client c1
		s.client(t, d.Cmd, ws)
	case "submit", "cancel", "stop", "savepoint", "rescale", "jobs": // submit jm1
		l.ask(idOf(ws[0]), func(m machine, out *paxos.Effects) { toREST(t, m.(*JobManager), d.Cmd, ws[1:], out) })
	case "show":
		return l.show(ws[0])
	case "watches":
		return fmt.Sprintf("n1 holds %d watches\n", l.procs[labServer].machine.(*zookeeper.Server).Watches())
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
	if len(l.told) == 0 {
		return "ok\n"
	}
	return strings.Join(l.told, "\n") + "\n"
}

// cluster jobmanagers=2 taskmanagers=1 variant=curator-5.4.0: with ZooKeeper, and
// the znodes that the job reads. Its processes are not started yet.
func (s *stage) cluster(t *testing.T, d *datadriven.TestData) {
	f := plan.Flink{JobManagers: 2, TaskManagers: 2, Keys: 2, Checkpoint: plan.Second, Sink: plan.Files}
	var q Quirks
	var b Bugs
	for _, a := range d.CmdArgs {
		val := ""
		if len(a.Vals) > 0 {
			val = a.Vals[0]
		}
		n, _ := strconv.Atoi(val)
		known := true
		switch a.Key {
		case "jobmanagers":
			f.JobManagers = n
		case "taskmanagers":
			f.TaskManagers = n
		case "keys":
			f.Keys = n
		case "variant":
			q, known = VariantNamed(val)
		case "bug":
			b, known = BugNamed(val)
		case "checkpoint":
			f.Checkpoint = plan.Duration(duration(t, val))
		case "heartbeat":
			f.Heartbeat = plan.Duration(duration(t, val))
		case "tolerant":
			f.Tolerant = true
		case "jobs":
			f.Jobs = n
		case "barrier":
			f.Barrier = true
		case "keep-results":
			f.KeepResults = true
		case "application":
			f.Application = true
		case "sink":
			if val == "znodes" {
				f.Sink = plan.Znodes
			}
		default:
			known = false
		}
		if !known {
			d.Fatalf(t, "unknown %s", a)
		}
	}
	s.lab = newLab(f, q, b)
	s.lab.start(labServer)
	s.lab.pass(t, labTick)
	s.lab.start(idOf("c1"))
	s.lab.quiet(t)
	for _, path := range []string{plan.InputRoot, plan.ConfigPath} {
		s.client(t, "create", []string{path, "0"})
	}
	for i := range f.Keys {
		s.client(t, "create", []string{plan.InputDir(i + 1), ""})
	}
}

// client lets c1 make a call. A path that ends in a dash is of a sequential znode.
func (s *stage) client(t *testing.T, cmd string, ws []string) {
	r := zookeeper.Request{Op: zookeeper.OpCreate, Path: ws[0], Version: -1, Sequential: strings.HasSuffix(ws[0], "-")}
	switch cmd {
	case "set":
		r.Op = zookeeper.OpSet
	case "erase":
		r.Op = zookeeper.OpDelete
	}
	if len(ws) > 1 {
		r.Data = ws[1]
	}
	s.lab.ask(idOf("c1"), func(m machine, out *paxos.Effects) { m.(*zookeeper.Client).Submit(r, out) })
	s.lab.quiet(t)
}

func toREST(t *testing.T, j *JobManager, cmd string, ws []string, out *paxos.Effects) {
	switch cmd {
	case "submit":
		j.Submit(out)
	case "cancel":
		j.Cancel(out)
	case "stop":
		j.Stop()
	case "savepoint":
		j.Savepoint()
	case "rescale":
		j.Rescale(out)
	case "jobs":
		n, err := strconv.Atoi(ws[0])
		if err != nil {
			t.Fatal(err)
		}
		j.Jobs(n, out)
	}
}

func (s *stage) link(w string, do func(wire [2]paxos.ID)) {
	i := strings.IndexAny(w, "->")
	a, b := idOf(w[:i]), idOf(w[i+1:])
	do([2]paxos.ID{a, b})
	if w[i] == '-' {
		do([2]paxos.ID{b, a})
	}
}

func duration(t *testing.T, s string) int64 {
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return int64(d)
}
