package flink

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/schismlab/schism/paxos"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
	"github.com/schismlab/schism/zookeeper"
)

// newSession is a lab with a cluster whose job runs.
func newSession(tb fataler, f plan.Flink) *lab {
	l := newLab(f, 0, 0)
	l.start(labServer)
	l.pass(tb, labTick)
	l.start(idOf("c1"))
	l.quiet(tb)
	for _, name := range []string{"jm1", "jm2"} {
		l.delays[[2]paxos.ID{labServer, idOf(name)}] = 5_000_000
	}
	for _, path := range []string{plan.InputRoot, plan.InputDir(1), plan.InputDir(2), plan.ConfigPath} {
		l.write(tb, zookeeper.Request{Op: zookeeper.OpCreate, Path: path, Version: -1})
	}
	for _, name := range []string{"jm1", "jm2", "tm1", "tm2"} {
		l.start(idOf(name))
		l.pass(tb, 100_000_000)
	}
	l.pass(tb, 300_000_000)
	l.submit(tb)
	l.pass(tb, 2_000_000_000)
	return l
}

func (l *lab) write(tb fataler, r zookeeper.Request) {
	l.ask(idOf("c1"), func(m machine, out *paxos.Effects) { m.(*zookeeper.Client).Submit(r, out) })
	l.quiet(tb)
}

// submit hands the job in to whoever leads, as a client would that saw it not run.
func (l *lab) submit(tb fataler) {
	for _, name := range []string{"jm1", "jm2"} {
		if p := l.procs[idOf(name)]; p.up && p.machine.(*JobManager).Leads() != "" {
			l.ask(p.id, func(m machine, out *paxos.Effects) { m.(*JobManager).Submit(out) })
		}
	}
	l.quiet(tb)
}

// dangling is a pointer that is not marked for deletion and whose state is gone, ""
// if there is none.
func (l *lab) dangling() string {
	for _, path := range l.checkpointPaths() {
		if data, stat, _ := l.tree().Get(path); stat.Children > 0 && !l.storage.Has(data) {
			return path
		}
	}
	return ""
}

var labProcesses = []string{"n1", "jm1", "jm2", "tm1", "tm2"}

// happen lets something happen: a process crashes or comes back, a link breaks or
// heals, a client appends a record, time passes, ZooKeeper or a JobManager is away.
func (l *lab) happen(t *rapid.T, records *int) {
	some := func(name string) paxos.ID { return idOf(rapid.SampledFrom(labProcesses).Draw(t, name)) }
	switch rapid.SampledFrom([]string{"crash", "start", "cut", "heal", "append", "append", "pass", "strike", "depose"}).Draw(t, "what") {
	case "crash":
		if p := l.procs[some("who")]; p.up {
			l.crash(p.id)
		}
	case "start":
		if p := l.procs[some("who")]; !p.up {
			l.start(p.id)
		}
	case "cut":
		l.cuts[[2]paxos.ID{some("from"), some("to")}] = true
	case "heal":
		clear(l.cuts)
	case "append":
		if l.procs[labServer].up && l.procs[idOf("c1")].machine.(*zookeeper.Client).Server() != 0 {
			*records++
			l.write(t, zookeeper.Request{Op: zookeeper.OpCreate, Path: plan.InputDir(1+*records%2) + "/r-", Data: fmt.Sprint(*records), Sequential: true, Version: -1})
		}
	case "strike": // just when a checkpoint's pointer is being written
		l.until(t, "is triggered")
		if p := l.procs[labServer]; p.up {
			l.crash(p.id)
			l.start(p.id)
		}
	case "depose":
		if p := l.procs[idOf(rapid.SampledFrom([]string{"jm1", "jm2"}).Draw(t, "whom"))]; p.up {
			l.crash(p.id)
			l.pass(t, 5_000_000_000)
			l.start(p.id)
		}
	case "pass":
		l.pass(t, int64(rapid.IntRange(1, 6000).Draw(t, "ms"))*1_000_000)
	}
	l.submit(t)
}

// Whatever happens, no pointer leads to nothing and no token comes twice; and when
// all is well again one JobManager leads, nobody but it holds locks, the job runs, and
// each record that a client appended is in the output once, in its order.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := plan.Flink{JobManagers: 2, TaskManagers: 2, Keys: 2, Checkpoint: plan.Second, Sink: plan.Files, Tolerant: rapid.Bool().Draw(t, "tolerant")}
		if rapid.Bool().Draw(t, "two jobs") {
			f.Jobs, f.Barrier = 2, true
		}
		l := newSession(t, f)
		records, counter := 0, ""
		for range rapid.IntRange(1, 20).Draw(t, "things") {
			l.happen(t, &records)
			if path := l.dangling(); path != "" {
				t.Fatalf("%s leads to nothing", path)
			}
			if bad := l.tooEarly(); bad != "" {
				t.Fatal(bad)
			}
			data, _, _ := l.tree().Get(CounterPath(1))
			if len(data) < len(counter) || len(data) == len(counter) && data < counter {
				t.Fatalf("the counter went from %s back to %s", counter, data)
			}
			counter = data
		}
		clear(l.cuts)
		for _, name := range labProcesses {
			if p := l.procs[idOf(name)]; !p.up {
				l.start(p.id)
			}
		}
		for range 40 {
			l.pass(t, 1_000_000_000)
			l.submit(t)
		}
		l.until(t, "is subsumed") // and so no checkpoint is under way
		l.pass(t, 100_000_000)
		l.settled(t, records)
	})
}

