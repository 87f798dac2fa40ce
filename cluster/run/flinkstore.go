package run

import (
	"context"
	"fmt"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/schismlab/schism/cluster/flink"
	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/cluster/server"
	"github.com/schismlab/schism/flink/hastore"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// storeEvery is how often ZooKeeper is asked what Flink keeps there. Changes that
// follow each other faster are seen in part.
const storeEvery = 100 * time.Millisecond

// countEvery is how often servers are asked for their watches.
const countEvery = 2 * time.Second

// watchStore writes down what ZooKeeper holds of Flink, as it changes, over a
// session of the harness's own, until ctx ends.
func (f *flinkRun) watchStore(ctx context.Context) {
	conn, _, err := zk.Connect(f.w.addrs, 10*time.Second, zk.WithLogger(quiet{}), zk.WithLogInfo(false))
	if err != nil {
		return // of a list of addresses that is empty, which this one is not
	}
	defer conn.Close()
	tree := hastore.Conn(conn)
	s := &storeSeen{f: f, tree: tree, store: hastore.New(tree, plan.FlinkRoot+flink.ClusterID), seen: map[string]string{}, sinks: make([]flinkjob.Reader, len(f.jobs))}
	tick := time.NewTicker(storeEvery)
	defer tick.Stop()
	count := time.NewTicker(countEvery)
	defer count.Stop()
	for {
		if conn.State() == zk.StateHasSession {
			s.look()
		}
		if f.w.plan.Flink.Sink == plan.Files || conn.State() == zk.StateHasSession {
			s.output()
		}
		select {
		case <-ctx.Done():
			return
		case <-count.C:
			f.countWatches(ctx)
		case <-tick.C:
		}
	}
}

// countWatches asks every server how many watches it holds. One that is away holds
// none that matter.
func (f *flinkRun) countWatches(ctx context.Context) {
	for i, addr := range f.w.addrs {
		text, err := server.Word(ctx, addr, "mntr")
		if err != nil {
			continue
		}
		if n, ok := figure(text, "zk_watch_count"); ok {
			f.w.log.put(runlog.Event{Kind: runlog.Watches, Node: i + 1, Num: n})
		}
	}
}

// figure is a whole number in an answer to mntr: a name and a value, a line each.
func figure(text, name string) (int, bool) {
	for line := range strings.Lines(text) {
		if w := strings.Fields(line); len(w) == 2 && w[0] == name {
			n, err := strconv.Atoi(w[1])
			return n, err == nil
		}
	}
	return 0, false
}

// storeSeen is what was seen last, by what it is about.
type storeSeen struct {
	f     *flinkRun
	tree  hastore.Tree
	store hastore.Store
	seen  map[string]string
	sinks []flinkjob.Reader // of each job
}

// output counts the records that the sinks have committed since, and tells of alerts.
func (s *storeSeen) output() {
	for i, j := range s.f.jobs {
		s.outputOf(j, &s.sinks[i])
	}
}

// outputOf is about one job. An error is a server that is away, or output that cannot
// be read, which the end will tell.
func (s *storeSeen) outputOf(j *jobRun, sink *flinkjob.Reader) {
	read := func() ([]flinkjob.Batch, error) { return sink.Znodes(s.tree, plan.OutputDir(j.number)) }
	if s.f.w.plan.Flink.Sink == plan.Files {
		read = func() ([]flinkjob.Batch, error) { return sink.Files(s.f.output(j.number)) }
	}
	fresh, err := read()
	if err != nil {
		return
	}
	n := 0
	for _, b := range fresh {
		for _, e := range b.Events(j.id) {
			switch e.Kind {
			case runlog.Output:
				n++
			case runlog.Alert:
				s.f.alert(e, b.Name)
			}
		}
	}
	s.f.mu.Lock()
	s.f.records += n
	s.f.mu.Unlock()
}

// put logs an event if what it says is new. mark is what it is about, and says
// what it says.
func (s *storeSeen) put(mark, says string, e runlog.Event) {
	if s.seen[mark] == says {
		return
	}
	s.seen[mark] = says
	s.f.w.log.put(e)
}

// look asks once. An error is a server that is away; the next look will tell.
func (s *storeSeen) look() {
	s.latch()
	s.components()
	for _, j := range s.f.jobs {
		s.job(j.id)
	}
	s.f.meetings.look(s.f, s.tree)
}

// job looks at the counter and the pointers of one job.
func (s *storeSeen) job(id string) {
	job, err := s.store.Job(id)
	if err != nil {
		return
	}
	if job.Counter != 0 {
		s.put("counter "+id, fmt.Sprint(job.Counter), runlog.Event{
			Kind: runlog.Counter, Job: id, Num: int(job.Counter), Version: job.CounterStat.Version, Zxid: job.CounterStat.Mzxid,
		})
	}
	for _, c := range job.Checkpoints {
		e := runlog.Event{Kind: runlog.Pointer, Job: id, Ckpt: c.ID, Path: c.Path, Text: runlog.Present, Czxid: c.Czxid, Mzxid: c.Mzxid, Zxid: c.Mzxid}
		if file, ok := c.File(); ok && !present(file) {
			e.Text = runlog.Missing
		}
		if c.Marked {
			e.Text = runlog.Marked
		}
		// A pointer that was removed while its file was looked for is none.
		if e.Text == runlog.Missing && !s.still(id, c.ID) {
			continue
		}
		if s.seen[c.Path] == "" {
			s.f.mu.Lock()
			s.f.pointers++
			s.f.mu.Unlock()
		}
		s.put(c.Path, e.Text, e)
	}
}

func present(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// still says whether there is a pointer to the job's checkpoint that is not marked.
func (s *storeSeen) still(of string, id int64) bool {
	job, err := s.store.Job(of)
	if err != nil {
		return false
	}
	for _, c := range job.Checkpoints {
		if c.ID == id {
			return !c.Marked
		}
	}
	return false
}

func (s *storeSeen) latch() {
	candidates, err := s.store.Latch()
	if err != nil {
		return
	}
	e, says := runlog.Event{Kind: runlog.Latch}, ""
	for _, c := range candidates {
		owner := fmt.Sprintf("%#x", c.Owner)
		e.Parts = append(e.Parts, runlog.Part{Path: path.Base(c.Name), Data: owner})
		e.Zxid = max(e.Zxid, c.Mzxid)
		says += c.Name + " " + owner + "\n"
	}
	s.put("latch", says, e)
}

func (s *storeSeen) components() {
	components, err := s.store.Components()
	if err != nil {
		return
	}
	gone := map[string]bool{}
	for mark := range s.seen {
		if name, ok := component(mark); ok {
			gone[name] = true
		}
	}
	for _, c := range components {
		delete(gone, c.Name)
		if m := jobComponent.FindString(c.Name); m != "" && s.f.jobOf(m) == nil {
			continue // of a job that nobody judges
		}
		s.put(infoMark+c.Name, fmt.Sprint(c.Token, c.Address, c.Mzxid), runlog.Event{
			Kind: runlog.LeaderInfo, Path: c.Name, Data: c.Address, Token: c.Token, Owner: c.Owner, Czxid: c.Czxid, Mzxid: c.Mzxid, Zxid: c.Mzxid,
		})
	}
	for name := range gone {
		s.put(infoMark+name, "", runlog.Event{Kind: runlog.LeaderInfo, Path: name})
	}
}

// jobComponent finds the job's id in the name of a component that is one job's.
var jobComponent = regexp.MustCompile(`[0-9a-f]{32}$`)

const infoMark = "leader "

func component(mark string) (name string, ok bool) {
	if len(mark) <= len(infoMark) || mark[:len(infoMark)] != infoMark {
		return "", false
	}
	return mark[len(infoMark):], true
}
