package run

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/schismlab/schism/cluster/flinkjob"
	"github.com/schismlab/schism/flink/hastore"
	"github.com/schismlab/schism/plan"
	"github.com/schismlab/schism/runlog"
)

// meetings is what was seen of the barrier at which jobs meet. Rounds follow each
// other and nothing is ever removed, so nothing that was missed is lost.
type meetings struct {
	mu    sync.Mutex
	told  map[string]bool // by path, the arrivals that are in the log
	whole int             // the last round that all have arrived at, and all before it
	over  bool            // what comes now is nobody's concern
}

// sofar is how many rounds all were seen to have arrived at.
func (m *meetings) sofar() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.whole
}

func (m *meetings) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
}

// look tells who has arrived at a round since. An error is a server that is away; the
// next look will tell.
func (m *meetings) look(f *flinkRun, tree hastore.Tree) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !f.w.plan.Flink.Barrier || m.over {
		return
	}
	for m.round(f, tree, m.whole+1) == nil {
	}
}

// rest tells of all rounds up to one that somebody has passed.
func (m *meetings) rest(f *flinkRun, tree hastore.Tree, last int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for n := 1; n <= last; n++ {
		if err := m.round(f, tree, n); err != nil && !errors.Is(err, errNotAll) {
			return err
		}
	}
	return nil
}

var errNotAll = errors.New("not all have arrived at the round")

// round tells who has arrived at a round; m.mu is held. The error is errNotAll until
// all have.
func (m *meetings) round(f *flinkRun, tree hastore.Tree, n int) error {
	names, err := tree.Children(plan.RoundDir(n))
	if errors.Is(err, hastore.ErrNoNode) {
		return errNotAll
	}
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		at := path.Join(plan.RoundDir(n), name)
		if m.told[at] {
			continue
		}
		text, stat, err := tree.Get(at)
		if err != nil {
			return err
		}
		job, _, _ := strings.Cut(name, "-")
		e := runlog.Event{Kind: runlog.Arrived, Job: job, Path: at, Num: n, Czxid: stat.Czxid, Zxid: stat.Czxid}
		if _, err := fmt.Sscanf(string(text), "checkpoint=%d", &e.Ckpt); err != nil {
			return fmt.Errorf("%s: %q: want checkpoint=N", at, text)
		}
		if m.told == nil {
			m.told = map[string]bool{}
		}
		m.told[at] = true
		f.w.log.put(e)
	}
	if len(names) < f.w.plan.Flink.Parties() {
		return errNotAll
	}
	m.whole = max(m.whole, n)
	return nil
}

// passed is the last round of the barrier that somebody has passed, by the output.
func passed(jobs [][]flinkjob.Batch) int {
	last := int64(0)
	for _, batches := range jobs {
		for _, b := range batches {
			for _, l := range b.Lines {
				if l.Kind == flinkjob.Round {
					last = max(last, l.Number)
				}
			}
		}
	}
	return int(last)
}
