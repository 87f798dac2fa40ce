package run_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/run"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// failOver is a plan in which the leading JobManager is killed and its successor
// cut off from ZooKeeper, while a client appends records.
func failOver(t *testing.T) *plan.Plan {
	t.Helper()
	return flinkPlan(t, "", `
		at 1s name J jobleader
		+0s crash J
		+0s await job-leader except J within 60s
		+0s start J
		+0s await job-running within 60s
		+0s await checkpoints 2 within 60s
		+0s name K jobleader
		+0s cut K -- zookeeper
		+0s await job-leader except K within 60s
		+0s heal
		+0s await job-running within 60s
		+0s await outputs 1 within 60s
	`)
}

// flinkPlan is a plan in which a client appends records, with more words about its
// cluster.
func flinkPlan(t *testing.T, more, steps string) *plan.Plan {
	t.Helper()
	var b strings.Builder
	b.WriteString("schism plan 1\nscenario test\nseed 7\nservers 1\ntick 500ms\ninit-limit 10\nsync-limit 4\nsession-timeout 6s\nsettle 500ms\n" +
		"flink jobmanagers 2 taskmanagers 1 keys 1 checkpoint 500ms sink znodes" + more + "\n" +
		"setup\n+0s create /in \"\"\n+0s create /in/k1 \"\"\n+0s create /conf \"0\"\nclient c1 n1\n")
	for i := range 600 {
		fmt.Fprintf(&b, "+50ms create /in/k1/r- \"%d\" sequential\n", i)
	}
	b.WriteString("steps" + steps)
	p, err := plan.Parse("fail-over", b.String())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// whole carries a plan out on a real cluster, and gives the log of a run that came to
// its end.
func whole(t *testing.T, p *plan.Plan) kept {
	t.Helper()
	e := ensemble(t, p)
	var log kept
	err := run.WithFlink(t.Context(), p, e, run.Flink{Dir: t.TempDir()}, &log)
	var lacks *cluster.NotReady
	if errors.As(err, &lacks) {
		t.Skip("not ready: " + lacks.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	if end := log[len(log)-1]; end.Kind != runlog.End || end.Text != "" {
		t.Fatalf("the run ended with %v %q", end.Kind, end.Text)
	}
	return log
}

// TestFlinkFailsOver: leadership passes on twice, and each record that was
// acknowledged is in the output once.
func TestFlinkFailsOver(t *testing.T) {
	p := failOver(t)
	log := whole(t, p)
	leaders := of(log, runlog.Grant)
	if len(leaders) != 3 || leaders[0].Proc == leaders[1].Proc || leaders[1].Proc == leaders[2].Proc {
		t.Errorf("leadership was granted to %+v, want to one, the other and the one", leaders)
	}
	restored := of(log, runlog.Checkpoint)
	restored = slices.DeleteFunc(restored, func(e runlog.Event) bool { return e.Text != runlog.Restored || e.Ckpt == 0 })
	if len(restored) == 0 {
		t.Error("no checkpoint was restored")
	}
	for _, k := range []runlog.Kind{runlog.LeaderInfo, runlog.Latch, runlog.Counter, runlog.Pointer, runlog.JobState, runlog.LinkState, runlog.Drained} {
		if len(of(log, k)) == 0 {
			t.Errorf("the log has no %v", k)
		}
	}
	eachOnce(t, log)
}

// TestFlinkInApplicationMode: nobody hands a job in. The successor of a leader that
// was killed runs the job on from its last checkpoint, under the same id, and does not
// begin another one.
func TestFlinkInApplicationMode(t *testing.T) {
	p := flinkPlan(t, " application", `
		at 1s name J jobleader
		+0s crash J
		+0s await job-leader except J within 60s
		+0s start J
		+0s await job-running within 60s
		+0s await checkpoints 2 within 60s
		+0s await outputs 1 within 60s
	`)
	log := whole(t, p)
	if leaders := of(log, runlog.Grant); len(leaders) != 2 || leaders[0].Proc == leaders[1].Proc {
		t.Errorf("leadership was granted to %+v, want to one and then the other", leaders)
	}
	jobs, restored := map[string]bool{}, false
	for _, e := range append(of(log, runlog.JobState), of(log, runlog.Checkpoint)...) {
		jobs[e.Job] = true
		restored = restored || e.Text == runlog.Restored && e.Ckpt > 0
	}
	if len(jobs) != 1 || !restored {
		t.Errorf("%d jobs ran, a checkpoint was restored: %v; want one job, and that it was", len(jobs), restored)
	}
	eachOnce(t, log)
}

// TestFlinkEndsItsApplication: an application is stopped after a fail-over. Its
// JobManager ends, the standby finds the result and ends too, each with the exit code 0;
// nobody is started again, and nobody runs the job again.
func TestFlinkEndsItsApplication(t *testing.T) {
	p := flinkPlan(t, " keep-results application", `
		at 1s await checkpoints 2 within 60s
		+0s name J jobleader
		+0s crash J
		+0s await job-leader except J within 60s
		+0s start J
		+0s await job-running within 60s
		+0s await outputs 1 within 60s
		+0s stop
	`)
	log := whole(t, p)
	ended, finished := map[string]bool{}, false
	for _, e := range log {
		switch {
		case e.Kind == runlog.Exit:
			ended[e.Proc] = true
		case e.Kind == runlog.JobState && e.Text == runlog.JobFinished:
			finished = true
		case e.Kind == runlog.JobState && e.Text == runlog.JobRunning && finished:
			t.Errorf("the job has finished, and runs again on %s", e.Proc)
		case e.Kind == runlog.Start && ended[e.Proc]:
			t.Errorf("%s has ended well, and was started again", e.Proc)
		}
	}
	if !finished || len(ended) != 2 {
		t.Errorf("the job finished: %v, and %v ended; want that it did, and both JobManagers", finished, ended)
	}
	once := map[string]bool{}
	for _, o := range of(log, runlog.Output) {
		record := fmt.Sprintf("%s/r-%010d", o.Path, o.Num)
		if once[record] {
			t.Errorf("%s is in the output twice", record)
		}
		once[record] = true
	}
	if len(once) == 0 {
		t.Error("nothing was put out")
	}
}

// eachOnce: every record that was acknowledged is in the output once.
func eachOnce(t *testing.T, log kept) {
	t.Helper()
	once := map[string]int{}
	for _, o := range of(log, runlog.Output) {
		once[fmt.Sprintf("%s/r-%010d", o.Path, o.Num)]++
	}
	acknowledged := 0
	for _, r := range of(log, runlog.Ret) {
		if r.Out != runlog.OK || !strings.HasPrefix(r.Path, "/in/k1/r-") {
			continue
		}
		acknowledged++
		if once[r.Path] != 1 {
			t.Errorf("%s was acknowledged and is in the output %d times", r.Path, once[r.Path])
		}
	}
	if acknowledged < 50 {
		t.Errorf("only %d records were acknowledged", acknowledged)
	}
}

// kept keeps events in memory.
type kept []runlog.Event

func (k *kept) Put(e *runlog.Event) int64 {
	*k = append(*k, *e)
	return int64(len(*k))
}
