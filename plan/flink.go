package plan

import (
	"slices"
	"strconv"
	"strings"
)

// MaxProcesses bounds Flink's JobManagers, and its TaskManagers.
const MaxProcesses = 9

// MaxJobs bounds the jobs of a cluster.
const MaxJobs = 4

// Flink is a Flink session cluster beside the ensemble, with one job or several.
// The zero value is none.
//
// The job reads the directories InputDir(1), …, InputDir(Keys), each a log of
// sequential znodes that clients append, and follows the znode ConfigPath. Its
// sink commits each record once. The cluster's own znodes lie under FlinkRoot,
// those of the znode sinks under OutputRoot; neither is among the final reads,
// for no client of the plan made them.
type Flink struct {
	// JobManagers and TaskManagers are how many there are, 1 to MaxProcesses:
	// jm1, jm2, …, tm1, tm2, …
	JobManagers, TaskManagers int
	// Keys is the number of input directories, and of the job's source splits, 1
	// to 99.
	Keys int
	// Checkpoint is the time from one checkpoint to the next.
	Checkpoint Duration
	Sink       Sink
	// Window is the length of the windows in which the job adds up what servers say of
	// themselves: the samples of server n are the children of MonitorDir(n). 0: it
	// does not read them.
	Window Duration
	// Tolerant keeps a leader in office while its connection to ZooKeeper is
	// suspended, until its session is lost
	// (high-availability.zookeeper.client.tolerate-suspended-connections).
	Tolerant bool
	// Heartbeat is after how long JobManagers and TaskManagers that hear nothing of
	// each other give each other up (heartbeat.timeout), 0 the world's own.
	Heartbeat Duration
	// KeepResults lets the record of a job that has ended stay, so that nobody runs it
	// again (job-result-store.delete-on-commit: false).
	KeepResults bool
	// Jobs is how many jobs run at the same time, 2 to MaxJobs; 0: one. They share out
	// the keys, and job 1 follows the configuration: see KeysOf and OutputDir.
	Jobs int
	// Barrier lets the jobs meet in rounds: see BarrierRoot.
	Barrier bool
	// Application: the cluster is there for its job alone. A JobManager that becomes
	// the leader runs it unasked, and all end when it does. Real worlds only.
	Application bool
}

// JobCount is how many jobs there are.
func (f *Flink) JobCount() int { return max(1, f.Jobs) }

// KeysOf are the keys that job n reads, from 1.
func (f *Flink) KeysOf(n int) []int {
	var keys []int
	for i := n; i <= f.Keys; i += f.JobCount() {
		keys = append(keys, i)
	}
	return keys
}

// Parties are how many arrive at a round of the barrier: a task of each key. 0 where
// there is none.
func (f *Flink) Parties() int {
	if !f.Barrier {
		return 0
	}
	return f.Keys
}

// Sink is where the job's output goes.
type Sink uint8

// The sinks.
const (
	// Files by two-phase commit: written before a checkpoint, renamed after it.
	Files Sink = iota + 1
	// Znodes made after a checkpoint in one multi, named by the checkpoint and
	// the subtask, so that a commit made again finds itself done.
	Znodes
	// Attempt is Znodes named by the attempt of the task: wrong, and planted.
	Attempt
)

var sinkNames = [...]string{Files: "files", Znodes: "znodes", Attempt: "attempt"}

func (s Sink) String() string {
	if int(s) < len(sinkNames) && s != 0 {
		return sinkNames[s]
	}
	return "sink" + itoa(int(s))
}

// Where a Flink job's znodes lie.
const (
	FlinkRoot  = "/flink"
	InputRoot  = "/in"
	ConfigPath = "/conf"
	OutputRoot = "/out"
	// BarrierRoot is where jobs meet: the entering half of ZooKeeper's double barrier,
	// over and over. Each task of each job makes a znode in RoundDir(k) when it has
	// arrived at round k, and goes on reading when all others' are there too. It
	// arrives with a checkpoint: its znode is made when that is complete, so what has
	// arrived does not go back.
	BarrierRoot = "/barrier"
)