// until lets time pass until something is told that ends so, or nothing is for long.
func (l *lab) until(tb fataler, what string) {
	l.told = nil
	for range 500 {
		l.pass(tb, 3_000_000)
		if slices.ContainsFunc(l.told, func(s string) bool { return strings.HasSuffix(s, what) }) {
			return
		}
	}
}

// tooEarly says who has put out that it has passed a round at which not all had
// arrived, or has passed one twice or none before it, "" if nobody has.
func (l *lab) tooEarly() string {
	passed := map[string]int{}
	for _, p := range l.storage.Committed {
		for _, r := range p.Records {
			if r.Kind != runlog.Passed {
				continue
			}
			if r.Seq != passed[r.Path]+1 {
				return fmt.Sprintf("%s has passed round %d after round %d", r.Path, r.Seq, passed[r.Path])
			}
			passed[r.Path] = r.Seq
			if came := l.tree().Children(plan.RoundDir(r.Seq)); len(came) != l.flink.Parties() {
				return fmt.Sprintf("%s has passed round %d, at which %v have arrived", r.Path, r.Seq, came)
			}
		}
	}
	return ""
}

// settled holds a cluster to what must be when all is well again.
func (l *lab) settled(t *rapid.T, records int) {
	var leads []string
	for _, name := range []string{"jm1", "jm2"} {
		if j := l.procs[idOf(name)].machine.(*JobManager); j.Leads() != "" {
			leads = append(leads, j.Leads())
			if !j.Running() {
				t.Errorf("%s leads, and the job does not run: phase %d", name, j.lead.jobs[0].phase)
			}
		}
	}
	if len(leads) != 1 {
		t.Fatalf("%d lead: %v", len(leads), leads)
	}
	for _, path := range append(l.checkpointPaths(), GraphPath(1)) {
		if locks := l.tree().Children(locksDir(path)); !slices.Equal(locks, leads) {
			t.Errorf("%s is locked by %v, want %v", path, locks, leads)
		}
	}
	seen, last := map[string]bool{}, map[string]int{}
	for _, p := range l.storage.Committed {
		for _, r := range p.Records {
			if isConfig(r.Path) || r.Kind == runlog.Passed {
				continue
			}
			if seen[r.Data] || last[r.Path] > r.Seq {
				t.Errorf("record %d of %s, %q, is there twice, or after %d", r.Seq, r.Path, r.Data, last[r.Path])
			}
			seen[r.Data], last[r.Path] = true, r.Seq
		}
	}
	if bad := l.tooEarly(); bad != "" {
		t.Error(bad)
	}
	if round := len(l.tree().Children(plan.BarrierRoot)); l.flink.Barrier && round < 10 {
		t.Errorf("the jobs have come to round %d only", round)
	}
	if len(seen) != records {
		t.Errorf("%d records are in the output, want %d", len(seen), records)
	}
}

// checkpointPaths are the pointers to checkpoints, of all jobs.
func (l *lab) checkpointPaths() []string {
	var paths []string
	for n := range l.flink.JobCount() {
		for _, name := range l.tree().Children(CheckpointsDir(n + 1)) {
			paths = append(paths, CheckpointsDir(n+1)+"/"+name)
		}
	}
	return paths
}

// A cluster at rest allocates nothing: ticks, heartbeats and their answers.
func TestRestAllocatesNothing(t *testing.T) {
	l := newSession(t, plan.Flink{JobManagers: 2, TaskManagers: 2, Keys: 2, Checkpoint: 600 * plan.Second, Sink: plan.Files})
	var out paxos.Effects
	fired := paxos.Event{Kind: paxos.Fired, Timer: timerTick}
	for _, name := range []string{"jm1", "jm2", "tm1"} {
		m := l.procs[idOf(name)].machine
		if n := testing.AllocsPerRun(20, func() { out.Reset(); m.Step(&fired, &out) }); n != 0 {
			t.Errorf("a tick of %s allocates %v times", name, n)
		}
	}
	leader, worker := l.procs[idOf("jm1")].machine.(*JobManager), l.procs[idOf("tm1")].machine
	heard := paxos.Event{Kind: paxos.Arrived, From: idOf("jm1"), Msg: &paxos.Message{Kind: paxos.RPC, From: idOf("jm1"), Body: leader.lead.beat}}
	if n := testing.AllocsPerRun(100, func() { out.Reset(); worker.Step(&heard, &out) }); n != 0 {
		t.Errorf("a heartbeat allocates %v times", n)
	}
}
