package run

import (
	"errors"
	"fmt"
	"path"
	"testing"

	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/flink/hastore"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// barrierTree is what ZooKeeper holds below the barrier, by path. While it is away
// nothing can be read.
type barrierTree struct {
	arrivals map[string]string
	away     bool
}

var errAway = errors.New("away")

func (t *barrierTree) Get(at string) ([]byte, hastore.Stat, error) {
	if t.away {
		return nil, hastore.Stat{}, errAway
	}
	text, is := t.arrivals[at]
	if !is {
		return nil, hastore.Stat{}, hastore.ErrNoNode
	}
	return []byte(text), hastore.Stat{Czxid: 7}, nil
}

func (t *barrierTree) Children(dir string) ([]string, error) {
	if t.away {
		return nil, errAway
	}
	var names []string
	for at := range t.arrivals {
		if path.Dir(at) == dir {
			names = append(names, path.Base(at))
		}
	}
	if names == nil {
		return nil, hastore.ErrNoNode
	}
	return names, nil
}

// TestMeetings: each arrival is logged once, rounds are counted when all have come, and
// what was missed while ZooKeeper was away, or after the end, is read when somebody is
// known to have passed it.
func TestMeetings(t *testing.T) {
	var log kept
	p := &plan.Plan{Flink: plan.Flink{Keys: 2, Jobs: 2, Barrier: true}}
	f := &flinkRun{w: &world{log: newRecorder(&log), plan: p}}
	tree := &barrierTree{arrivals: map[string]string{}}
	arrive := func(round int, job string, ckpt int) {
		tree.arrivals[fmt.Sprintf("%s/%s-1", plan.RoundDir(round), job)] = fmt.Sprintf("checkpoint=%d", ckpt)
	}
	look := func(whole, told int) {
		t.Helper()
		f.meetings.look(f, tree)
		if got := f.meetings.sofar(); got != whole || len(log.events) != told {
			t.Errorf("%d rounds and %d arrivals, want %d and %d", got, len(log.events), whole, told)
		}
	}
	look(0, 0)
	arrive(1, "a", 4)
	look(0, 1)
	look(0, 1)
	arrive(1, "b", 3)
	arrive(2, "b", 5)
	look(1, 3)
	tree.away = true
	arrive(2, "a", 6)
	look(1, 3)
	tree.away = false
	f.meetings.end()
	look(1, 3)
	arrive(3, "a", 9)
	output := [][]flinkjob.Batch{{{Lines: []flinkjob.Line{{Kind: flinkjob.Round, Number: 2}}}}, nil}
	if err := f.meetings.rest(f, tree, passed(output)); err != nil || len(log.events) != 4 {
		t.Fatalf("%d arrivals at the rounds that somebody has passed, want 4: %v", len(log.events), err)
	}
	last := log.events[3]
	if want := (runlog.Event{Kind: runlog.Arrived, Job: "a", Path: plan.RoundDir(2) + "/a-1", Num: 2, Ckpt: 6, Czxid: 7, Zxid: 7}); last.Kind != want.Kind || last.Job != want.Job || last.Path != want.Path || last.Num != want.Num || last.Ckpt != want.Ckpt || last.Czxid != want.Czxid {
		t.Errorf("%+v, want %+v", last, want)
	}
	tree.arrivals[plan.RoundDir(1)+"/a-1-again"] = "nonsense"
	if err := f.meetings.rest(f, tree, 1); err == nil {
		t.Error("an arrival that is none is taken for one")
	}
	tree.away = true
	if err := f.meetings.rest(f, tree, 1); !errors.Is(err, errAway) {
		t.Errorf("%v, want that ZooKeeper is away", err)
	}
}

// TestSeveralJobs: what a JobManager says is of the job that it names; who begins at no
// checkpoint, without a name, is the one that has completed none.
func TestSeveralJobs(t *testing.T) {
	var log kept
	p := &plan.Plan{Scenario: "s", Seed: 1, Flink: plan.Flink{Keys: 4, Jobs: 2, TaskManagers: 3, Barrier: true}}
	f := &flinkRun{w: &world{log: newRecorder(&log), plan: p}, jobs: jobsOf(p), procs: map[string]procState{}, leads: map[string]bool{}}
	one, two := f.jobs[0], f.jobs[1]
	if one.id != jobID(p) || two.id == one.id || len(two.id) != len(one.id) || jobsOf(p)[1].id != two.id {
		t.Fatalf("the jobs' ids are %s and %s", one.id, two.id)
	}
	if parallelism(&p.Flink, 2) != 2 || slots(p) != 4 {
		t.Error("each job has a task for each of its keys")
	}
	say := func(job, text string, ckpt int64) {
		f.observe(runlog.Event{Kind: runlog.Checkpoint, Proc: "jm1", Job: job, Text: text, Ckpt: ckpt})
	}
	say("", runlog.Restored, 0)
	say(one.id, runlog.Completed, 1)
	say("", runlog.Restored, 0)
	say(two.id, runlog.Completed, 1)
	say(two.id, runlog.Completed, 2)
	say("another", runlog.Completed, 3)
	if got := f.checkpoints(); got[0] != 1 || got[1] != 2 {
		t.Errorf("checkpoints %v, want 1 and 2", got)
	}
	var jobs []string
	for _, e := range log.events {
		jobs = append(jobs, e.Job)
	}
	if want := fmt.Sprint([]string{one.id, one.id, two.id, two.id, two.id}); fmt.Sprint(jobs) != want {
		t.Errorf("events of %v, want %s", jobs, want)
	}
}