// RoundDir is where the tasks that have arrived at a round of the barrier have their
// znodes: /barrier/round-1.
func RoundDir(round int) string { return BarrierRoot + "/" + roundPrefix + itoa(round) }

const roundPrefix = "round-"

// RoundOf is the number of the round whose directory, or whose arrival, is at path,
// 0 if it is neither.
func RoundOf(path string) int {
	name, ok := strings.CutPrefix(path, BarrierRoot+"/"+roundPrefix)
	if !ok {
		return 0
	}
	name, _, _ = strings.Cut(name, "/")
	n, err := strconv.Atoi(name)
	if err != nil || n < 1 || RoundDir(n) != BarrierRoot+"/"+roundPrefix+name {
		return 0
	}
	return n
}

// OutputDir is where the znode sink of job n puts out: /out, /out2.
func OutputDir(n int) string {
	if n < 2 {
		return OutputRoot
	}
	return OutputRoot + itoa(n)
}

// InputDir is the directory that holds the records of key i, from 1: /in/k1.
func InputDir(i int) string { return InputRoot + "/k" + itoa(i) }

// MonitorDir is the directory of the samples of server n: /in/n1.
func MonitorDir(n int) string { return InputRoot + "/" + ServerName(n) }

// FlinkPath says whether the znode at path belongs to Flink, and not to the
// plan's clients.
func FlinkPath(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return slices.Contains(flinkRoots, first)
}

// flinkRoots are the names of Flink's znodes below the root.
var flinkRoots = func() []string {
	list := []string{FlinkRoot[1:], BarrierRoot[1:]}
	for n := range MaxJobs {
		list = append(list, OutputDir(n + 1)[1:])
	}
	return list
}()

// Words that stand for Flink's processes in a step's targets.
const (
	JobLeaderWord   = "jobleader"    // the JobManager that leads now, by its own word
	JobStandby      = "jobstandby"   // the JobManager of the lowest number that runs and does not
	JobManagersWord = "jobmanagers"  // every JobManager
	TaskManagerWord = "taskmanagers" // every TaskManager
	ZooKeeperWord   = "zookeeper"    // every server of the ensemble, as All
)

var flinkWords = []string{JobLeaderWord, JobStandby, JobManagersWord, TaskManagerWord, ZooKeeperWord}

// JobManager and TaskManager are the numbers of Flink's processes, counted from
// 1, among the targets of steps, where a server's number stands for itself.
func JobManager(i int) int { return MaxServers + i }

// TaskManager is the number of TaskManager i: see JobManager.
func TaskManager(i int) int { return MaxServers + MaxProcesses + i }

// maxTarget is the greatest number of a target.
const maxTarget = MaxServers + 2*MaxProcesses

// TargetName is the name of a target by its number: n1, jm1, tm1.
func TargetName(n int) string {
	switch {
	case n > MaxServers+MaxProcesses:
		return "tm" + itoa(n-MaxServers-MaxProcesses)
	case n > MaxServers:
		return "jm" + itoa(n-MaxServers)
	}
	return ServerName(n)
}

// TargetNames are the names of targets, joined by commas.
func TargetNames(targets []int) string {
	names := make([]string, len(targets))
	for i, n := range targets {
		names[i] = TargetName(n)
	}
	return strings.Join(names, ",")
}

// ProcessNumber is the number of the process of Flink that has this name, 0 if
// it is none.
func ProcessNumber(name string) int {
	if len(name) != 3 || name[1] != 'm' || name[2] < '1' || name[2] > '9' {
		return 0
	}
	switch i := int(name[2] - '0'); name[0] {
	case 'j':
		return JobManager(i)
	case 't':
		return TaskManager(i)
	}
	return 0
}

