package flinkjob

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Options say what the job is to do. Its own command line says the same; see
// class Options.
type Options struct {
	// ZooKeeper are the addresses, host:port, of the servers with the input.
	ZooKeeper []string
	// In is the znode above the keys' directories; Keys are their names.
	In   string
	Keys []string
	// Config is the configuration znode, "" for none.
	Config string
	// Sinks are some of files, znodes and attempt.
	Sinks []string
	// Output is the folder of sink files, Out the znode of the other two.
	Output, Out string
	// Records is how many of each key are read before the job is finished; 0: it
	// never is.
	Records int
	// Monitors are the names of the directories of servers' samples, Window is the
	// length of the windows in which they are added up; both or none.
	Monitors []string
	Window   time.Duration
	// Barrier is the znode where the job meets others, Party its name there, which no
	// other job has, and Parties how many readers there are of all jobs: Parallelism of
	// each. All of them or none.
	Barrier, Party string
	Parties        int
	// Parallelism is that of all operators. What is zero here and below is the
	// job's own default: 2, 500 ms, 500 ms, 6 s.
	Parallelism                              int
	Checkpoint, RestartDelay, SessionTimeout time.Duration
}

// Args is the job's command line. The job checks values; here it is only
// checked that none of them changes the meaning of its neighbours.
func (o Options) Args() ([]string, error) {
	if len(o.ZooKeeper) == 0 || len(o.Keys) == 0 || len(o.Sinks) == 0 {
		return nil, errors.New("the job needs the addresses of ZooKeeper, keys and a sink")
	}
	var args []string
	add := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name, value)
		}
	}
	number := func(name string, n int64) {
		if n != 0 {
			add(name, strconv.FormatInt(n, 10))
		}
	}
	for _, list := range [][]string{o.ZooKeeper, o.Keys, o.Sinks, o.Monitors} {
		for _, s := range list {
			if s == "" || strings.Contains(s, ",") {
				return nil, fmt.Errorf("the job takes lists with commas, so no part of one can be %q", s)
			}
		}
	}
	add("zookeeper", strings.Join(o.ZooKeeper, ","))
	add("in", o.In)
	add("keys", strings.Join(o.Keys, ","))
	add("config", o.Config)
	add("sink", strings.Join(o.Sinks, ","))
	add("output", o.Output)
	add("out", o.Out)
	number("records", int64(o.Records))
	add("barrier", o.Barrier)
	add("party", o.Party)
	number("parties", int64(o.Parties))
	add("monitors", strings.Join(o.Monitors, ","))
	number("window", o.Window.Milliseconds())
	number("parallelism", int64(o.Parallelism))
	number("checkpoint-interval", o.Checkpoint.Milliseconds())
	number("restart-delay", o.RestartDelay.Milliseconds())
	number("session-timeout", o.SessionTimeout.Milliseconds())
	return args, nil
}
