package scenarios

import (
	"fmt"

	"github.com/schismlab/schism/plan"
)

// This file is what the stories about Flink have in common: a session cluster of
// two JobManagers and two TaskManagers, a job that reads what clients append, and
// a configuration that they set.

var sessionCluster = plan.Flink{
	JobManagers: 2, TaskManagers: 2, Keys: 4, Checkpoint: 500 * plan.Millisecond, Sink: plan.Files,
}

// withSink is the session cluster with another sink.
func withSink(s plan.Sink) plan.Flink {
	f := sessionCluster
	f.Sink = s
	return f
}

// How much Flink's clients do. They append records by the batch, some 250 a
// second, for about a minute or until their calls are made.
const (
	flinkClients = 4
	flinkCalls   = 600
	flinkThink   = 40 * plan.Millisecond
	flinkPause   = 140 * plan.Millisecond
)

// through is how many records must have gone through the job, for a run to be
// about more than a handful.
const through = 5000

// flinkSetup makes the znodes that the job reads.
func flinkSetup(f *plan.Flink, servers int) []plan.Call {
	paths := []string{plan.InputRoot}
	for i := range f.Keys {
		paths = append(paths, plan.InputDir(i+1))
	}
	if f.Window > 0 {
		for n := range servers {
			paths = append(paths, plan.MonitorDir(n+1))
		}
	}
	paths = append(paths, plan.ConfigPath)
	calls := make([]plan.Call, len(paths))
	for i, path := range paths {
		calls[i] = plan.Call{Op: plan.Create, Path: path, Value: plan.Text("c0." + fmt.Sprint(i+1)), Version: plan.AnyVersion}
	}
	return calls
}

// drawFlinkClients draws clients that append records and set the configuration.
// No two of their values are the same, so a record names its call.
func drawFlinkClients(seed uint64, servers int, f *plan.Flink, config int) []plan.Client {
	// Those that set the configuration often append the more at a time.
	batch := 12 * 100 / (100 - config)
	if f.Window > 0 {
		batch = 8 // the monitor's samples are records, too
	}
	purpose := plan.NewStream(seed, "workload")
	all := make([]plan.Client, flinkClients)
	for i := range all {
		w := &worker{stream: purpose.Split(i + 1), number: i + 1}
		for len(w.calls) < flinkCalls {
			switch n := w.stream.Intn(100); {
			case n < config:
				w.add(plan.Call{Op: plan.Set, Path: plan.ConfigPath, Value: w.fresh(), Version: plan.AnyVersion})
			case n < config+5:
				w.get(plan.ConfigPath)
			default:
				w.batch(f.Keys, batch)
			}
			w.calls[len(w.calls)-1].After = w.stream.Duration(flinkThink, flinkPause) / plan.Millisecond * plan.Millisecond
		}
		all[i] = plan.Client{Name: plan.ClientName(i + 1), Server: i%servers + 1, Calls: w.calls}
	}
	return all
}

// batch appends up to most records in one multi, each to any of the directories:
// all of them are in ZooKeeper, or none.
func (w *worker) batch(keys, most int) {
	n := 1 + w.stream.Intn(most)
	c := plan.Call{Op: plan.Multi, Parts: make([]plan.Call, 0, n)}
	for range n {
		c.Parts = append(c.Parts, plan.Call{
			Op: plan.Create, Path: plan.InputDir(1+w.stream.Intn(keys)) + "/r-", Value: w.fresh(), Version: plan.AnyVersion, Sequential: true,
		})
	}
	w.add(c)
}