// FlinkView is a View of a world that has Flink's processes. Its methods Named
// and Up know their numbers, too.
type FlinkView interface {
	View
	// JobManagers and TaskManagers are how many there are.
	JobManagers() int
	TaskManagers() int
	// JobLeading is the number, as JobManager gives it, of the one that leads now
	// by its own word, 0 if none does.
	JobLeading() int
}

// flinkTargets are what a word, or a process's name, stands for; false if t is
// neither.
func flinkTargets(v View, t string, not func(int) bool) ([]int, bool) {
	if t == ZooKeeperWord {
		return upTo(v.Size(), func(n int) int { return n }, not), true
	}
	n := ProcessNumber(t)
	if n == 0 && !slices.Contains(flinkWords, t) {
		return nil, false
	}
	f, ok := v.(FlinkView)
	if !ok {
		return nil, true
	}
	switch t {
	case JobManagersWord:
		return upTo(f.JobManagers(), JobManager, not), true
	case TaskManagerWord:
		return upTo(f.TaskManagers(), TaskManager, not), true
	case JobStandby:
		lead := f.JobLeading()
		standby := upTo(f.JobManagers(), JobManager, func(n int) bool { return not(n) || n == lead || !f.Up(n) })
		return standby[:min(1, len(standby))], true
	case JobLeaderWord:
		if n = f.JobLeading(); n == 0 || not(n) {
			return nil, true
		}
	}
	if n > JobManager(f.JobManagers()) && n < TaskManager(1) || n > TaskManager(f.TaskManagers()) {
		return nil, true
	}
	return []int{n}, true
}

// upTo are the numbers of the first count processes, less those that not says.
func upTo(count int, number func(int) int, not func(int) bool) []int {
	var list []int
	for i := 1; i <= count; i++ {
		if n := number(i); !not(n) {
			list = append(list, n)
		}
	}
	return list
}

// flink reads the rest of a plan's line about Flink.
func (r *reader) flink(f *Flink) error {
	err := firstError(
		r.expect("jobmanagers"), r.number(&f.JobManagers), r.expect("taskmanagers"), r.number(&f.TaskManagers),
		r.expect("keys"), r.number(&f.Keys), r.expect("checkpoint"), r.duration(&f.Checkpoint), r.expect("sink"))
	if err != nil {
		return err
	}
	w := r.next()
	i := slices.Index(sinkNames[:], w)
	if i < 1 {
		return r.errorf("sink %q: want one of %s", w, strings.Join(sinkNames[1:], ", "))
	}
	f.Sink = Sink(i)
	if r.accept("window") {
		if err := r.duration(&f.Window); err != nil {
			return err
		}
	}
	if r.accept("jobs") {
		if err := r.number(&f.Jobs); err != nil {
			return err
		}
	}
	f.Barrier = r.accept("barrier")
	f.Tolerant = r.accept("tolerant")
	f.KeepResults = r.accept("keep-results")
	f.Application = r.accept("application")
	if r.accept("heartbeat") {
		if err := r.duration(&f.Heartbeat); err != nil {
			return err
		}
	}
	if *f == (Flink{}) {
		return r.errorf("a flink line without a cluster")
	}
	return nil
}

// words are the plan's line about Flink.
func (f *Flink) words() []string {
	w := []string{
		"flink", "jobmanagers", itoa(f.JobManagers), "taskmanagers", itoa(f.TaskManagers), "keys", itoa(f.Keys),
		"checkpoint", f.Checkpoint.String(), "sink", f.Sink.String(),
	}
	if f.Window != 0 {
		w = append(w, "window", f.Window.String())
	}
	if f.Jobs != 0 {
		w = append(w, "jobs", itoa(f.Jobs))
	}
	w = appendIf(w, f.Barrier, "barrier")
	w = appendIf(appendIf(w, f.Tolerant, "tolerant"), f.KeepResults, "keep-results")
	w = appendIf(w, f.Application, "application")
	if f.Heartbeat != 0 {
		w = append(w, "heartbeat", f.Heartbeat.String())
	}
	return w
}

