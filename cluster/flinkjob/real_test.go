//go:build unix

package flinkjob_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/cluster"
	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/cluster/local"
	"github.com/schismlab/schism/flink/hastore"
	"github.com/schismlab/schism/flink/rest"
)

// patience bounds every wait for something that must come. It says nothing about
// how long anything should take.
const patience = 2 * time.Minute

const jobID = "000102030405060708090a0b0c0d0e0f"

// quiet keeps the library's reports of each attempt to connect to itself.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// bench is a job on a real cluster, with what the test has written for it.
type bench struct {
	*flink.Cluster
	t       *testing.T
	conn    *zk.Conn
	output  string
	written map[string]int64 // the last record's number, by directory
	total   int
}

func (b *bench) must(err error) {
	b.t.Helper()
	var missing *cluster.NotReady
	if errors.As(err, &missing) {
		b.t.Skip("not ready:", err)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestJob has the job run on a real cluster through the death of its TaskManager
// and of its leading JobManager, with a sink that is right and one that is not.
// The first has every record once and in order; the planted fault shows in the
// second.
func TestJob(t *testing.T) {
	if testing.Short() {
		t.Skip("not ready: left out by -short: it starts a Flink cluster")
	}
	b := startJob(t)
	b.write(200)
	b.await("the first records", func() bool { return len(b.files()) > 0 })

	b.writeUntil("a new attempt commits", func() error {
		return errors.Join(b.Kill(t.Context(), "tm1"), b.Start(t.Context(), "tm1"))
	}, func() bool {
		return slices.ContainsFunc(b.files(), func(f flinkjob.Batch) bool { return f.Lines[0].Attempt > 0 })
	})
	leaders, _ := b.Leaders()
	if len(leaders) != 1 {
		t.Fatalf("%v lead, want one", leaders)
	}
	at := b.files()
	b.writeUntil("the job goes on under another leader", func() error {
		return b.Kill(t.Context(), leaders[0])
	}, func() bool {
		files := b.files()
		return files[len(files)-1].Checkpoint > at[len(at)-1].Checkpoint+3
	})
	b.await("everything is in the output", func() bool {
		last := flinkjob.Last(b.files())
		for dir, n := range b.written {
			if last[dir] != n {
				return false
			}
		}
		return true
	})
	b.stop()
	b.judge()
}

// startJob starts an ensemble, a cluster and the job.
func startJob(t *testing.T) *bench {
	b := &bench{t: t, output: t.TempDir(), written: map[string]int64{"/in/k1": -1, "/in/k2": -1}}
	jar, err := flinkjob.Build(t.Context(), "2.3.0")
	b.must(err)
	ensemble, err := local.Start(t.Context(), cluster.Options{
		Servers: 1, Dir: t.TempDir(), Tick: 500 * time.Millisecond, InitLimit: 10, SyncLimit: 5,
	})
	b.must(err)
	t.Cleanup(func() { b.must(ensemble.Close()) })
	b.Cluster, err = flink.Start(t.Context(), flink.Options{
		Version: "2.3.0", Dir: t.TempDir(), ZooKeeper: []string{ensemble.ClientAddr(1)}, TaskManagers: 1,
		Set: map[string]string{"heartbeat.interval": "1000", "heartbeat.timeout": "6000"},
	})
	b.must(err)
	t.Cleanup(func() { b.must(b.Close()) })
	b.must(b.AwaitReady(t.Context(), patience))
	b.conn, _, err = zk.Connect([]string{ensemble.ClientAddr(1)}, 10*time.Second, zk.WithLogger(quiet{}))
	b.must(err)
	t.Cleanup(b.conn.Close)
	for _, path := range []string{"/in", "/in/k1", "/in/k2", "/conf"} {
		_, err := b.conn.Create(path, nil, 0, zk.WorldACL(zk.PermAll))
		b.must(err)
	}
	args, err := flinkjob.Options{
		ZooKeeper: []string{ensemble.ClientAddr(1)}, Keys: []string{"k1", "k2"}, Config: "/conf",
		Sinks: []string{"files", "attempt"}, Output: b.output,
	}.Args()
	b.must(err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b.must(b.client().Submit(ctx, jar, rest.Spec{JobID: jobID, Args: args}))
	return b
}

// client talks to the leader, by what ZooKeeper says of it.
func (b *bench) client() *rest.Client {
	b.t.Helper()
	var address string
	b.await("a leader's REST address", func() bool {
		roots, _, _ := b.conn.Children("/flink")
		for _, root := range roots {
			components, err := hastore.New(hastore.Conn(b.conn), "/flink/"+root).Components()
			if err != nil {
				continue
			}
			for _, c := range components {
				if c.Name == "rest_server" && !c.None() {
					address = c.Address
				}
			}
		}
		return address != ""
	})
	c, err := rest.New(address, 30*time.Second)
	b.must(err)
	b.t.Cleanup(c.Close)
	return c
}

// write appends records, one directory after the other.
func (b *bench) write(n int) {
	b.t.Helper()
	for range n {
		dir := fmt.Sprintf("/in/k%d", b.total%2+1)
		_, err := b.conn.Create(dir+"/r-", fmt.Append(nil, "record ", b.total), zk.FlagSequence, zk.WorldACL(zk.PermAll))
		b.must(err)
		b.written[dir]++
		b.total++
	}
}

// writeUntil goes on writing while something is done and until it has shown, so
// that no checkpoint is empty.
func (b *bench) writeUntil(what string, do func() error, shown func() bool) {
	b.t.Helper()
	b.must(do())
	b.await(what, func() bool {
		b.write(5)
		return shown()
	})
}

func (b *bench) await(what string, ok func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			b.t.Fatalf("never: %s", what)
		}
	}
}

func (b *bench) files() []flinkjob.Batch {
	b.t.Helper()
	files, err := flinkjob.ReadFiles(b.output)
	b.must(err)
	return files
}

// stop ends the job with a savepoint.
func (b *bench) stop() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	c := b.client()
	_, err := c.Stop(ctx, jobID, "file://"+b.t.TempDir(), strings.Repeat("ab", 16), false)
	b.must(err)
	_, err = c.AwaitState(ctx, jobID, rest.Finished)
	b.must(err)
}

func (b *bench) judge() {
	b.t.Helper()
	seen := map[string]int{}
	last := map[string]int64{"/in/k1": -1, "/in/k2": -1}
	for _, batch := range b.files() {
		for _, l := range batch.Lines {
			switch l.Kind {
			case flinkjob.Alert:
				b.t.Errorf("alert: %+v", l)
			case flinkjob.Record:
				seen[l.Data]++
				if l.Number != last[l.Path]+1 {
					b.t.Errorf("record %d of %s after %d", l.Number, l.Path, last[l.Path])
				}
				last[l.Path] = l.Number
			}
		}
	}
	for i := range b.total {
		if data := fmt.Sprint("record ", i); seen[data] != 1 {
			b.t.Errorf("%q is %d times in the output", data, seen[data])
		}
	}
	wrong, err := flinkjob.ReadZnodes(hastore.Conn(b.conn), "/out")
	b.must(err)
	records := 0
	for _, batch := range wrong {
		for _, l := range batch.Lines {
			if l.Kind == flinkjob.Record {
				records++
			}
		}
	}
	b.t.Logf("%d records, %d by the sink with the planted fault", b.total, records)
	if records <= b.total {
		b.t.Errorf("the planted fault does not show: %d records of %d", records, b.total)
	}
}
