package flink

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/artifact"
	"github.com/schismlab/schism/runlog"
)

// ClusterID is the cluster's name within its root in ZooKeeper, plan.FlinkRoot.
const ClusterID = "/schism"

// Most is the greatest number of JobManagers, and of TaskManagers.
const Most = 9

// Options say which cluster to start.
type Options struct {
	// Version is a release of Flink that cluster/artifact knows, "" the newest.
	Version string
	// Dir is an existing folder for all files of the cluster.
	Dir string
	// ZooKeeper are the client addresses of the ensemble's servers, n1 first, as the
	// processes reach them. On this machine they do through gates of their own.
	ZooKeeper []string
	// Lodging, if not nil, is the ensemble that gives each process a machine in its
	// network; else they are processes of this machine.
	Lodging cluster.Lodging
	// JobManagers and TaskManagers are how many there are, two each if zero. Slots
	// is how many tasks a TaskManager takes, two if zero.
	JobManagers, TaskManagers, Slots int
	// Session is the time-out that clients ask ZooKeeper for, 6 s if zero.
	Session time.Duration
	// Tolerant keeps a leader in office while its connection is suspended.
	Tolerant bool
	// Heartbeat is after how long processes that hear nothing of each other give each
	// other up, 12 s if it is zero.
	Heartbeat time.Duration
	// KeepResults lets the results of jobs that have ended stay in the result store. In
	// application mode only they keep a standby from running the job again.
	KeepResults bool
	// Application, if not nil, is the job for which alone the cluster is there, in
	// application mode. Jobs cannot be handed in then.
	Application *Application
	// Set adds keys to every process's configuration, and replaces ours.
	Set map[string]string
	// Observe, if not nil, is told what happens to the processes (Start, Crash,
	// Exit, Pause, Resume), and what JobManagers say (Grant, Revoke, JobState,
	// Checkpoint), with Proc and without a time. It may be called from several
	// goroutines, and must not call the cluster.
	Observe func(runlog.Event)
}

// Application is a job that JobManagers run unasked.
type Application struct {
	// Jar has the job and, in class Main, the entry point of a JobManager that runs
	// it, with the arguments CONFIG-FOLDER JAR ARGS….
	Jar, Main string
	Args      []string
	// JobID is the id of the job, the same under each leader.
	JobID string
}

// The bounds of Session: what our servers grant, see cluster/server.
const (
	shortestSession = time.Second
	longestSession  = time.Minute
)

// complete checks the options and fills in what may be left out.
func (o Options) complete() (Options, error) {
	if o.Version == "" {
		o.Version = artifact.DefaultFlink
	}
	for _, n := range []*int{&o.JobManagers, &o.TaskManagers, &o.Slots} {
		if *n == 0 {
			*n = 2
		}
		if *n < 1 || *n > Most {
			return o, fmt.Errorf("%d JobManagers, %d TaskManagers, %d slots: want 1 to %d of each", o.JobManagers, o.TaskManagers, o.Slots, Most)
		}
	}
	if o.Session == 0 {
		o.Session = 6 * time.Second
	}
	if o.Session < shortestSession || o.Session > longestSession {
		return o, fmt.Errorf("session time-out %v: want %v to %v", o.Session, shortestSession, longestSession)
	}
	if len(o.ZooKeeper) == 0 {
		return o, fmt.Errorf("no address of ZooKeeper: want at least one")
	}
	o.Set = maps.Clone(o.Set)
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return o, fmt.Errorf("folder of the run %q: want an existing folder", o.Dir)
	}
	o.Dir = dir
	if o.Observe == nil {
		o.Observe = func(runlog.Event) {}
	}
	return o, nil
}

func (o *Options) heartbeat() time.Duration { return cmp.Or(o.Heartbeat, 12*time.Second) }
