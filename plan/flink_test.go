package plan

import (
	"slices"
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
