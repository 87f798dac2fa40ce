package plan

import (
	"slices"
	"strings"
	"testing"
)

// cluster is a view of three servers, three JobManagers and two TaskManagers.
type cluster struct {
	leading, jobLeading int
	down                []int
}

func (c cluster) Size() int        { return 3 }
func (c cluster) Leading() int     { return c.leading }
func (c cluster) Named(string) int { return JobManager(1) }
func (c cluster) Up(n int) bool    { return !slices.Contains(c.down, n) }
func (c cluster) JobManagers() int { return 3 }
func (c cluster) TaskManagers() int {
	return 2
}
func (c cluster) JobLeading() int { return c.jobLeading }

func TestTargetsOfFlink(t *testing.T) {
	for _, tc := range []struct {
		view            cluster
		targets, except []string
		want            string
	}{
		{cluster{1, JobManager(2), nil}, []string{"jobleader"}, nil, "jm2"},
		{cluster{1, JobManager(2), nil}, []string{"jobleader"}, []string{"jm2"}, ""},
		{cluster{1, 0, nil}, []string{"jobleader"}, nil, ""},
		{cluster{1, JobManager(2), nil}, []string{"jobstandby"}, nil, "jm1"},
		{cluster{1, JobManager(2), []int{JobManager(1)}}, []string{"jobstandby"}, nil, "jm3"},
		{cluster{1, JobManager(2), nil}, []string{"jobmanagers"}, []string{"jobleader"}, "jm1,jm3"},
		{cluster{1, JobManager(2), nil}, []string{"taskmanagers", "zookeeper"}, []string{"n2"}, "n1,n3,tm1,tm2"},
		{cluster{1, JobManager(2), nil}, []string{"all"}, []string{"leader"}, "n2,n3"},
		{cluster{1, JobManager(2), nil}, []string{"J", "tm2", "n9", "tm3"}, nil, "jm1,tm2"},
	} {
		if got := TargetNames(Resolve(tc.view, tc.targets, tc.except, nil)); got != tc.want {
			t.Errorf("%v except %v is %q, want %q", tc.targets, tc.except, got, tc.want)
		}
	}
}

func TestProcessesHaveNames(t *testing.T) {
	for n := MaxServers + 1; n <= maxTarget; n++ {
		if got := ProcessNumber(TargetName(n)); got != n {
			t.Errorf("%s is %d, want %d", TargetName(n), got, n)
		}
	}
	for _, name := range []string{"", "jm", "jm0", "jm10", "xm1", "n1", "j11"} {
		if n := ProcessNumber(name); n != 0 {
			t.Errorf("%q is process %d, want none", name, n)
		}
	}
}

// TestJobsShareTheKeys: each key is one job's, whose output has a place of its own,
// which no client's znodes are in.
func TestJobsShareTheKeys(t *testing.T) {
	f := Flink{Keys: 5, Jobs: 2, Barrier: true}
	if one, two := f.KeysOf(1), f.KeysOf(2); !slices.Equal(one, []int{1, 3, 5}) || !slices.Equal(two, []int{2, 4}) {
		t.Errorf("job 1 reads %v, job 2 reads %v", one, two)
	}
	if alone := (&Flink{Keys: 2}); !slices.Equal(alone.KeysOf(1), []int{1, 2}) || alone.Parties() != 0 || f.Parties() != 5 {
		t.Error("a job that is alone reads all, and meets nobody")
	}
	for path, want := range map[string]bool{
		"/flink/x": true, "/out": true, "/out/a": true, OutputDir(2) + "/a": true, RoundDir(3): true,
		"/outer": false, "/out5": false, "/in/k1": false, "/": false, "/barriers": false,
	} {
		if FlinkPath(path) != want {
			t.Errorf("%s belongs to Flink: want %v", path, want)
		}
	}
	for path, want := range map[string]int{
		RoundDir(12): 12, RoundDir(7) + "/a-1": 7, BarrierRoot: 0, BarrierRoot + "/round-x": 0, BarrierRoot + "/round-07": 0, BarrierRoot + "/round-0/a": 0,
	} {
		if got := RoundOf(path); got != want {
			t.Errorf("%s is of round %d, want %d", path, got, want)
		}
	}
}

func TestFlinkIsWrong(t *testing.T) {
	good := Flink{JobManagers: 1, TaskManagers: 1, Keys: 4, Checkpoint: Second, Sink: Znodes}
	for _, c := range []struct {
		change func(*Flink)
		want   string
	}{
		{func(f *Flink) { f.Jobs = 1 }, "jobs 1: want 2 to 4, or nothing for one"},
		{func(f *Flink) { f.Keys, f.Jobs = 2, 3 }, "jobs 3: want a key for each, and there are 2"},
		{func(f *Flink) { f.Jobs, f.Window = 2, Second }, "jobs 2 with a window: want one job that reads what servers say"},
		{func(f *Flink) { f.Barrier = true }, "barrier: want jobs that meet at it, such as jobs 2"},
	} {
		f := good
		c.change(&f)
		if err := f.validate(); err == nil || err.msg != c.want {
			t.Errorf("%v: want %q", err, c.want)
		}
	}
}

// TestApplicationMode: a cluster for one job takes no other.
func TestApplicationMode(t *testing.T) {
	for _, c := range []struct{ more, step, want string }{
		{"", "savepoint", ""},
		{"", "stop", ""},
		{"", "cancel", ""},
		{"", "submit", "takes no job"},
		{"", "jobs 2", "takes no job"},
		{"jobs 2 ", "savepoint", "has one job"},
	} {
		p, err := Parse("p", "schism plan 1\nscenario s\nseed 1\nservers 1\ntick 500ms\ninit-limit 10\nsync-limit 4\nsession-timeout 6s\nsettle 0s\n"+
			"flink jobmanagers 2 taskmanagers 1 keys 2 checkpoint 500ms sink files "+c.more+"application\nsteps\n\tat 1s "+c.step+"\n")
		switch {
		case c.want == "" && (err != nil || !p.Flink.Application):
			t.Errorf("%s: %v, want a plan in application mode", c.step, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%q, %s: %v, want an error with %q", c.more, c.step, err, c.want)
		}
	}
}