func (f *Flink) validate() *invalid {
	switch {
	case *f == Flink{}:
	case f.JobManagers < 1 || f.JobManagers > MaxProcesses:
		return wrong("flink", "jobmanagers %d: want 1 to %d", f.JobManagers, MaxProcesses)
	case f.TaskManagers < 1 || f.TaskManagers > MaxProcesses:
		return wrong("flink", "taskmanagers %d: want 1 to %d", f.TaskManagers, MaxProcesses)
	case f.Keys < 1 || f.Keys > 99:
		return wrong("flink", "keys %d: want 1 to 99", f.Keys)
	case f.Checkpoint < 10*Millisecond || f.Checkpoint > 600*Second:
		return wrong("flink", "checkpoint %v: want 10ms to 600s", f.Checkpoint)
	case f.Heartbeat != 0 && (f.Heartbeat < 500*Millisecond || f.Heartbeat > 600*Second):
		return wrong("flink", "heartbeat %v: want 500ms to 600s", f.Heartbeat)
	case f.Window != 0 && (f.Window < 100*Millisecond || f.Window > 600*Second):
		return wrong("flink", "window %v: want 100ms to 600s", f.Window)
	case f.Jobs != 0 && (f.Jobs < 2 || f.Jobs > MaxJobs):
		return wrong("flink", "jobs %d: want 2 to %d, or nothing for one", f.Jobs, MaxJobs)
	case f.Jobs > f.Keys:
		return wrong("flink", "jobs %d: want a key for each, and there are %d", f.Jobs, f.Keys)
	case f.Jobs != 0 && f.Window != 0:
		return wrong("flink", "jobs %d with a window: want one job that reads what servers say", f.Jobs)
	case f.Barrier && f.Jobs == 0:
		return wrong("flink", "barrier: want jobs that meet at it, such as jobs 2")
	case f.Window%Millisecond != 0:
		return wrong("flink", "window %v: want whole milliseconds", f.Window)
	case f.Application && f.Jobs > 0:
		return wrong("flink", "application with jobs %d: a cluster in application mode has one job", f.Jobs)
	case f.Sink < Files || f.Sink > Attempt:
		return wrong("flink", "sink %v: want one of %s", f.Sink, strings.Join(sinkNames[1:], ", "))
	}
	return nil
}

// forFlink says whether a step is about Flink itself.
func (s Step) forFlink() bool {
	return s.Action >= Savepoint && s.Action <= Rescale || s.Action == Await && s.For >= JobLeader
}

// EndsJob says whether a step ends the job.
func (s Step) EndsJob() bool { return s.Action == Cancel || s.Action == Stop }

// endsJob says whether a step ends one job, or begins others beside it.
func (s Step) endsJob() bool { return s.EndsJob() || s.Action == Jobs }

// validateProcess says why t cannot stand for a process of Flink, "" if it can
// or is not meant to.
func (f *Flink) validateProcess(t string) string {
	n := ProcessNumber(t)
	switch {
	case n == 0 && !slices.Contains(flinkWords, t) || t == ZooKeeperWord:
		return ""
	case *f == Flink{}:
		return t + " is a process of Flink, but the plan has no line \"flink …\""
	case n >= TaskManager(1) && n > TaskManager(f.TaskManagers):
		return t + " does not exist, there are " + itoa(f.TaskManagers) + " TaskManagers"
	case n > JobManager(f.JobManagers) && n < TaskManager(1):
		return t + " does not exist, there are " + itoa(f.JobManagers) + " JobManagers"
	}
	return ""
}

// handsIn says whether a step hands in jobs.
func (s Step) handsIn() bool { return s.Action == Submit || s.Action == Jobs }
